#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""코드 전체를 main()에 넣은 예제"""
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '2'
from tensorflow.keras.datasets import cifar100
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, Flatten, Dense, Input
from tensorflow.keras.utils import to_categorical

NUM_CLASSES = 100

def load():
    (x, y), (xt, yt) = cifar100.load_data()
    return x / 255., to_categorical(y, NUM_CLASSES)

def create_model(shape, n):
    m = Sequential()
    m.add(Input(shape=shape))
    m.add(Conv2D(12, 5, strides=4))
    m.add(Flatten())
    m.add(Dense(n, activation='softmax'))
    return m

def main():
    x, y = load()
    model = create_model(x.shape[1:], y.shape[1])
    model.compile('adam', 'categorical_crossentropy')
    model.fit(x, y, epochs=1)

if __name__ == "__main__":
    main()
