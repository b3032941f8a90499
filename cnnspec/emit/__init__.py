"""What a model is sent out as: a live Keras model, and a script that trains it."""

TAKES_TENSORS_APART = frozenset({"MultiHeadAttention", "GroupQueryAttention"})
"""Layers that Keras calls with one argument per tensor. The others take a list."""
