"""Rules about layers that Keras makes otherwise than their arguments say."""
