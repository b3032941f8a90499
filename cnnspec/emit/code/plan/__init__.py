"""From a program to the statements of its script, in passes of one purpose each."""
