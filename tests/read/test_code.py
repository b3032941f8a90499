"""Code is read and never run: what tutorials write comes to what Keras makes of it.

`code/totals.json` has what Keras made of each code in `code/`: by running it, with
`python -m tests.read.code_truth`, or, for Keras 1, by hand.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import cnnspec
from cnnspec.read.code.notebook import from_notebook
from cnnspec.read.code.program import from_code
from cnnspec.read.found import Choice, Found, ReadError

FOLDER = Path(__file__).parent / "code"
TOTALS: dict[str, Any] = json.loads((FOLDER / "totals.json").read_text("utf-8"))
CODES = sorted(path.name for path in FOLDER.glob("*.py"))


def read(text: str, **choice: Any) -> Found:
    return from_code(text, Choice(**choice))


def open_points(found: Found) -> list[str]:
    return [f"{u.layer}.{u.argument}: {u.why}" for u in found.unknowns if u.counts]


def counted(found: Found) -> dict[str, Any]:
    checked = cnnspec.check(found.document)
    assert checked.ok, str(checked)
    summary = checked.model().summary
    return {"total": summary.total_params, "trainable": summary.trainable_params}


def test_every_code_has_its_total() -> None:
    assert {name.removesuffix(".py") for name in CODES} == TOTALS.keys()
    assert len(CODES) > 40


@pytest.mark.parametrize("name", CODES)
def test_code_comes_to_what_keras_made_of_it(name: str) -> None:
    found = read((FOLDER / name).read_text("utf-8"))
    wanted = TOTALS[name.removesuffix(".py")]
    assert open_points(found) == []
    assert counted(found) == {key: wanted[key] for key in ("total", "trainable")}
    steps = [path for path in found.places if len(path) == 2 and path[0] == "layers"]
    assert len(steps) == len(found.document["layers"])
    assert all(found.places[path].line for path in steps)


# ------------------------------------------------------------------ what isn't known

HEAD = "from keras import Sequential, Model, Input, layers\n"
SMALL = "layers.Flatten(input_shape=(4, 4)), layers.Dense(3)"


@pytest.mark.parametrize(
    ("code", "points"),
    [
        (
            "n = len(words) + 1\nSequential([layers.Embedding(n, 8, input_length=3)])",
            [("embedding", "input_dim", "len(words) + 1 isn't in the code", 2)],
        ),
        (
            (
                "def build(classes):\n    m = Sequential()\n"
                "    m.add(layers.Dense(classes, input_shape=(4,)))\n    return m\n"
            ),
            [
                (
                    "dense",
                    "units",
                    "the parameter classes of build() is given no value",
                    2,
                )
            ],
        ),
        (
            (
                "m = Sequential([layers.Dense(3, input_dim=4)])\n"
                "for n in widths():\n    m.add(layers.Dense(n))\n"
            ),
            [
                ("", "layers", "for n in widths() isn't followed", 3),
                ("dense_1", "units", "widths() isn't in the code", 3),
            ],
        ),
        (
            (
                "m = Sequential([layers.Dense(3, input_dim=4)])\n"
                "if ready():\n    m.add(layers.Dense(2))\n"
            ),
            [("", "layers", "if ready() isn't followed", 3)],
        ),
        (
            (
                "class Own(layers.Layer):\n"
                "    def build(self, s):\n        self.w = self.add_weight(shape=s)\n"
                "    def call(self, x):\n        return x * self.w\n"
                "i = Input((4,))\nm = Model(i, layers.Dense(2)(Own()(i)))\n"
            ),
            [
                (
                    "own",
                    "weights",
                    (
                        "what Own does isn't followed: the sizes of "
                        "self.add_weight(shape=s) (line 4) aren't known"
                    ),
                    8,
                )
            ],
        ),
        (
            "m = Sequential([layers.Input((3,)), layers.Lambda(lambda x: f(x))])\n",
            [("lambda", "function", "the function of a Lambda isn't followed", 2)],
        ),
    ],
)
def test_what_only_a_run_tells_is_named_with_its_line(
    code: str, points: list[tuple[str, str, str, int]]
) -> None:
    found = read(HEAD + code)
    told = [(u.layer, u.argument, u.why, u.place.line) for u in found.unknowns]
    assert sorted(told) == sorted(points)
    assert all(one.counts for one in found.unknowns)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = (", "this is no Python: '(' was never closed"),
        ("print('없음')", "no model of Keras is built there"),
        (HEAD + "m = Sequential([f()])", "no model was found, and the layer f() isn't"),
    ],
)
def test_what_is_no_model_is_said_in_a_sentence(code: str, message: str) -> None:
    with pytest.raises(ReadError) as error:
        read(code)
    assert str(error.value).startswith(message)


def test_the_last_model_is_meant_and_others_are_listed() -> None:
    code = (
        f"{HEAD}a = Sequential([{SMALL}])\nb = Sequential([{SMALL}, layers.ReLU()])\n"
    )
    assert read(code).others == ("a",)
    assert len(read(code).document["layers"]) == 3
    assert len(read(code, model="a").document["layers"]) == 2
    assert len(read(f"{code}a.summary()").document["layers"]) == 2
    with pytest.raises(ReadError, match="there is a, b"):
        read(code, model="c")


# ------------------------------------------------------------------ bounds


@pytest.mark.parametrize(
    "code",
    [
        "x = [0] * 10 ** 12",
        "x = 'ab' * (1 << 40)",
        "x = 10 ** 10 ** 10",
        "x = '%1000000000d' % 1",
        "x = '{:>1000000000}'.format(1)",
        "x = f'{1:>1000000000}'",
        "x = [1]\nwhile True:\n    x += x",
        "() = [1]\nreturn 3\nbreak\nclass C:\n    return 1",
        "x = 1if 1else 2  # Python warns of it",
        "def f():\n    return f()\nf()",
        "def f(n):\n    return f(n - 1) + f(n - 1)\nf(90)",
        "for i in range(10 ** 9):\n    for j in range(10 ** 9):\n        i += j",
        "x = 'a'\nfor i in range(99):\n    x = x.replace('a', 'aaaa')",
        "x = ','.join(['a' * 9999] * 9999)",
        "x = ((((1,) * 999,) * 999,) * 999,) * 999",
        "import os\nos.system('touch CANARY')\n__import__('os').remove('x')",
        "eval('1' * 9)\nexec(open('x').read())",
        "x = " + "(" * 80 + ")" * 80,
        "x = " + "+".join(["1"] * 400),
    ],
)
def test_nothing_fills_the_memory_or_runs(code: str) -> None:
    text = f"{code}\n{HEAD}m = Sequential([{SMALL}])\n"
    assert counted(read(text))["total"] == 51
    assert not Path("CANARY").exists()


def test_cells_are_read_in_order_without_magics() -> None:
    cells = [
        "%matplotlib inline\n!pip install keras\nfrom keras import *\n",
        "n = 3\nif n:\n    %time x = 1\n",
        "%%bash\necho no\n",
        f"m = Sequential([{SMALL}, layers.Dense(n)])\nm.summary()\nm?",
    ]
    made = [{"cell_type": "code", "source": text, "outputs": []} for text in cells]
    found = from_notebook(json.dumps({"nbformat": 4, "cells": made}))
    assert counted(found)["total"] == 63
    assert found.places["layers", 1].cell == 4


# ------------------------------------------------------------------ training, data

TAIL = f"m = Sequential([{SMALL}, layers.Dense(1, 'sigmoid')])\n"
TRAINED = HEAD + "from keras import optimizers, losses, callbacks, datasets, utils\n"


@pytest.mark.parametrize(
    ("code", "train"),
    [
        (
            "m.compile('adam', 'binary_crossentropy', ['acc'])",
            {
                "optimizer": "adam",
                "loss": "binary_crossentropy",
                "metrics": ["accuracy"],
            },
        ),
        (
            (
                "m.compile(loss=losses.BinaryCrossentropy(), optimizer="
                "optimizers.SGD(lr=.05, momentum=.9, nesterov=True), metrics='acc')"
            ),
            {
                "optimizer": {
                    "SGD": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}
                },
                "loss": "BinaryCrossentropy",
                "metrics": ["accuracy"],
            },
        ),
        (
            "m.compile(optimizers.Adam(decay=1e-4), 'mse')",
            {
                "optimizer": {
                    "Adam": {
                        "learning_rate": {
                            "InverseTimeDecay": {
                                "initial_learning_rate": 0.001,
                                "decay_steps": 1,
                                "decay_rate": 1e-4,
                            }
                        }
                    }
                },
                "loss": "mse",
            },
        ),
        (
            (
                "rate = optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)\n"
                "m.compile(optimizers.RMSprop(rate), losses.mse)"
            ),
            {
                "optimizer": {
                    "RMSprop": {
                        "learning_rate": {
                            "ExponentialDecay": {
                                "initial_learning_rate": 0.1,
                                "decay_steps": 100,
                                "decay_rate": 0.9,
                            }
                        }
                    }
                },
                "loss": "mse",
            },
        ),
        ("m.compile('sgd')", None),
        (
            (
                "m.compile(optimizers.Adam(0.0002, 0.5),"
                " losses.BinaryCrossentropy(False, 0.1))"
            ),
            {
                "optimizer": {"Adam": {"learning_rate": 0.0002, "beta_1": 0.5}},
                "loss": {
                    "BinaryCrossentropy": {"from_logits": False, "label_smoothing": 0.1}
                },
            },
        ),
    ],
)
def test_compile_becomes_train(code: str, train: Any) -> None:
    found = read(TRAINED + TAIL + code)
    assert found.document.get("train") == train
    assert cnnspec.check(found.document).ok


LOADED = TRAINED + (
    "(x, y), (xt, yt) = datasets.mnist.load_data()\n"
    "x = x.reshape(-1, 784).astype('float32') / 255\n"
    "y = utils.to_categorical(y, 10)\n"
    "m = Sequential([layers.Dense(10, 'softmax', input_shape=(784,))])\n"
    "m.compile('adam', 'categorical_crossentropy')\n"
)


def test_fit_and_the_samples_become_data_and_train() -> None:
    code = LOADED + (
        "stop = callbacks.EarlyStopping('val_acc', 0.1, 3)\n"
        "best = callbacks.ModelCheckpoint('best.h5', save_best_only=True)\n"
        "slow = callbacks.LearningRateScheduler(lambda e: 0.1 / (e + 1))\n"
        "m.fit(x, y, 64, nb_epoch=5, validation_split=.1, shuffle=False,\n"
        "      callbacks=[stop, best, slow])\n"
    )
    found = read(code)
    assert found.document["data"] == {
        "source": "mnist",
        "flatten": True,
        "scale": 255,
        "labels": "one_hot",
    }
    assert found.document["train"] == {
        "optimizer": "adam",
        "loss": "categorical_crossentropy",
        "batch_size": 64,
        "epochs": 5,
        "validation_split": 0.1,
        "shuffle": False,
        "callbacks": [
            {
                "EarlyStopping": {
                    "monitor": "val_accuracy",
                    "min_delta": 0.1,
                    "patience": 3,
                }
            },
            {"ModelCheckpoint": {"filepath": "best.keras", "save_best_only": True}},
        ],
    }
    [lost] = found.unknowns
    assert (lost.argument, lost.place.line, lost.counts) == ("callbacks", 10, False)


@pytest.mark.parametrize(
    ("before", "after", "data"),
    [
        ("y = utils.to_categorical(y, 10)\n", "", {"labels": None}),
        ("/ 255", "/ 255 - 0.5", None),
        ("m.compile", "x = x - x.mean()\nm.compile", None),
        ("x.reshape(-1, 784)", "x", {"flatten": None, "reshape": [28, 28]}),
        ("datasets.mnist", "datasets.fashion_mnist", {"source": "fashion_mnist"}),
        ("datasets.mnist.load_data()", "numpy.load('x.npy')", None),
    ],
)
def test_what_is_done_to_samples_is_told_or_left(
    before: str, after: str, data: Any
) -> None:
    code = LOADED.replace(before, after) + "m.fit(x, y, epochs=2)\n"
    found = read(code)
    whole = {"source": "mnist", "flatten": True, "scale": 255, "labels": "one_hot"}
    wanted = data and {k: v for k, v in (whole | data).items() if v is not None}
    assert found.document.get("data") == wanted
    assert ("epochs" in found.document["train"]) == (wanted is not None)


@pytest.mark.parametrize(
    ("code", "source", "width"),
    [
        ("x = np.load('x.npy').reshape(-1, 5)", "np.load('x.npy') (line 4)", 5),
        ("x = pd.read_csv('a.csv').iloc[:, 0:8]", "pd.read_csv('a.csv') (line 4)", 8),
        (
            "x = StandardScaler().fit_transform(pd.read_csv('a.csv')[['b', 'c']])",
            "pd.read_csv('a.csv') (line 4)",
            2,
        ),
    ],
)
def test_samples_that_no_spec_has_are_named_with_their_line(
    code: str, source: str, width: int
) -> None:
    head = "import numpy as np, pandas as pd\n"
    head += "from sklearn.preprocessing import StandardScaler\n"
    model = "m = Sequential([layers.Dense(1, input_dim=x.shape[1])])\n"
    found = read(
        f"{HEAD}{head}{code}\n{model}m.compile('sgd', 'mse')\nm.fit(x, x[:, 0])"
    )
    assert found.document["input"] == {"shape": [width]}
    [lost] = found.unknowns
    assert f"where its samples come from, {source}, isn't followed" in lost.why


# ------------------------------------------------------------------ notebooks

BOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert len(BOOKS) > 6


@pytest.mark.parametrize("name", BOOKS)
def test_a_printed_table_tells_what_only_the_data_know(name: str) -> None:
    """Each has sizes that no cell holds, and what Keras 2 printed."""
    text = (FOLDER / name).read_text("utf-8")
    found = from_notebook(text)
    assert open_points(found) == []
    assert found.figures is not None
    assert counted(found)["total"] == found.figures.total
    expect = {"summary": found.figures.summary}
    assert cnnspec.check({**found.document, "expect": expect}).ok
    without = json.loads(text)
    for cell in without["cells"]:
        cell["outputs"] = []
    assert open_points(from_notebook(json.dumps(without)))


def book(*cells: tuple[str, str]) -> str:
    made = [
        {
            "cell_type": "code",
            "source": code,
            "outputs": [{"output_type": "stream", "text": text}] if text else [],
        }
        for code, text in cells
    ]
    return json.dumps({"nbformat": 4, "cells": made})


TABLE = """\
Model: "sequential"
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
flatten (Flatten)            (None, 16)                0
_________________________________________________________________
dense (Dense)                (None, 3)                 51
=================================================================
Total params: 51
Trainable params: 51
Non-trainable params: 0
_________________________________________________________________
"""


def test_a_table_that_is_of_another_model_is_held_against_the_code() -> None:
    other = f"{HEAD}m = Sequential([{SMALL}, layers.Dense(2)])\nm.summary()"
    found = from_notebook(book((other, TABLE)))
    assert found.figures is not None and found.figures.summary
    expect = {"summary": found.figures.summary}
    checked = cnnspec.check({**found.document, "expect": expect})
    assert not checked.ok
    assert found.places["layers", 2].cell == 1


NESTED = """\
Model: "encoder"
Layer (type)                 Output Shape              Param #
=================================================================
embedding (Embedding)        (None, 20, 16)            19744
global_average_pooling1d (Gl (None, 16)                0
=================================================================
Total params: 19,744
Model: "model"
Layer (type)                 Output Shape              Param #
=================================================================
input_1 (InputLayer)         [(None, 20)]              0
encoder (Sequential)         (None, 16)                19744
{}=================================================================
Total params: {}
"""
HEADED = (
    "head (Functional)            (None, 7)                 223\n"
    f"|{'¯' * 62}|\n"
    "| input_2 (InputLayer)       [(None, 16)]              0      |\n"
    "| dense_1 (Dense)            (None, 9)                 153    |\n"
    "| dense (Dense)              (None, 7)                 70     |\n"
    f"{'¯' * 64}\n"
)


@pytest.mark.parametrize("inside", [True, False])
def test_a_size_of_a_model_in_a_model_is_in_its_rows_or_its_own_table(
    inside: bool,
) -> None:
    code = (
        f"{HEAD}e = Sequential([layers.Embedding(len(w) + 1, 16), "
        "layers.GlobalAveragePooling1D()], name='encoder')\n"
        "a = Input((20,))\nx = e(a)\n"
    )
    if inside:
        code += (
            "i = Input((16,))\nn = layers.Dense(len(c))(layers.Dense(9)(i))\n"
            "x = Model(i, n, name='head')(x)\n"
        )
    rows, total = (HEADED, "19,967") if inside else ("", "19,744")
    code += "m = Model(a, x)\ne.summary()\nm.summary()"
    found = from_notebook(book((code, NESTED.format(rows, total))))
    assert open_points(found) == []
    assert counted(found)["total"] == int(total.replace(",", ""))


def test_cells_that_ran_in_another_order_are_read_in_it(tmp_path: Path) -> None:
    """Where the table shows it; what can't be so is told as code has it."""
    cells = ("n = 2", ""), (f"{HEAD}m = Sequential([{_OPEN}])\nm.summary()", TABLE)
    data = json.loads(book(*cells, ("n = 3", "")))
    path = tmp_path / "cells.ipynb"
    for counts, ok in (((1, 3, 2), True), ((1, 2, 3), False), ((1, 3, None), False)):
        for cell, count in zip(data["cells"], counts, strict=True):
            cell["execution_count"] = count
        path.write_text(json.dumps(data), encoding="utf-8")
        checked = cnnspec.check(path)
        assert checked.ok == ok
        assert ok or "write units=3 in cell 2" in checked.diagnostics[0].hint


_OPEN = "layers.Flatten(input_shape=(4, 4)), layers.Dense(n)"


@pytest.mark.parametrize(
    ("after", "has"),
    [
        ("", True),
        ("m.add(layers.Dense(2))", False),
        ("m.layers[1].trainable = False", False),
        ("m = Sequential([layers.Dense(2, input_shape=(3,))])\nm.compile()", False),
    ],
)
def test_a_table_is_of_the_model_as_it_was_then(after: str, has: bool) -> None:
    code = f"{HEAD}m = Sequential([{SMALL}])\nm.summary()"
    found = from_notebook(book((code, TABLE), (after, "")))
    assert (found.figures is not None) is has


def test_a_cell_tells_which_model_is_meant() -> None:
    cells = [(f"{HEAD}m = Sequential([{SMALL}])\nm.summary()", TABLE)]
    cells.append((f"m = Sequential([{SMALL}, layers.ReLU()])\nm.summary()", ""))
    text = book(*cells)
    assert len(from_notebook(text).document["layers"]) == 3
    first = from_notebook(text, Choice(cell=1))
    assert len(first.document["layers"]) == 2
    assert first.figures is not None and first.figures.total == 51
    with pytest.raises(ReadError, match="there are models in cells 1, 2"):
        from_notebook(text, Choice(cell=7))


def test_notebooks_of_version_3_are_read() -> None:
    cell = {"cell_type": "code", "input": [f"{HEAD}m = Sequential([{SMALL}])\n"]}
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]})
    assert counted(from_notebook(text))["total"] == 51


# ------------------------------------------------------------------ old spellings

PYTHON_2 = """\
from keras.models import Sequential
from keras.layers.core import Dense
print 'Building model...'
try:
    import cPickle
except ImportError, e:
    raise SystemExit, 'no'
model = Sequential()
model.add(Dense(3, input_dim=4))
print "done: %d" % 3
"""


@pytest.mark.parametrize(
    ("code", "total"),
    [
        (PYTHON_2, 15),
        (
            f"!pip install keras\n{HEAD}%matplotlib inline\nm = Sequential([{SMALL}])",
            51,
        ),
        (f"{HEAD}m =\u00a0Sequential([{SMALL}])\n", 51),
    ],
)
def test_code_is_read_as_people_keep_it(code: str, total: int) -> None:
    assert counted(read(code))["total"] == total


def test_a_line_that_no_cell_should_have_is_passed_over() -> None:
    bad = f"{HEAD}keras install now\nm = Sequential([{SMALL}])\n"
    assert counted(from_notebook(book((bad, ""))))["total"] == 51
    with pytest.raises(ReadError, match="no Python"):
        read(bad)


@pytest.mark.parametrize(
    ("old", "after"),
    [
        ("keras.layers.recurrent", False),
        ("keras.layers", True),
        ("tensorflow.keras.layers", True),
    ],
)
def test_a_gru_is_that_of_its_time(old: str, after: bool) -> None:
    code = f"from {old} import GRU\nfrom keras import *\n"
    found = read(f"{code}m = Sequential([GRU(4, input_shape=(5, 3))])")
    [step] = found.document["layers"]
    assert step["GRU"].get("reset_after", True) is after


# ------------------------------------------------------------------ faulty programs

LAYERS = "from keras import *\nfrom keras.layers import *\n"
MNIST = "from keras.datasets import mnist\n(x, y), _ = mnist.load_data()\n"


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        ("m = Sequential([Dense(3, 'rellu', input_shape=(4,))])", 3, "mean 'relu'?"),
        ("m = Sequential([Dense(-3, input_shape=(4,))])", 3, "Dense.units must be"),
        ("m = Sequential([Dense('10', input_shape=(4,))])", 3, "write 10"),
        (
            "m = Sequential([Conv2D(4, 9, input_shape=(8, 8, 1))])",
            3,
            'write padding="same"; or write kernel_size=8',
        ),
        ("m = Sequential([Dense(input_shape=(4,))])", 3, "Dense needs 'units'"),
        (
            "m = Sequential([Conv2D(4, 3, input_shape=(8, 8))])",
            3,
            "write input_shape=(8, 8, 1)",
        ),
        (
            "i = Input((8, 8))\nm = Model(i, Conv2D(4, 3)(i))",
            4,
            "write shape=(8, 8, 1)",
        ),
        (
            (
                "i = Input((8, 8, 1))\na = Conv2D(4, 3)(i)\n"
                "m = Model(i, Concatenate()([a, i]))"
            ),
            5,
            "call it on [ZeroPadding2D(padding=((1, 1), (1, 1)))(conv2d), input]",
        ),
        ("m = Sequential([Conv2d(4, 3, input_shape=(8, 8, 1))])", 3, "write Conv2D"),
        (
            (
                f"{MNIST}m = Sequential([Conv2D(4, 3, input_shape=(32, 32, 3)), "
                "Flatten(), Dense(10)])\nm.compile('adam', "
                "'sparse_categorical_crossentropy')\nm.fit(x, y)"
            ),
            5,
            "set input_shape=(28, 28, 1); or load other samples",
        ),
        (
            (
                f"{MNIST}x = x.reshape(-1, 28, 28, 1)\n"
                "m = Sequential([Conv2D(10, 3, input_shape=(28, 28, 1))])\n"
                "m.compile('adam', 'sparse_categorical_crossentropy')\nm.fit(x, y)"
            ),
            6,
            "put GlobalAveragePooling2D() behind it",
        ),
        (
            (
                "i = Input((4,))\nm = Model(i, [Dense(1, name='age')(i), "
                "Dense(2, name='sex')(i)])\nm.compile('adam', "
                "{'age': 'mse', 'gender': 'mse'})"
            ),
            5,
            "names 'gender', which is no output",
        ),
        (
            "m = Sequential()\nm.add(Conv2D(8, kernal_size=3, input_shape=(9, 9, 1)))",
            4,
            "did you mean 'kernel_size'?",
        ),
        ("m = Sequential([Input((4,)), Dnse(3)])", 3, "no layer 'Dnse'"),
        (
            "m = Sequential()\nm.add(Input((4, 4, 1)))\nm.add(Flatten)",
            5,
            "Flatten is a class",
        ),
        ("i = Input((4,))\nx = Dense(3)\nm = Model(i, x)", 5, "called on no tensor"),
        ("i = Input((4,))\nx = Dense(3)(i)\nm = Model(i, y)", 5, "a model of y"),
        (
            "a, b = Input((4,)), Input((4,))\nm = Model(a, Add()([a, b]))",
            3,
            "b is read, and isn't among the inputs",
        ),
        (
            (
                "i = Input((4,))\nx = Dense(4, name='a')(i)\n"
                "m = Model(i, Dense(2, name='a')(x))"
            ),
            5,
            "the name 'a' is given in line 4",
        ),
        (
            (
                "m = Sequential([Conv2D(8, 5, input_shape=(12, 12, 1)), MaxPool2D(4),\n"
                "                Conv2D(8, 5)])"
            ),
            4,
            "does not fit its 2x2 input",
        ),
        (
            (
                "i = Input((4, 4, 3))\nx = Conv2D(8, 3, padding='same')(i)\n"
                "m = Model(i, Add()([i, x]))"
            ),
            5,
            "can't join 4x4x3 and 4x4x8",
        ),
        (
            "m = Sequential([LSTM(8, input_shape=(10, 3)),\n  LSTM(8), Dense(1)])",
            4,
            "return_sequences=True in line 3",
        ),
        (
            "m = Sequential([Dense(9, input_shape=(4,)), Reshape((7, 7))])",
            3,
            "can't lay the 9 numbers",
        ),
        (
            "m = Sequential([Dense(1, input_shape=(4,))])\nm.compile('adma', 'mse')",
            4,
            "did you mean 'adam'?",
        ),
        (
            (
                f"{MNIST}m = Sequential([Flatten(input_shape=(28, 28)),\n"
                "                Dense(9, 'softmax')])\n"
                "m.compile('adam', 'sparse_categorical_crossentropy')\nm.fit(x, y)"
            ),
            6,
            "set units=10",
        ),
        (
            (
                f"{MNIST}m = Sequential([Flatten(input_shape=(28, 28)),\n"
                "                Dense(10, 'softmax')])\n"
                "m.compile('adam', 'categorical_crossentropy')\nm.fit(x, y)"
            ),
            7,
            "needs one_hot labels",
        ),
        (
            "m = Sequential([\n  Input((4,)),\n  Dense(3, input_shpae=(4,))])",
            5,
            "did you mean 'input_shape'?",
        ),
        (
            "m = Sequential([\n  Input((4,)),\n  keras.layers.flatten()])",
            5,
            "Flatten",
        ),
        ("m = Sequential([\n  Dense(3),\n  Dense(2)\nm.summary()", 3, "never closed"),
        ("def f():\nreturn Sequential([Dense(1)])", 4, "expected an indented block"),
    ],
)
def test_a_faulty_program_is_told_at_its_line(
    code: str, line: int, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.py"
    path.write_text(LAYERS + code, "utf-8")
    found = [d for d in cnnspec.check(path).diagnostics if d.severity == "error"]
    assert found and said in f"{found[0].text}; {found[0].hint}", found
    assert found[0].mark.line == line, str(found[0])


def test_a_model_that_the_code_leaves_out_is_that_of_its_last_tensor() -> None:
    code = f"{LAYERS}i = Input((4,))\nx = Dense(3)(i)\ny = Dense(2)(x)\n# Model(i, y)\n"
    assert counted(read(code))["total"] == 15 + 8


# ------------------------------------------------------------------ alternating models

GAN = HEAD + (
    "class GAN:\n"
    "    def __init__(self):\n"
    "        self.critic = self.build(8, 1)\n"
    "        self.critic.compile('adam', 'mse')\n"
    "        self.maker = self.build(2, 8)\n"
    "        z = Input((2,))\n"
    "        self.critic.trainable = False\n"
    "        self.both = Model(z, self.critic(self.maker(z)))\n"
    "        self.both.compile('adam', 'mse')\n"
    "    def build(self, size, out):\n"
    "        model = Sequential()\n"
    "        model.add(layers.Dense(out, input_shape=(size,)))\n"
    "        return model\n"
    "    def train(self, epochs):\n"
    "        for epoch in range(epochs):\n"
    "            self.critic.train_on_batch(real, ones)\n"
    "            self.both.train_on_batch(noise, ones)\n"
    "GAN().train(30000)\n"
)


def test_models_that_an_object_keeps_have_the_names_of_its_attributes() -> None:
    found = read(GAN)
    assert (counted(found), set(found.others)) == (
        {"total": 33, "trainable": 24},
        {"critic", "maker"},
    )
    assert counted(read(GAN, model="maker"))["total"] == 24


@pytest.mark.parametrize(
    ("loop", "why"),
    [
        (
            (
                "seen = set()\nfor text in texts:\n"
                "    for c in text:\n        if c not in seen:\n"
                "            seen.add(c)\n"
                "n = len(seen)\n"
            ),
            "len(seen)",
        ),
        ("n = 1\nfor one in rows:\n    n += 1\n", "n"),
        (
            "n = 0\nfor text in texts:\n    if len(text) > n:\n        n = len(text)\n",
            "n",
        ),
        ("seen = []\nwhile more():\n    seen.append(1)\nn = len(seen)\n", "len(seen)"),
    ],
)
def test_what_a_loop_over_the_data_counts_isnt_known(loop: str, why: str) -> None:
    found = read(f"{HEAD}{loop}Sequential([layers.Dense(n, input_shape=(4,))])\n")
    assert open_points(found) == [f"dense.units: {why} isn't in the code"]


def test_a_loop_over_the_data_leaves_layers_and_settings_alone() -> None:
    code = HEAD + (
        "width, parts = 8, []\nx = i = Input((4,))\n"
        "for fold in folds:\n    print(width)\n    parts.append(i)\n"
        "Model(i, layers.Dense(width)(parts[0]))\n"
    )
    assert counted(read(code))["total"] == 40


def test_an_array_of_any_size_has_the_form_that_it_is_given() -> None:
    code = HEAD + (
        "import numpy as np\nx = np.load('x.npy')\nx = x.reshape(-1, 8, 8, 1)\n"
        "y = np.reshape(other, (-1, 3))\n"
        "Sequential([layers.Flatten(input_shape=x.shape[1:]), "
        "layers.Dense(y.shape[1])])\n"
    )
    found = read(code)
    assert (open_points(found), counted(found)["total"]) == ([], 195)


def test_what_an_input_is_taken_to_be_is_told() -> None:
    found = read(f"{HEAD}Sequential([layers.Dense(1, input_shape=(x.shape[1],))])")
    [lost] = [one for one in found.unknowns if one.counts]
    assert (lost.why, lost.candidates) == ("x.shape[1] isn't in the code", (10,))


# ------------------------------------------------------------------ data sets

BATCHES = (
    "import tensorflow as tf\nfrom tensorflow.keras import layers\n"
    "(x, y), (xt, yt) = tf.keras.datasets.mnist.load_data()\n"
    "x = x[..., tf.newaxis] / 255.\n"
    "data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(99).batch(64)\n"
)
OWN_MODEL = (
    "class Net(tf.keras.Model):\n"
    "    def __init__(self):\n        super().__init__()\n"
    "        self.flat = layers.Flatten()\n        self.out = layers.Dense(2)\n"
    "    def call(self, x):\n        return self.out(self.flat(x))\n"
    "net = Net()\n"
)


def test_a_data_set_of_arrays_is_followed() -> None:
    code = BATCHES + (
        "m = tf.keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        "m.compile('adam', 'sparse_categorical_crossentropy')\nm.fit(data, epochs=3)\n"
    )
    found = read(code)
    assert found.document["data"] == {"source": "mnist", "scale": 255}
    assert found.document["train"]["batch_size"] == 64
    assert counted(found)["total"] == 7850


def test_what_a_class_was_compiled_with_before_it_was_built_is_kept() -> None:
    code = BATCHES + OWN_MODEL + "net.compile('adam', 'mse')\nnet.fit(data)\n"
    found = read(code).document
    assert found["train"] == {"optimizer": "adam", "loss": "mse", "batch_size": 64}
    assert found["data"] == {"source": "mnist", "scale": 255}


def test_a_model_that_a_loop_over_the_data_calls_has_their_shape() -> None:
    loop = "for images, labels in data:\n    net(images)\n"
    assert counted(read(BATCHES + OWN_MODEL + loop))["total"] == 1570


def test_a_model_that_is_called_on_what_nobody_knows_is_read_all_the_same() -> None:
    found = read(f"{BATCHES}{OWN_MODEL}for images in load():\n    net(images)\n")
    assert open_points(found) == [
        "input.shape: the shape of what net is called on isn't in the code"
    ]


FINE_TUNED = HEAD + (
    "from keras.applications import MobileNetV2\n"
    "base = MobileNetV2(include_top=False, weights=None, input_shape=(96, 96, 3))\n"
    "base.trainable = False\n"
    "top = layers.Dense(2)(layers.GlobalAveragePooling2D()(base.output))\n"
    "m = Model(base.input, top)\n"
)


def test_layers_inside_stay_frozen_until_each_is_trained_again() -> None:
    loop = "for one in m.layers[-5:]:\n    one.trainable = True\n"
    found = read(FINE_TUNED + loop)
    [step, *_] = found.document["layers"]
    assert step["MobileNetV2"]["from_layer"] == "Conv_1"
    # 320 · 1280 of Conv_1, 2 · 1280 of its normalization, 1280 · 2 + 2 of Dense
    assert counted(found)["trainable"] == 414_722


def test_layers_inside_have_their_classes() -> None:
    loop = (
        "for one in m.layers[-5:]:\n"
        "    if not isinstance(one, layers.BatchNormalization):\n"
        "        one.trainable = True\n"
    )
    assert open_points(read(FINE_TUNED + loop)) == [
        ".trainable: layers between trained ones are frozen"
    ]


@pytest.mark.parametrize(
    "call",
    [
        "K.batch_dot(x, y, axes=('a', 'b'))",
        "K.batch_dot(x, y, axes=(1.5, 2))",
        "K.batch_dot(x, y, axes=([1], [2]))",
        "x + tf.cast(tf.range(float('nan')), 'float32')",
        "x + tf.range(float('inf'))",
        "x + tf.range(0, 10, 1e-320)",
        "x + tf.range(10 ** 400)",
        "x + tf.range(0, 10, 0)",
        "tf.matmul(x, b=3, transpose_b=True)",
        "tf.reshape(x, [None, -1, 'a'])",
        "tf.image.extract_patches(x, sizes='ab', strides=[1], rates=None)",
        "tf.tensordot(x, y, axes='a')",
        "tf.einsum(1, x, y)",
        "tf.tile(tf.Variable([[1.0]]), [x, y])",
        "tf.concat([tf.Variable(0.0), x], 1)",
        "x + K.random_normal(shape=(None, -1))",
    ],
)
def test_what_a_function_cannot_take_is_told_of_its_line(
    call: str, tmp_path: Path
) -> None:
    code = tmp_path / "code.py"
    code.write_text(
        "import tensorflow as tf\nfrom tensorflow import keras\n"
        "from tensorflow.keras import layers, backend as K\n"
        "x, y = keras.Input((4, 8)), keras.Input((4, 8))\n"
        f"z = {call}\n"
        "m = keras.Model([x, y], layers.Dense(2)(layers.Flatten()(z)))\n"
    )
    found = cnnspec.check(code)
    assert found.diagnostics
    assert {one.mark.line for one in found.diagnostics} <= {5, 6}


def test_what_tensorflow_has_beside_its_keras_is_that_of_keras() -> None:
    code = (
        "import tensorflow as tf\nfrom tensorflow.keras import layers\n"
        "start = tf.random_normal_initializer(0., 0.02)\n"
        "m = tf.keras.Sequential([layers.Input((4,)),\n"
        "    layers.Dense(2, kernel_initializer=start)])\n"
        "m.compile(tf.optimizers.Adam(0.01), tf.losses.MeanSquaredError())\n"
    )
    found = read(code)
    [step] = found.document["layers"]
    start = {"RandomNormal": {"mean": 0.0, "stddev": 0.02}}
    assert step["Dense"]["kernel_initializer"] == start
    assert found.document["train"] == {
        "optimizer": {"Adam": {"learning_rate": 0.01}},
        "loss": "MeanSquaredError",
    }
    assert not found.unknowns


def test_states_are_counted_where_no_size_is_known() -> None:
    """A convolutional LSTM has two, and takes images and no rows."""
    found = read(
        "from keras.layers import Input, ConvLSTM2D, Add\n"
        "from keras.models import Model\n"
        "x = Input(shape=(None, len(frames), 8, 3))\n"
        "o, h, c = ConvLSTM2D(4, 3, return_state=True)(x)\n"
        "model = Model(x, Add()([h, c]))\n"
    )
    assert [one.argument for one in found.unknowns] == ["shape"]
    [_, step] = found.document["layers"]
    assert step["Add"]["from"] == ["conv_lstm2d.1", "conv_lstm2d.2"]


def test_outputs_that_code_calls_otherwise() -> None:
    found = read(
        "import keras\nfrom keras import layers\n"
        "x = keras.Input((8,))\n"
        "one, two = layers.Dense(10, 'softmax')(x), layers.Dense(1)(x)\n"
        "model = keras.Model(x, {'digit': one, 'tilt': two})\n"
        "losses = {'digit': 'sparse_categorical_crossentropy', 'tilt': 'mse'}\n"
        "model.compile('adam', losses, loss_weights={'digit': 1.0, 'tilt': 0.1})\n"
    )
    assert found.document["outputs"] == ["dense", "dense_1"]
    train = found.document["train"]
    crossentropy = "sparse_categorical_crossentropy"
    assert train["loss"] == {"dense": crossentropy, "dense_1": "mse"}
    assert train["loss_weights"] == {"dense": 1.0, "dense_1": 0.1}


def test_a_mean_with_weights_may_have_them_last() -> None:
    found = read(
        "import keras\nfrom keras import ops\n"
        "a, w, b = keras.Input((4, 6)), keras.Input((4, 6)), keras.Input((4, 6))\n"
        "one, two = ops.average(a, 1, w), ops.average(b, weights=w, axis=1)\n"
        "model = keras.Model([a, w, b], [one, two])\n"
    )
    steps = [step["ops.average"] for step in found.document["layers"]]
    assert [(one["axis"], one["from"]) for one in steps] == [
        (1, ["a", "w"]),
        (1, ["b", "w"]),
    ]
