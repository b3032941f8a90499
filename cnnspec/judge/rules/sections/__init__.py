"""Rules about the sections on training: whether they fit one another and the model."""
