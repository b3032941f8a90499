"""Bring a model in: what other people's files hold, in the spec's own language."""
