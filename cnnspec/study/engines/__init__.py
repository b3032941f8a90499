"""What trains the runs of a study: each a module here with a function `run`."""
