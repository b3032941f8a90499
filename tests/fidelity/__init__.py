"""Random cases for every layer, and the judge that holds cnnspec against Keras."""
