from tensorflow.keras.applications import ResNet50
from tensorflow.keras.layers import GlobalAveragePooling2D, Dense, Dropout
from tensorflow.keras.models import Sequential
# 마지막 몇 층만 다시 학습한다
base = ResNet50(include_top=False, weights='imagenet', input_shape=(224, 224, 3))
base.trainable = True
for layer in base.layers[:143]:
    layer.trainable = False
model = Sequential([base, GlobalAveragePooling2D(), Dropout(0.3), Dense(8, activation='softmax')])
model.compile(optimizer='adam', loss='categorical_crossentropy')
