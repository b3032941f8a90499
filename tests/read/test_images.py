"""Samples that code reads in batches become `data:`: folders of images, and others."""

from typing import Any

import pytest

import cnnspec
from cnnspec.read.code.program import from_code
from cnnspec.read.found import Choice, Found

HEAD = """\
import os
import keras
import tensorflow as tf
import tensorflow_datasets as tfds
from keras import Sequential, layers
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import image_dataset_from_directory

model = Sequential([layers.Conv2D(4, 3, input_shape=(64, 48, 3)), layers.Flatten(),
                    layers.Dense(2, activation="softmax")])
model.compile("adam", "{loss}", metrics=["accuracy"])
"""
ONE_HOT = "categorical_crossentropy"
SPARSE = "sparse_categorical_crossentropy"


def read(code: str, loss: str) -> Found:
    return from_code(HEAD.format(loss=loss) + code, Choice())


def told(found: Found) -> dict[str, str]:
    return {one.argument: one.why for one in found.unknowns}


FLOWS = """\
folder = os.path.join("pets", "train")
changing = ImageDataGenerator(rescale=1. / 255, {changing})
plain = ImageDataGenerator(rescale=1. / 255)
train = changing.flow_from_directory(folder, target_size=(64, 48), batch_size=20)
held = plain.flow_from_directory("pets/test", target_size=(64, 48), shuffle=False)
for images, labels in train:
    print(images.shape)
    break
model.fit_generator(train, steps_per_epoch=train.samples // 20, epochs=3,
                    validation_data=held)
"""
DATASETS = """\
train = image_dataset_from_directory(
    {folder}, validation_split=0.2, subset="training", seed=123, image_size=(64, 48),
    batch_size=16)
held = image_dataset_from_directory(
    {folder}, validation_split=0.2, subset="validation", seed=123, image_size=(64, 48))
scaling = layers.Rescaling(1. / 255)
images, labels = next(iter(train.map(lambda x, y: (scaling(x), y))))
train = train.cache().shuffle(1000).prefetch(tf.data.AUTOTUNE)
model.fit(train, validation_data=held, epochs=2)
"""
BOTH = """\
augment = Sequential([layers.RandomFlip("horizontal")])
train, held = tf.keras.utils.image_dataset_from_directory(
    "pets", label_mode="categorical", class_names=["cat", "dog"], subset="both",
    validation_split=0.1, image_size=(64, 48))
def scaled(image, label):
    return tf.cast(image, tf.float32) / 255., label
train = train.map(lambda x, y: (augment(x, training=True), y)).map(scaled)
model.fit(train, validation_data=held)
"""
WHOLE = """\
model.fit(image_dataset_from_directory("pets", image_size=(64, 48)))
"""
FOLDER = {"source": "image_directory", "image_shape": [64, 48, 3]}
FOLDERS = [
    # code, loss, data, what is told
    (
        FLOWS.format(changing="rotation_range=40, fill_mode='nearest'"),
        ONE_HOT,
        {
            "train": "pets/train",
            "validation": "pets/test",
            "scale": 255,
            "labels": "one_hot",
        },
        {"augmentation": "rotation_range changes the images"},
    ),
    (
        DATASETS.format(folder="'photos'"),
        SPARSE,
        {"train": "photos", "test_size": 0.2, "random_state": 123},
        {},
    ),
    (
        DATASETS.format(folder="keras.utils.get_file('flowers', origin='…')"),
        SPARSE,
        {"train": "train", "test_size": 0.2, "random_state": 123},
        {"train": "keras.utils.get_file('flowers', origin='…') isn't in the code"},
    ),
    (
        BOTH,
        ONE_HOT,
        {
            "train": "pets",
            "test_size": 0.1,
            "scale": 255,
            "labels": "one_hot",
            "classes": ["cat", "dog"],
        },
        {"augmentation": "RandomFlip changes the images"},
    ),
    (
        WHOLE,
        SPARSE,
        {"train": "pets", "test_size": 0.2},
        {"test_size": "the code holds nothing of the folder out"},
    ),
]


@pytest.mark.parametrize(("code", "loss", "data", "why"), FOLDERS)
def test_images_of_a_folder_become_data(
    code: str, loss: str, data: dict[str, Any], why: dict[str, str]
) -> None:
    found = read(code, loss)
    assert found.document["data"] == {**FOLDER, **data}
    assert told(found).keys() == why.keys()
    assert all(told(found)[key].startswith(text) for key, text in why.items())
    assert cnnspec.check(found.document).ok


def test_what_is_done_to_images_beside_is_told() -> None:
    code = FLOWS.format(changing="preprocessing_function=keras.applications.vgg16.p")
    why = told(read(code, ONE_HOT))["preprocessing_function"]
    assert why.startswith("keras.applications.vgg16.p is done to the images")
    code = WHOLE.replace(")))", ")).map(lambda x, y: (f(x), y)))")
    found = read(code, SPARSE)
    assert "data" not in found.document
    assert told(found)["data"].startswith("what is done to the samples isn't followed")


def test_batches_of_known_arrays_are_these() -> None:
    augmented = """\
(x, y), (x_test, y_test) = keras.datasets.cifar10.load_data()
x = x / 255
flow = ImageDataGenerator(horizontal_flip=True).flow(x, y, batch_size=64)
model = Sequential([layers.Flatten(input_shape=x.shape[1:]), layers.Dense(10)])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(flow, epochs=4, validation_data=(x_test, y_test))
"""
    found = read(augmented, SPARSE).document
    assert found["data"] == {"source": "cifar10", "scale": 255}
    assert found["train"]["batch_size"] == 64
    sets = """\
(train, test), info = tfds.load("mnist", split=["train", "test"], as_supervised=True,
                                with_info=True)
train = train.map(lambda x, y: (tf.cast(x, tf.float32) / 255., y)).batch(128)
model = Sequential([layers.Flatten(input_shape=(28, 28, 1)), layers.Dense(10)])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, epochs=6, validation_data=test)
"""
    found = read(sets, SPARSE).document
    assert found["data"]["source"] == "mnist"
    assert found["data"]["scale"] == 255
    assert found["train"]["batch_size"] == 128
