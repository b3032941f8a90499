"""What needs JAX or PyTorch, in an environment of its own: `make backends` runs it."""
