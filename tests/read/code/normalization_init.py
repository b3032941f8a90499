from tensorflow import keras
import tensorflow as tf
model = keras.Sequential(name='init')
model.add(keras.layers.Flatten(input_shape=[28, 28]))
for _ in range(4):
    model.add(keras.layers.Dense(100, kernel_initializer=keras.initializers.VarianceScaling(scale=2., mode='fan_avg', distribution='uniform')))
    model.add(keras.layers.LayerNormalization())
    model.add(keras.layers.Activation(tf.nn.selu))
model.add(keras.layers.Dense(10, activation='softmax', kernel_regularizer=keras.regularizers.l1_l2(1e-5, 1e-4), kernel_constraint=keras.constraints.max_norm(1.)))
model.compile(loss=keras.losses.sparse_categorical_crossentropy, optimizer=keras.optimizers.Nadam(), metrics=[keras.metrics.sparse_categorical_accuracy])
