"""Rules about models of Keras that know something already, and what they are given."""
