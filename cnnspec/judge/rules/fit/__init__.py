"""Rules about what a model is trained on: samples, labels and the loss."""
