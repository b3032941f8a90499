"""A model as a script or a notebook that trains it."""
