import tensorflow as tf
from tensorflow.keras import layers, Model, Input
base = tf.keras.Sequential([layers.Dense(32, activation='relu', input_shape=(20,)), layers.Dense(8)], name='net')
names = ['anchor', 'positive', 'negative']
ins = {n: Input((20,), name=n) for n in names}
vecs = [base(ins[n]) for n in names]
ap = tf.reduce_sum(tf.square(vecs[0] - vecs[1]), -1)
an = tf.reduce_sum(tf.square(vecs[0] - vecs[2]), -1)
model = Model([ins[n] for n in names], [ap, an])
model.summary()
