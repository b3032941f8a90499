# 여러 크기의 커널로 보는 1D CNN
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras.layers import Embedding, Dropout, Conv1D, GlobalMaxPooling1D, Dense, Input, Flatten, Concatenate
embedding_dim, dropout_ratio, num_filters, hidden_units = 128, (0.5, 0.8), 128, 128
max_len, vocab_size = 30, 19417
model_input = Input(shape=(max_len,))
z = Embedding(vocab_size, embedding_dim, input_length=max_len, name="embedding")(model_input)
z = Dropout(dropout_ratio[0])(z)
conv_blocks = []
for sz in [3, 4, 5]:
    conv = Conv1D(filters=num_filters, kernel_size=sz, padding="valid", activation="relu", strides=1)(z)
    conv = GlobalMaxPooling1D()(conv)
    conv_blocks.append(conv)
z = Concatenate()(conv_blocks) if len(conv_blocks) > 1 else conv_blocks[0]
z = Dropout(dropout_ratio[1])(z)
z = Dense(hidden_units, activation="relu")(z)
model_output = Dense(1, activation="sigmoid")(z)
model = Model(model_input, model_output)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["acc"])
