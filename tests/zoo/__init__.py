"""The proof that the specs of specs/zoo are the models of keras.applications."""
