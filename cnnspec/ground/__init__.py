"""What all the rest stands on: errors, shapes, records, and YAML with its marks."""
