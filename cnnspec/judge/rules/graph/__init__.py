"""Rules about layers and what they read, asked of every model that could be read.

Where the spec has errors, layers are missing, and others may read what isn't there.
"""
