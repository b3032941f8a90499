"""Rules about metrics: whether they can tell how good the model's answers are."""
