"""Names of files in the folder of a run."""

LOG = "log.txt"
"""What its script printed."""
LOCK = ".lock"
"""Held by its processes as long as one of them lives."""
