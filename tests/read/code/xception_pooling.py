import keras
from keras.applications import Xception
from keras.layers import Dense
backbone = Xception(weights='imagenet', include_top=False, pooling='avg', input_shape=(150, 150, 3))
backbone.trainable = False
model = keras.models.Sequential()
model.add(backbone)
model.add(Dense(1, 'sigmoid'))
model.summary()
