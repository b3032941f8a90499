"""The language of specs: text to a Program, and what its steps mean."""
