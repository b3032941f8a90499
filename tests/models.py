"""Specs as text, for tests that need a model."""

from collections.abc import Iterable


def spec(layers: Iterable[str], given: str = "[32, 32, 3]", name: str = "model") -> str:
    """A spec of one input and a layer list, an entry a line."""
    listed = "".join(f"  - {layer}\n" for layer in layers)
    return f"name: {name}\ninput: {given}\nlayers:\n{listed}"


def _vgg16() -> Iterable[str]:
    """Simonyan and Zisserman 2014, configuration D, named as in keras.applications."""
    stages = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
    for stage, (filters, times) in enumerate(stages, 1):
        for place in range(1, times + 1):
            yield (
                f"Conv2D: {{name: block{stage}_conv{place}, filters: {filters}, "
                "kernel_size: 3, padding: same, activation: relu}"
            )
        yield f"MaxPooling2D: {{name: block{stage}_pool, pool_size: 2}}"
    yield "Flatten"
    for name, units in [("fc1", 4096), ("fc2", 4096), ("predictions", 1000)]:
        yield f"Dense: {{name: {name}, units: {units}}}"


def _nin() -> Iterable[str]:
    """Network in Network: a 1×1 convolution after all 3×3 ones but the first."""
    for place in range(6):
        yield "Conv2D: {filters: 50, kernel_size: 3, padding: same}"
        if place:
            yield "Conv2D: {filters: 25, kernel_size: 1}"
        yield "BatchNormalization"
        yield "Activation: relu"
        if place % 2:
            yield "MaxPooling2D: 2"
    yield "Flatten"
    yield "Dense: {units: 50, activation: relu}"
    yield "Dropout: 0.5"
    yield "Dense: {units: 10, activation: softmax}"


VGG16 = spec(_vgg16(), "[224, 224, 3]", "vgg16")
NIN = spec(_nin(), "[28, 28, 1]", "nin")
