from tensorflow.keras.applications import VGG16
from tensorflow.keras import Model
from tensorflow.keras.layers import Dense, Flatten
# 이미 배운 층 중간에서 꺼내 쓰기
vgg = VGG16(include_top=False, weights='imagenet', input_shape=(224, 224, 3))
for layer in vgg.layers[:15]:
    layer.trainable = False
x = vgg.get_layer('block4_pool').output
x = Flatten()(x)
x = Dense(16, activation='relu')(x)
model = Model(vgg.input, Dense(3, activation='softmax')(x))
model.summary()
