from keras import layers, Input, Model
inputs = Input(shape=(64, 64, 3))
x, filters, depth = inputs, 8, 0
while depth < 3:
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    filters *= 2
    depth += 1
x = layers.Flatten()(x)
outputs = layers.Dense(3)(x)
model = Model(inputs, outputs)
