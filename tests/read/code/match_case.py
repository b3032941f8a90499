import tensorflow as tf
def head(kind, x):
    match kind:
        case 'gap':
            return tf.keras.layers.GlobalAveragePooling2D()(x)
        case 'flat':
            return tf.keras.layers.Flatten()(x)
        case _:
            raise ValueError(kind)
inp = tf.keras.Input((8, 8, 3))
x = tf.keras.layers.Conv2D(6, 3)(inp)
parts = [head(k, x) for k in ('gap', 'flat')]
out = tf.keras.layers.Dense(2)(tf.keras.layers.concatenate(parts))
model = tf.keras.Model(inp, out)
