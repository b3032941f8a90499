"""A model, and the catalogue, as pages to read."""
