"""Exercises on a model: a notebook for students, and one with the solutions."""
