"""Studies: variants of a spec, each trained from several seeds, side by side."""
