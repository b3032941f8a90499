"""Tables of layers, as `model.summary()` and its like print them.

`printed.read_summary` gives their rows, to be held against a model. `model.from_table`
makes layers of them.
"""
