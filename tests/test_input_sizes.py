"""`check --input`: a model as it is built, with inputs of other sizes."""

import pytest

from cnnspec import api

UNET = """\
input: [null, null, 3]
defaults: {Conv2D: {padding: same, kernel_size: 3}}
layers:
  - Conv2D: {filters: 8, name: one}
  - MaxPooling2D: 2
  - Conv2D: 8
  - MaxPooling2D: 2
  - Conv2D: 8
  - UpSampling2D: 2
  - UpSampling2D: 2
  - Concatenate: {from: [prev, one]}
  - Conv2D: {filters: 1, kernel_size: 1}
"""
POOLED = """\
input: [224, 224, 3]
layers:
  - Conv2D: {filters: 8, kernel_size: 3, strides: 2}
  - GlobalAveragePooling2D
  - Dense: 10
"""
FLAT = POOLED.replace("GlobalAveragePooling2D", "Flatten")
TWO = """\
inputs: {a: [null, 4], b: [8]}
layers:
  - Conv1D: {filters: 4, kernel_size: 5, from: a}
  - GlobalAveragePooling1D
  - Concatenate: {from: [prev, b]}
  - Dense: 3
"""


def found(text: str, *sizes: str) -> list[str]:
    return [str(one) for one in api.check(text, sizes=sizes).diagnostics]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        (UNET, "600x600"),
        (UNET, "600x604x3"),
        (UNET, "4×4"),
        (POOLED, "600x600"),
        (POOLED, "3x3"),
        (FLAT, "224x224"),
        (FLAT, "223x224x3"),
        (TWO, "a=5"),
    ],
)
def test_sizes_that_fit(text: str, sizes: str) -> None:
    checked = api.check(text, sizes=sizes)
    assert checked.ok, checked
    own = api.load(text).summary
    assert checked.summary
    assert checked.summary.total_params == own.total_params
    if "600" in sizes:
        assert checked.summary.macs != own.macs


@pytest.mark.parametrize(
    ("text", "sizes", "line", "said"),
    [
        (UNET, "602x602", 11, "where the input is 602x602; 600x600 and 604x604 fit"),
        (UNET, "600x602", 11, "where the input is 600x602; 600x600 and 600x604 fit"),
        (UNET, "2x2", 7, "4x4 fits"),
        (POOLED, "2x2", 3, "3x3 fits"),
        (POOLED, "224x224x1", 3, "has weights for 224x224x3, and gets 224x224x1"),
        (FLAT, "226x226", 5, "'dense' (Dense) has weights for 98568, and gets 100352"),
        (FLAT, "226x226", 5, "224x224 fits"),
        (FLAT, "600x600", 5, "it is built for 224x224x3"),
        (TWO, "a=3", 3, "where the input is a 3; a 5 fits"),
    ],
)
def test_sizes_that_do_not(text: str, sizes: str, line: int, said: str) -> None:
    [wrong] = found(text, sizes)
    assert wrong.startswith(f"spec:{line}:5: error[shape]: ")
    assert said in wrong


def test_what_is_told_fits() -> None:
    for sizes in ("601x601", "602x602", "603x603"):
        [wrong] = found(UNET, sizes)
        for near in ("600x600", "604x604"):
            assert near in wrong
            assert not found(UNET, near)


@pytest.mark.parametrize(
    ("text", "sizes", "said"),
    [
        (UNET, "6a", "--input takes sizes, as in 600x600"),
        (UNET, "600", "is ?x?x3, and 600 has 1 of its 3 sizes"),
        (UNET, "0x4", "--input takes sizes"),
        (UNET, "=4x4", "--input takes sizes"),
        (UNET, "a=4x4", "the model has no input 'a'; it has 'input_layer'"),
        (TWO, "5", "the model has the inputs 'a' and 'b'; write a=5"),
    ],
)
def test_what_is_no_size(text: str, sizes: str, said: str) -> None:
    with pytest.raises(api.OverrideError) as caught:
        api.check(text, sizes=[sizes])
    assert said in str(caught.value)


def test_keras_agrees() -> None:
    import numpy as np

    model = api.keras_model(api.loads(UNET))
    assert model(np.zeros((1, 12, 8, 3), "float32")).shape == (1, 12, 8, 1)
    assert not found(UNET, "12x8")
    with pytest.raises(Exception, match="Concatenate"):  # as TensorFlow says it
        model(np.zeros((1, 14, 8, 3), "float32"))
    assert found(UNET, "14x8")
