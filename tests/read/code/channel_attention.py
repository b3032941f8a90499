from tensorflow.keras.layers import *
from tensorflow.keras.models import Model
import tensorflow.keras.backend as K
# CBAM의 채널 주의
def channel_attention(feature, ratio=8):
    channel = feature.shape[-1]
    one = Dense(channel // ratio, activation='relu', use_bias=True)
    two = Dense(channel, use_bias=True)
    avg = two(one(Reshape((1, 1, channel))(GlobalAveragePooling2D()(feature))))
    mx = two(one(Reshape((1, 1, channel))(GlobalMaxPooling2D()(feature))))
    gate = Activation('sigmoid')(Add()([avg, mx]))
    return multiply([feature, gate])
inp = Input((24, 24, 3))
x = Conv2D(16, 3)(inp)
x = channel_attention(x)
x = GlobalAveragePooling2D()(x)
model = Model(inp, Dense(5, activation='softmax')(x))
