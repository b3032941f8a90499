"""Programs in Python and notebooks, read and never run, to a `Found`.

`program.from_code(text, choice)` and `notebook.from_notebook(text, choice)` are all
that it offers. Code becomes a tree (`ast`), and a machine goes through its statements
with values that are Python's own, Keras's, or not known, each of those with its reason
and its line. Steps, rounds and what is kept are bounded.

* `values`, `building`, `arrays`: what a value is.
* `machine`, `statements`, `expressions`, `arithmetic`, `python`: what Python does.
* `modules`, `names`: what packages offer; `layering`, `models`, `operations`,
  `backend`, `things`, `samples` each a part of it.
* `held`, `seeing`, `own`: weights and other numbers that no sample has, and layers of
  the code that a spec can only declare.
* `networks`, `shapes`: how the layers of a model hang together, and their sizes.
* `choosing`, `document`, `open_points`, `plain`: which model is meant, and its spec.
* `training`: what `compile` and `fit` are given.
* `outputs`, `solving`: what a notebook printed, and what that tells of sizes.
"""
