# Network in Network: 1x1 합성곱으로 채널을 줄인다
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
X_train = (
    X_train.reshape((X_train.shape[0], X_train.shape[1], X_train.shape[2], 1)) / 255
)
X_test = X_test.reshape((X_test.shape[0], X_test.shape[1], X_test.shape[2], 1)) / 255
y_train = to_categorical(y_train)
y_test = to_categorical(y_test)


def unit(model, **first):
    model.add(
        Conv2D(
            filters=50,
            kernel_size=(3, 3),
            strides=(1, 1),
            padding="same",
            kernel_initializer="he_normal",
            **first,
        )
    )
    if not first:
        # 1x1 합성곱
        model.add(
            Conv2D(
                filters=25,
                kernel_size=(1, 1),
                strides=(1, 1),
                padding="valid",
                kernel_initializer="he_normal",
            )
        )
    model.add(BatchNormalization())
    model.add(Activation("relu"))


def deep_cnn_advanced_nin():
    model = Sequential()
    unit(model, input_shape=(X_train.shape[1], X_train.shape[2], X_train.shape[3]))
    unit(model)
    model.add(MaxPooling2D(pool_size=(2, 2)))
    unit(model)
    unit(model)
    model.add(MaxPooling2D(pool_size=(2, 2)))
    unit(model)
    unit(model)
    model.add(MaxPooling2D(pool_size=(2, 2)))

    model.add(Flatten())
    model.add(Dense(50, activation="relu", kernel_initializer="he_normal"))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation="softmax", kernel_initializer="he_normal"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=optimizers.Adam(lr=0.001),
        metrics=["accuracy"],
    )
    return model


model = deep_cnn_advanced_nin()
history = model.fit(
    X_train, y_train, batch_size=50, validation_split=0.2, epochs=100, verbose=1
)
results = model.evaluate(X_test, y_test)
print("Test accuracy: ", results[1])
