import tensorflow as tf
class Pix:
    """클래스 안에 설정을 두는 방식"""
    OUT = 3
    def __init__(self, size=64, gf=16):
        self.size = size
        self.gf = gf
        self.shape = (size, size, self.OUT)
    @property
    def half(self):
        return self.gf // 2
    def down(self, x, f, bn=True):
        x = tf.keras.layers.Conv2D(f, 4, strides=2, padding='same')(x)
        x = tf.keras.layers.LeakyReLU(alpha=0.2)(x)
        if bn:
            x = tf.keras.layers.BatchNormalization(momentum=0.8)(x)
        return x
    def up(self, x, skip, f, drop=0):
        u = tf.keras.layers.UpSampling2D(size=2)(x)
        u = tf.keras.layers.Conv2D(f, kernel_size=4, strides=1, padding='same', activation='relu')(u)
        if drop:
            u = tf.keras.layers.Dropout(drop)(u)
        u = tf.keras.layers.BatchNormalization(momentum=0.8)(u)
        return tf.keras.layers.Concatenate()([u, skip])
    def generator(self):
        d0 = tf.keras.layers.Input(shape=self.shape)
        downs = [self.down(d0, self.gf, bn=False)]
        for k in range(1, 4):
            downs.append(self.down(downs[-1], self.gf * min(2 ** k, 4)))
        x = downs.pop()
        for d, f in zip(downs[::-1], [4, 2, 1]):
            x = self.up(x, d, self.gf * f, drop=0.5 if f == 4 else 0)
        x = tf.keras.layers.UpSampling2D(size=2)(x)
        x = tf.keras.layers.Conv2D(self.half, 3, padding='same')(x)
        return tf.keras.Model(d0, tf.keras.layers.Conv2D(self.OUT, 4, padding='same', activation='tanh')(x))
g = Pix().generator()
g.summary()
