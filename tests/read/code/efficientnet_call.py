import tensorflow as tf
inputs = tf.keras.layers.Input(shape=(224, 224, 3), name="input_layer")
base_model = tf.keras.applications.EfficientNetB0(include_top=False, weights=None)
base_model.trainable = False
x = base_model(inputs)
x = tf.keras.layers.GlobalAveragePooling2D(name="pool")(x)
outputs = tf.keras.layers.Dense(10, activation="softmax", name="output_layer")(x)
model_0 = tf.keras.Model(inputs, outputs)
model_0.compile(loss='categorical_crossentropy', optimizer=tf.keras.optimizers.Adam(), metrics=["accuracy"])
