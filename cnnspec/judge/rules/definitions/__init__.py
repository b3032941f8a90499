"""Rules about variables and blocks: what a spec defines."""
