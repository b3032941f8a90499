"""Runs of a study on a cluster of Ray: what talks to Ray, and what Ray places."""
