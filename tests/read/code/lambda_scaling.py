from keras.models import Sequential
from keras.layers import Lambda, Conv2D, Flatten, Dense, Cropping2D
# 자율주행: NVIDIA 모델
model = Sequential()
model.add(Lambda(lambda x: x / 255.0 - 0.5, input_shape=(160, 320, 3)))
model.add(Cropping2D(cropping=((70, 25), (0, 0))))
model.add(Conv2D(24, (5, 5), strides=(2, 2), activation='elu'))
model.add(Conv2D(36, (5, 5), strides=(2, 2), activation='elu'))
model.add(Flatten())
model.add(Dense(100))
model.add(Dense(1))
model.compile(loss='mse', optimizer='adam')
