"""From statements to the text of a script."""
