"""Files that hold a Keras model: from their bytes to the configuration in them.

`kinds.kind_of` says what a file is, `reading.stored` what it holds. No framework is
imported, nothing that a file holds is run, and every size, count and depth is bounded:
a file may be anybody's.
"""
