"""A Program to the flat Graph of what it comes to."""
