from tensorflow.keras import layers, Model, Input
total = 0
def counter():
    n = 8
    def next_width():
        nonlocal n
        global total
        n *= 2
        total += n
        return n
    return next_width
width = counter()
block = lambda k: (lambda x: layers.Activation('relu')(layers.Conv2D(width(), k)(x)))
inp = Input((32, 32, 3))
x = inp
for f in map(block, (5, 3, 3)):
    x = f(x)
x = layers.GlobalMaxPooling2D()(x)
model = Model(inp, layers.Dense(total // 28)(x))
