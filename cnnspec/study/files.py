"""Names of files in the folder of a study, and in that of a run."""

OUTLINE = "study.json"
"""What the study is, in its own folder."""
EARLIER = "earlier"
"""Where runs are kept whose variant was changed since."""

LOG = "log.txt"
"""What its script printed."""
LOCK = ".lock"
"""Held by its processes as long as one of them lives."""
