from keras.models import Sequential
from keras.layers import Conv2D, BatchNormalization, Activation, MaxPooling2D, UpSampling2D, Reshape, Permute
n_labels, img_h, img_w = 4, 64, 64
kernel = 3
encoding = [Conv2D(16, kernel, padding='same', input_shape=(img_h, img_w, 3)), BatchNormalization(), Activation('relu'), MaxPooling2D()]
decoding = [UpSampling2D(size=(2, 2)), Conv2D(16, kernel, padding='same'), BatchNormalization(), Activation('relu')]
model = Sequential()
model.encoding_layers = encoding
for l in encoding + decoding:
    model.add(l)
model.add(Conv2D(n_labels, 1))
model.add(Reshape((n_labels, img_h * img_w)))
model.add(Permute((2, 1)))
model.add(Activation('softmax'))
model.compile(loss="categorical_crossentropy", optimizer='sgd')
