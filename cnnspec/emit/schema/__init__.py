"""The language as a JSON Schema, which editors read."""
