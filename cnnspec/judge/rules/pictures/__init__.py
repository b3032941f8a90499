"""Rules about `train.show`: whether there is what its pictures are of."""
