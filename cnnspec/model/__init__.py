"""A Program to the flat Graph, and to the Summary of every layer."""
