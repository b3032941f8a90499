"""All that is known of Keras: a class for each layer, optimizer, loss and the like."""
