"""Tables for a terminal: the one place that lays out with Rich."""
