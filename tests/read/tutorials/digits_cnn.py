# 사이킷런의 숫자 이미지로 만드는 첫 번째 CNN
import matplotlib.pyplot as plt
import numpy as np
from keras import optimizers
from keras.layers import Activation, Conv2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.utils.np_utils import to_categorical
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

# 데이터 준비
data = load_digits()
x = np.array(data.images)
y = np.array(data.target)
x = x.reshape(x.shape[0], 8, 8, 1)
x = x / 16.0
y = to_categorical(y)
x_train, x_test, y_train, y_test = train_test_split(
    x, y, test_size=0.3, random_state=777
)

# 모델 만들기
model = Sequential()
model.add(
    Conv2D(
        input_shape=(x_train.shape[1], x_train.shape[2], x_train.shape[3]),
        filters=10,
        kernel_size=(3, 3),
        strides=(1, 1),
        padding="valid",
    )
)
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(50, activation="relu"))
model.add(Dense(10, activation="softmax"))

adam = optimizers.Adam(lr=0.001)
model.compile(loss="categorical_crossentropy", optimizer=adam, metrics=["accuracy"])
history = model.fit(
    x_train, y_train, batch_size=50, validation_split=0.2, epochs=100, verbose=0
)

plt.plot(history.history["acc"])
plt.plot(history.history["val_acc"])
plt.legend(["training", "validation"], loc="upper left")
plt.show()
results = model.evaluate(x_test, y_test)
print("Test accuracy: ", results[1])
