import tensorflow as tf
from tensorflow.keras import layers as L
hidden = [256, 128, 64]
model = tf.keras.Sequential(
    [L.Input(shape=(784,))]
    + [L.Dense(h, activation='relu') for h in hidden if h > 64]
    + [L.Dropout(0.3), L.Dense(10)]
)
model.build()
model.summary()
