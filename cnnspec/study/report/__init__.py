"""Results as tables, a page and pictures."""
