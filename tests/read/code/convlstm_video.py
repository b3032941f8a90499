from keras.models import Sequential
from keras.layers import ConvLSTM2D, BatchNormalization, Conv3D, TimeDistributed, MaxPooling3D, Flatten, Dense
seq = Sequential()
seq.add(ConvLSTM2D(filters=8, kernel_size=(3, 3), input_shape=(10, 40, 40, 1), padding='same', return_sequences=True))
seq.add(BatchNormalization())
seq.add(MaxPooling3D((1, 2, 2)))
seq.add(Conv3D(4, (3, 3, 3), activation='relu', padding='same'))
seq.add(TimeDistributed(Flatten()))
seq.add(TimeDistributed(Dense(5)))
seq.compile(loss='binary_crossentropy', optimizer='adadelta')
