"""Rules about layers and what they read, asked before any size is known."""
