"""What is held against a Summary: expectations, data and training, another model."""
