"""A spec's data to the Program that they describe, with the structure of its author."""
