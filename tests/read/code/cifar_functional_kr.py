import numpy as np
from keras.datasets import cifar10
from keras.layers import Input, Conv2D, MaxPooling2D, GlobalAveragePooling2D, Dense, Dropout, BatchNormalization, Activation
from keras.models import Model
from keras.callbacks import ModelCheckpoint, ReduceLROnPlateau, EarlyStopping
(X_train, y_train), (X_test, y_test) = cifar10.load_data()
X_train = np.array(X_train / 255.0, dtype=np.float32)
y_train = y_train.squeeze()
IMAGE_SIZE = 32
def create_model(verbose=False):
    input_tensor = Input(shape=(IMAGE_SIZE, IMAGE_SIZE, 3))
    x = input_tensor
    for filters in [64, 128, 256]:
        for _ in range(2):
            x = Conv2D(filters=filters, kernel_size=(3, 3), padding='same')(x)
            x = BatchNormalization()(x)
            x = Activation('relu')(x)
        x = MaxPooling2D(pool_size=2)(x)
    x = GlobalAveragePooling2D()(x)
    x = Dropout(rate=0.5)(x)
    x = Dense(50, activation='relu', name='fc1')(x)
    x = Dropout(rate=0.2)(x)
    output = Dense(10, activation='softmax', name='output')(x)
    model = Model(inputs=input_tensor, outputs=output)
    if verbose:
        model.summary()
    return model
model = create_model(verbose=True)
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
