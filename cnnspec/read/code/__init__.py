"""Programs in Python and notebooks, read and never run, to a `Found`.

`program.from_code(text, choice)` and `notebook.from_notebook(text, choice)` are all
that it offers.
"""
