"""The commands, a module each, whose `run` gets what the command line says."""
