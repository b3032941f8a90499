import tensorflow as tf
from tensorflow.keras.layers import Conv2D, BatchNormalization, ReLU, MaxPooling2D, Dense, Flatten, Input
config = {
    "input_shape": (64, 64, 3),
    "filters": [16, 32, 64],
    "kernel": 3,
    "dense": {"units": 128, "drop": 0.3},
    "classes": 4,
}
x = inp = Input(config["input_shape"])
for i, f in enumerate(config["filters"], start=1):
    x = Conv2D(f, config["kernel"], padding="same", name=f"conv{i}")(x)
    x = BatchNormalization(name="bn%d" % i)(x)
    x = ReLU(name="relu{}".format(i))(x)
    x = MaxPooling2D(name="pool" + str(i))(x)
x = Flatten()(x)
x = Dense(config["dense"]["units"], activation="relu")(x)
x = tf.keras.layers.Dropout(config["dense"].get("drop", 0.5))(x)
out = Dense(config["classes"], activation="softmax")(x)
model = tf.keras.Model(inp, out)
model.summary()
