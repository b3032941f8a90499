"""A `Found` to the text of a spec that reads as a person's.

`spec.written(found, flat=False)` is all that it offers.
"""
