from keras.applications.vgg16 import VGG16
model = VGG16(weights=None, classes=17, input_shape=(64, 64, 3))
model.compile(loss='categorical_crossentropy', optimizer='sgd')
