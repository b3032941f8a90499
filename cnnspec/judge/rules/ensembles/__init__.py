"""Rules about ensembles: whether the members can be trained, and can vote."""
