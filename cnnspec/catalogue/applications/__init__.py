"""Models of keras.applications, which a spec has as layers."""
