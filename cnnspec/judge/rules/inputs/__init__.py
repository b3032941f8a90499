"""Rules of what a model is given, asked where an input is no plain tensor."""
