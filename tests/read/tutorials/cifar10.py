# CIFAR-10 이미지 분류, 함수형 API
import matplotlib.pyplot as plt
import numpy as np
from tensorflow.keras.datasets import cifar10
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import Adam

NAMES = np.array(
    [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ]
)
INPUT_SIZE = 32


def preprocess(images, labels):
    images = np.array(images / 255.0, dtype=np.float32)
    labels = np.array(labels, dtype=np.float32).squeeze()
    return images, labels


(train_images, train_labels), (test_images, test_labels) = cifar10.load_data()
train_images, train_labels = preprocess(train_images, train_labels)
test_images, test_labels = preprocess(test_images, test_labels)

# 32, 64, 128개의 필터를 두 번씩
input_tensor = Input(shape=(INPUT_SIZE, INPUT_SIZE, 3))
x = Conv2D(filters=32, kernel_size=(3, 3), padding="same", activation="relu")(
    input_tensor
)
x = Conv2D(filters=32, kernel_size=(3, 3), padding="same", activation="relu")(x)
x = MaxPooling2D(pool_size=(2, 2))(x)
x = Conv2D(filters=64, kernel_size=3, padding="same", activation="relu")(x)
x = Conv2D(filters=64, kernel_size=3, padding="same", activation="relu")(x)
x = MaxPooling2D(pool_size=2)(x)
x = Conv2D(filters=128, kernel_size=3, padding="same", activation="relu")(x)
x = Conv2D(filters=128, kernel_size=3, padding="same", activation="relu")(x)
x = MaxPooling2D(pool_size=2)(x)
x = Flatten(name="flatten")(x)
x = Dense(128, activation="relu", name="fc1")(x)
output = Dense(10, activation="softmax", name="output")(x)
model = Model(inputs=input_tensor, outputs=output)
model.summary()

model.compile(
    optimizer=Adam(0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = model.fit(
    x=train_images,
    y=train_labels,
    batch_size=32,
    epochs=30,
    shuffle=True,
    validation_split=0.2,
)


def show_history(history):
    plt.plot(history.history["accuracy"], label="train")
    plt.plot(history.history["val_accuracy"], label="valid")
    plt.legend()


show_history(history)
print(model.evaluate(test_images, test_labels))
preds = model.predict(test_images[:32])
print(np.argmax(preds, axis=1))
