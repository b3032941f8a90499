from tensorflow.keras import layers, Model, Input
# 여러 값을 돌려주는 함수와 함수 안의 함수
def build(size, channels=3):
    def conv(x, n, k=3):
        return layers.Conv2D(n, k, padding='same', activation='relu')(x)

    def down(x, n):
        skip = conv(conv(x, n), n)
        return skip, layers.MaxPool2D()(skip)

    def up(x, skip, n):
        x = layers.Conv2DTranspose(n, 2, strides=2)(x)
        x = layers.Concatenate()([x, skip])
        return conv(x, n)

    inp = Input((size, size, channels))
    s1, x = down(inp, 8)
    s2, x = down(x, 16)
    x = conv(x, 32)
    for skip, n in [(s2, 16), (s1, 8)]:
        x = up(x, skip, n)
    return Model(inp, layers.Conv2D(2, 1, activation='softmax')(x)), [s1, s2]

model, skips = build(64)
model.summary()
