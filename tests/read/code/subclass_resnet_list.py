import tensorflow as tf
class Block(tf.keras.layers.Layer):
    def __init__(self, filters, strides=1):
        super(Block, self).__init__()
        self.conv1 = tf.keras.layers.Conv2D(filters, 3, strides=strides, padding='same')
        self.bn1 = tf.keras.layers.BatchNormalization()
        self.conv2 = tf.keras.layers.Conv2D(filters, 3, padding='same')
        self.bn2 = tf.keras.layers.BatchNormalization()
        if strides != 1:
            self.down = tf.keras.Sequential()
            self.down.add(tf.keras.layers.Conv2D(filters, 1, strides=strides))
            self.down.add(tf.keras.layers.BatchNormalization())
        else:
            self.down = lambda x: x
    def call(self, inputs, training=None, **kwargs):
        residual = self.down(inputs)
        x = tf.nn.relu(self.bn1(self.conv1(inputs), training=training))
        x = self.bn2(self.conv2(x), training=training)
        return tf.nn.relu(tf.keras.layers.add([residual, x]))
class Net(tf.keras.Model):
    def __init__(self, widths):
        super().__init__()
        self.stem = tf.keras.layers.Conv2D(8, 7, strides=2, padding='same')
        self.blocks = []
        for i, w in enumerate(widths):
            self.blocks.append(Block(w, strides=2 if i else 1))
        self.pool = tf.keras.layers.GlobalAveragePooling2D()
        self.fc = tf.keras.layers.Dense(3)
    def call(self, x, training=None):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x, training=training)
        return self.fc(self.pool(x))
model = Net([8, 16, 32])
model.build((None, 32, 32, 3))
model.summary()
