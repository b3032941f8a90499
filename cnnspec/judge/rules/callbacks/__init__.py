"""Rules about callbacks: whether Keras can do what they are for."""
