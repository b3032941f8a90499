"""Tests here read models with JAX, as there is no TensorFlow."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
