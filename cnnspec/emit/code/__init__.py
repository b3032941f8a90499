"""Program and Summary to the code that builds the model."""
