"""Rules about the samples that a model is given."""
