"""Makes the notebooks in `code/`, with the tables that Keras 2 prints in them.

    python -m tests.read.code_notebooks        # in an environment with tf-keras

Each has a cell that loads data which nobody else has; what comes of it here stands in
its place while the notebook is run, and not in the file.
"""

import contextlib
import io
import json
import os
from typing import Any

from tests.read.code_truth import FOLDER, prepared

KERAS = "from keras.models import Sequential, Model\nfrom keras.layers import *\n"
BOOKS: dict[str, tuple[str, list[str]]] = {
    # what the second cell comes to, and the cells
    "vocabulary": (
        "vocab_size, max_len, num_classes = 19417, 30, 7",
        [
            "# 텍스트 분류\nimport pandas as pd\n%matplotlib inline\n" + KERAS,
            (
                "!wget -q https://example.org/reviews.csv\n"
                "df = pd.read_csv('reviews.csv')\n"
                "tokenizer = Tokenizer()\ntokenizer.fit_on_texts(df['text'])\n"
                "vocab_size = len(tokenizer.word_index) + 1\n"
                "max_len = max(len(one) for one in df['text'])\n"
                "num_classes = df['label'].nunique()\n"
            ),
            (
                "model = Sequential()\n"
                "model.add(Embedding(vocab_size, 64, input_length=max_len))\n"
                "model.add(Conv1D(32, 5, activation='relu'))\n"
                "model.add(GlobalMaxPooling1D())\n"
                "model.add(Dense(num_classes, activation='softmax'))\n"
                "model.summary()"
            ),
            "model.compile('adam', 'categorical_crossentropy', metrics=['acc'])",
        ],
    ),
    "columns": (
        "class X_train: shape = (1000, 23)",
        [
            "import numpy as np\n" + KERAS,
            "# 학습 데이터를 읽는다\nX_train = np.load('train.npy')\n",
            (
                "model = Sequential([\n"
                "    Dense(64, activation='relu', input_shape=(X_train.shape[1],)),\n"
                "    BatchNormalization(),\n    Dropout(0.3),\n    Dense(1)\n])\n"
                "model.compile(loss='mse', optimizer='rmsprop')\nmodel.summary()"
            ),
        ],
    ),
    "images": (
        "size, labels = 48, ['cat', 'dog', 'horse']",
        [
            "import os, cv2\n" + KERAS,
            "labels = os.listdir('images')\nsize = cv2.imread('one.png').shape[0]\n",
            (
                "def build(shape, classes):\n"
                "    x = inputs = Input(shape)\n"
                "    for filters in (16, 32):\n"
                "        x = Conv2D(filters, 3, padding='same', activation='relu')(x)\n"
                "        x = MaxPooling2D()(x)\n"
                "    x = Flatten()(x)\n"
                "    return Model(inputs, Dense(classes, activation='softmax')(x))\n"
            ),
            "net = build((size, size, 3), len(labels))\nnet.summary()",
        ],
    ),
    "series": (
        "import numpy as np\nx = np.zeros((100, 24, 5))\nn_out = 3",
        [
            "import pandas as pd\n" + KERAS,
            "df = pd.read_csv('weather.csv')\nx, n_out = make_windows(df)\n",
            (
                "# 순환 신경망\nmodel = Sequential()\n"
                "model.add(LSTM(32, return_sequences=True, input_shape=x.shape[1:]))\n"
                "model.add(LSTM(16))\nmodel.add(Dense(n_out))\nmodel.summary()"
            ),
        ],
    ),
    "two_models": (
        "n, words = 11, 500",
        [
            KERAS,
            "n, words = load()\n",
            (
                "small = Sequential([Embedding(words, 8), LSTM(4), Dense(n)])\n"
                "small.build((None, 20))\nlarge = Sequential([Embedding(words, 8), "
                "Bidirectional(GRU(16)), Dense(n)])\nlarge.build((None, 20))\n"
                "small.summary()\nlarge.summary()"
            ),
        ],
    ),
    "transfer": (
        "classes = 5",
        [
            "from keras.applications import MobileNetV2\n" + KERAS,
            "classes = len(train_generator.class_indices)\n",
            (
                "base = MobileNetV2(weights=None, include_top=False, "
                "input_shape=(96, 96, 3))\nbase.trainable = False\n"
                "model = Sequential([base, GlobalAveragePooling2D(),\n"
                "                    Dense(classes, activation='softmax')])\n"
                "model.summary()"
            ),
        ],
    ),
    "seq2seq": (
        "src_vocab, tar_vocab = 80, 105",
        [
            KERAS,
            (
                "# 번역할 글자의 수\nsrc_vocab = len(src_to_index)\n"
                "tar_vocab = len(tar_to_index)\n"
            ),
            (
                "encoder_inputs = Input(shape=(None, src_vocab))\n"
                "encoder_lstm = LSTM(units=64, return_state=True)\n"
                "encoder_outputs, state_h, state_c = encoder_lstm(encoder_inputs)\n"
                "decoder_inputs = Input(shape=(None, tar_vocab))\n"
                "decoder_lstm = LSTM(64, return_sequences=True, return_state=True)\n"
                "decoder_outputs, _, _ = decoder_lstm(decoder_inputs, "
                "initial_state=[state_h, state_c])\n"
                "decoder_softmax = Dense(tar_vocab, activation='softmax')\n"
                "model = Model([encoder_inputs, decoder_inputs], "
                "decoder_softmax(decoder_outputs))\nmodel.summary()"
            ),
        ],
    ),
}


def made(known: str, cells: list[str]) -> dict[str, Any]:
    """A notebook, with what its cells printed."""
    space: dict[str, Any] = {"__name__": "__main__"}
    found: list[dict[str, Any]] = []
    for number, cell in enumerate(cells):
        lines = [line for line in cell.split("\n") if line[:1] not in ("%", "!")]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            runner = exec  # what is run here is the project's own
            runner(known if number == 1 else "\n".join(lines), space)
        text = printed.getvalue()
        output = {"output_type": "stream", "name": "stdout", "text": text}
        found.append(
            {
                "cell_type": "code",
                "metadata": {},
                "execution_count": number + 1,
                "source": cell.splitlines(keepends=True),
                "outputs": [output] if text else [],
            }
        )
    return {"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def main() -> None:
    """Writes all of them."""
    prepared()
    for name, (known, cells) in BOOKS.items():
        path = FOLDER / f"{name}.ipynb"
        text = json.dumps(made(known, cells), ensure_ascii=False, indent=1)
        path.write_text(text + "\n", "utf-8")
        print(path.relative_to(os.getcwd()))


if __name__ == "__main__":
    main()
