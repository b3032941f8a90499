"""A study as a notebook: the comparison as a lesson."""
