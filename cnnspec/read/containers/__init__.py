"""Files that hold a Keras model: from their bytes to the configuration in them.

`stored.stored(path, kind)` is all that they offer. No framework is imported, and
nothing that a file holds is run.
"""
