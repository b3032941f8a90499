"""What a model is sent out as: a live Keras model, and a script that trains it."""
