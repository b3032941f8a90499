"""Tables of layers, as `model.summary()` and its like print them.

`reading` gives their rows, to be held against a model. `model.from_table` makes layers
of them. Four layouts are known, each from the code that prints it:

* Keras 1 and 2 up to 2.5 (``utils/layer_utils.py``): columns at fixed places, ruled
  with underscores, every cell cut short where its column ends.
* Keras 2.6 to 2.15 (same file): the same columns under a heading that starts with a
  space, blank lines between rows, and long cells wrapped in mid-word; the layers of a
  nested model stand between bars. TensorFlow.js prints like the first, with the shapes
  of inputs as well.
* Keras 3 (``utils/summary_utils.py``): a box drawn by Rich, with Unicode lines or, on
  a terminal without them, ASCII ones; cells wrap between words, and a word too long
  for its column ends in an ellipsis.
* torchsummary and torchinfo, whose rows have no names.
"""
