"""A model as a live Keras model."""
