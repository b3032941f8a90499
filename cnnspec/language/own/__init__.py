"""Layers that a spec declares under `custom:`, so that it can use classes of others.

The class itself stands in somebody's package, which a check doesn't import: what has
to be known of it, its output and its weights, the spec says by expressions.
"""
