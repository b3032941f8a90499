"""Rules about values that were changed from outside, as `--set` does."""
