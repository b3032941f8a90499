import tensorflow as tf
from tensorflow.keras import layers
inp = layers.Input((30,))
x = layers.Embedding(2000, 32, mask_zero=True)(inp)
seq = layers.Bidirectional(layers.GRU(16, return_sequences=True))(x)
att = layers.Attention()([seq, seq])
x = layers.Concatenate()([layers.GlobalAveragePooling1D()(att), layers.GlobalMaxPooling1D()(seq)])
x = layers.Dense(16, activation='tanh')(x)
out = layers.Dense(1, activation='sigmoid')(x)
model = tf.keras.Model(inp, out)
model.compile('adam', 'binary_crossentropy', metrics=['accuracy', tf.keras.metrics.AUC()])
