"""Two models, layer beside layer."""
