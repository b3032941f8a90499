"""What the templates are told of `data:`, `train:` and `ensemble:`."""

from collections.abc import Iterator
from math import prod
from typing import Any

from cnnspec.catalogue.metrics import Metric
from cnnspec.emit.code.python import Code, Group, call, decimal, flat, text, value
from cnnspec.judge.answers import Answer, Output, answer
from cnnspec.judge.training import encoding, figures
from cnnspec.language.program import Program
from cnnspec.language.training import Data, Ensemble, Train
from cnnspec.model.graph import Input
from cnnspec.model.summary import Summary

_GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"
_DOWNLOADS = {
    "mnist": ("", "mnist.npz", f"{_GOOGLE}mnist.npz"),
    "fashion_mnist": (
        "fashion-mnist/",
        (
            "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
            "t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz"
        ),
        _GOOGLE,
    ),
    "cifar10": (
        "",
        "cifar-10-batches-py-target_archive",
        f"{_TORONTO}cifar-10-python.tar.gz",
    ),
    "cifar100": (
        "",
        "cifar-100-python-target_archive",
        f"{_TORONTO}cifar-100-python.tar.gz",
    ),
}
"""The folder and file that Keras keeps of a source, and its address: those of
keras/src/datasets, Keras 3.15."""


def training_values(
    program: Program, summary: Summary, *, notebook: bool = False
) -> dict[str, Any]:
    """What the templates are told of how a model is trained.

    Args:
        program: with `data:` and `train:`.
        summary: of the model, which has one input and one output.
        notebook: where several processes can't share the training.
    """
    data, train, ensemble = program.data, program.train, program.ensemble
    assert data is not None
    assert train is not None
    [tensor] = summary.graph.inputs
    return {
        **_data_values(data, train, tensor),
        **_fit_values(data, train, ensemble, notebook),
        **_answer_values(data, train, ensemble, summary),
        "results": results_folder(program),
    }


def _data_values(data: Data, train: Train, tensor: Input) -> dict[str, Any]:
    shape = tensor.shape[1:]
    pixels = prod(size or 1 for size in shape)
    folder, file, url = _DOWNLOADS.get(data.source, ("", "", ""))
    height, width, channels = data.image or (*shape, 0, 0, 0)[:3]
    mode = {1: "grayscale", 3: "rgb", 4: "rgba"}.get(channels or 0, "")
    image: list[tuple[str, Code]] = [("", "file")]
    image += [("color_mode=", text(mode)), ("target_size=", f"({height}, {width})")]
    coarse = data.label_mode == "coarse"
    return {
        "sample_shape": f"(n, {', '.join(map(str, shape))})",
        "samples_line": _samples(tensor, data.scale),
        "scale": data.scale and decimal(data.scale).removesuffix(".0"),
        "pixels": f"{pixels:,}",
        "pixels_code": str(pixels),
        "class_names": value(list(data.names)),
        "split": Group("train_test_split(", list(_split(data, train)), ")"),
        "data_seed": _data_seed(data, train),
        "load_arguments": 'label_mode="coarse"' if coarse else "",
        "load_image": Group("keras.utils.load_img(", image, ")"),
        "endings": ".bmp, .gif, .jpeg, .jpg, .png",
        "folder": folder,
        "file": file,
        "url": url,
        "source": data.source,
    }


def _samples(tensor: Input, scale: float | None) -> str:
    """The line that brings samples to the shape and type of the model's input."""
    shaped = f"samples.reshape({_flat_value((-1, *tensor.shape[1:]))})"
    divided = f" / {decimal(scale).removesuffix('.0')}" if scale else ""
    if "float" in tensor.dtype:
        # NumPy lacks some of these types; Keras casts to them.
        return f'    samples = {shaped}.astype("float32"){divided}'
    if divided:
        shaped = f"({shaped}{divided})"
    return f"    samples = {shaped}.astype({text(tensor.dtype)})"


def _flat_value(found: Any) -> str:
    return flat(value(found))


def _split(data: Data, train: Train) -> Iterator[tuple[str, Code]]:
    yield "", "samples"
    yield "", "labels"
    if data.test_size is not None:
        yield "test_size=", value(data.test_size)
    yield "random_state=", str(_data_seed(data, train))


def _data_seed(data: Data, train: Train) -> int:
    """The seed of splits and shuffles of the data.

    A run that goes on after a stop, and each member of an ensemble, has to hold back
    the same samples.
    """
    return train.seed or 0 if data.random_state is None else data.random_state


# ------------------------------------------------------------------ compile and fit


def _fit_values(
    data: Data, train: Train, ensemble: Ensemble | None, notebook: bool
) -> dict[str, Any]:
    compiled: list[tuple[str, Code]] = [
        ("optimizer=", value(train.optimizer)),
        ("loss=", value(train.loss)),
    ]
    if train.metrics:
        compiled.append(("metrics=", value(list(train.metrics))))
    if train.jit_compile != "auto":
        compiled.append(("jit_compile=", value(train.jit_compile)))
    distributes = train.distribute is not None and not notebook
    held_out = "valid" if data.validation else "test"
    figure = "accuracy" if "accuracy" in figures(train) else "loss"
    return {
        "compile": Group("model.compile(", compiled, ")"),
        "fit": Group("model.fit(", list(_fit(data, train, distributes)), ")"),
        "distributes": distributes,
        "resumes": train.resume or distributes,
        "splits_here": bool(train.validation_split),
        "sizes": _sizes(data, train),
        "callbacks": _callbacks(train, ensemble, distributes),
        "held_out": held_out,
        "held_out_name": {"valid": "validation", "test": "test"}[held_out],
        "fuses": train.steps_per_execution > 1,
        "validates": bool(data.validation or train.validation_split),
        "figure": figure,
        "figures": dict.fromkeys(("loss", figure)),
        "several_figures": any(Metric.of(m).is_several for m in train.metrics),
        "folder_field": "{folder}" if ensemble else "{RESULTS}",
    }


_WRITES = ("filepath", "filename", "backup_dir", "log_dir")
"""Arguments of callbacks that name what they write."""


def _callbacks(train: Train, ensemble: Ensemble | None, resumes: bool) -> Code | None:
    """The list of callbacks; members of an ensemble each write to their own folder."""
    codes: list[tuple[str, Code]] = []
    for callback in train.callbacks:
        changed: dict[str, Code] = {}
        for name in set(_WRITES) & callback.fields().keys() if ensemble else ():
            file = getattr(callback, name)
            changed[name] = f"str(folder / {text(file)})"
        going_on = train.resume or resumes
        if type(callback).__name__ == "CSVLogger" and going_on:
            changed["append"] = "True"
        codes.append(("", call(callback, changed)))
    return Group("[", codes, "]") if codes else None


def results_folder(program: Program) -> str:
    """Where a script leaves its results, seen from where it is run."""
    # A name of dots alone would lead out of it.
    return f"results/{program.name if program.name.strip('. ') else 'model'}"


def _sizes(data: Data, train: Train) -> str:
    """The numbers of samples that several devices have to share evenly."""
    if train.validation_split:
        return "BATCH_SIZE, split, len(x_train) - split"
    validation = ", len(x_valid)" if data.validation else ""
    return f"BATCH_SIZE, len(x_train){validation}"


def _fit(data: Data, train: Train, distributes: bool) -> Iterator[tuple[str, Code]]:
    if distributes:
        part = "[:split]" if train.validation_split else ""
        yield "*", f"share(x_train{part}, y_train{part}, devices)"
        yield "batch_size=", "BATCH_SIZE // PROCESSES"
    elif train.steps_per_execution > 1:
        yield "", "x_train.view(OnDevice)"
        yield "", "y_train.view(OnDevice)"
        yield "batch_size=", "fuse_steps(model)"
    else:
        yield "", "x_train"
        yield "", "y_train"
        yield "batch_size=", "BATCH_SIZE"
    yield "epochs=", "EPOCHS"
    if train.resume or distributes:
        yield "initial_epoch=", "done"
    if distributes and train.validation_split:
        yield "validation_data=", "share(x_train[split:], y_train[split:], devices)"
    elif distributes and data.validation:
        yield "validation_data=", "share(x_valid, y_valid, devices)"
    elif data.validation:
        yield "validation_data=", "(x_valid, y_valid)"
    elif train.validation_split:
        yield "validation_split=", "VALIDATION_SPLIT"
    if not train.shuffle:
        yield "shuffle=", "False"
    if train.class_weight == "balanced":
        yield "class_weight=", "weights"
    elif train.class_weight:
        weights = train.class_weight
        if isinstance(weights, tuple):
            weights = dict(enumerate(weights))
        pairs = [(f"{key}: ", decimal(weight)) for key, weight in weights.items()]
        yield "class_weight=", Group("{", pairs, "}")
    own = "StopOnCtrlC(), history"
    yield "callbacks=", f"[*callbacks, {own}]" if train.callbacks else f"[{own}]"


# ------------------------------------------------------------------ labels and answers


def _answer_values(
    data: Data, train: Train, ensemble: Ensemble | None, summary: Summary
) -> dict[str, Any]:
    [last] = [row for row in summary.rows if row.name == summary.graph.outputs[0]]
    shape = last.output_shape
    assert isinstance(shape, tuple)
    read = answer(train, Output(shape, last.layer, last.path))
    one_hot = encoding(data, train) == "one_hot"
    classes = shape[-1] if read.form == "classes" else 2
    held_out = "valid" if data.validation else "test"
    numbered = read.form != "number"
    image = data.image or _image_of(summary.graph.inputs[0])
    names = "CLASS_NAMES" if data.names else ""
    if data.source == "image_directory" and not names and numbered:
        names = "names"
    y = f"y_{held_out}"
    return {
        "answer": read,
        "one_hot": one_hot,
        "found": "probabilities" if read.probabilities else "class_scores",
        "threshold": 0.5 if read.probabilities else 0,
        "truth": _classes_of(y, one_hot, read),
        "train_classes": _classes_of("y_train", one_hot, read),
        "classes": classes,
        "counts_classes": numbered,
        "checks_labels": numbered
        and not data.contiguous
        and data.source in ("csv", "npz"),
        "renumbers": numbered and data.contiguous,
        "may_renumber": data.source in ("csv", "npz"),
        "label_files": _label_files(data),
        "names_classes": bool(data.names),
        "names": names,
        "reads_names": names == "names",
        "names_code": f", {names}" if names else "",
        "shows_images": numbered and image is not None,
        "reshapes_images": image is not None
        and image != summary.graph.inputs[0].shape[1:],
        "image_code": _flat_value((-1, *(image or ()))),
    }


def _classes_of(labels: str, one_hot: bool, read: Answer) -> str:
    """The code of the numbers of the classes that labels stand for."""
    if read.form != "classes":
        return f"{labels}.reshape(-1)"
    return f"np.argmax({labels}, axis=1)" if one_hot else labels


def _image_of(tensor: Input) -> tuple[int, ...] | None:
    """The sizes of a tensor's samples, if they look like images."""
    shape = tensor.shape[1:]
    is_image = len(shape) == 3 and shape[-1] in (1, 3, 4)
    return tuple(size or 1 for size in shape) if is_image else None


def _label_files(data: Data) -> tuple[str, str]:
    """What messages call the labels to train on, and those held out."""
    if data.source == "npz":
        return "y_train", "y_test"
    return "{TRAIN_FILE}", "{VALIDATION_FILE}" if data.validation else "{TRAIN_FILE}"
