# 가중치 초기화, 배치 정규화, 드롭아웃을 모두 쓴 깊은 CNN
from keras import optimizers
from keras.datasets import mnist
from keras.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
)
from keras.models import Sequential
from keras.utils.np_utils import to_categorical

(X_train, y_train), (X_test, y_test) = mnist.load_data()

# 채널 축을 더하고 0과 1 사이로 맞춘다
X_train = (
    X_train.reshape((X_train.shape[0], X_train.shape[1], X_train.shape[2], 1)) / 255
)
X_test = X_test.reshape((X_test.shape[0], X_test.shape[1], X_test.shape[2], 1)) / 255
y_train = to_categorical(y_train)
y_test = to_categorical(y_test)


def deep_cnn_advanced():
    model = Sequential()

    model.add(
        Conv2D(
            input_shape=(X_train.shape[1], X_train.shape[2], X_train.shape[3]),
            filters=50,
            kernel_size=(3, 3),
            strides=(1, 1),
            padding="same",
            kernel_initializer="he_normal",
        )
    )
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(
        Conv2D(
            filters=50,
            kernel_size=(3, 3),
            strides=(1, 1),
            padding="same",
            kernel_initializer="he_normal",
        )
    )
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    for _ in range(2):
        for _ in range(2):
            model.add(
                Conv2D(
                    filters=50,
                    kernel_size=(3, 3),
                    strides=(1, 1),
                    padding="same",
                    kernel_initializer="he_normal",
                )
            )
            model.add(BatchNormalization())
            model.add(Activation("relu"))
        model.add(MaxPooling2D(pool_size=(2, 2)))

    # 완전 연결층
    model.add(Flatten())
    model.add(Dense(50, activation="relu", kernel_initializer="he_normal"))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation="softmax", kernel_initializer="he_normal"))

    adam = optimizers.Adam(lr=0.001)
    model.compile(loss="categorical_crossentropy", optimizer=adam, metrics=["accuracy"])
    return model


model = deep_cnn_advanced()
model.summary()
history = model.fit(
    X_train, y_train, batch_size=50, validation_split=0.2, epochs=100, verbose=1
)
results = model.evaluate(X_test, y_test)
print("Test accuracy: ", results[1])
