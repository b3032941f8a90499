"""Bring a model in: a table that Keras printed, and later whole models."""
