"""A model as a picture."""
