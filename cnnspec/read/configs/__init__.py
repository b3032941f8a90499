"""What Keras serialised, of any age, to a `Found`.

`model.from_config(stored)` is all that it offers.
"""
