"""Images of folders while code is read, by any of the ways that Keras has had."""

from collections.abc import Mapping
from typing import Any

from cnnspec.read.code.arrays import Array, Origin
from cnnspec.read.code.batches import Batches
from cnnspec.read.code.values import Call, Native, Unknown, is_known, text_of
from cnnspec.read.found import Place

FOLDER = "image_directory"
"""The data source of a spec for them."""
_PARTS = {"training": "train", "validation": "validation"}
"""Subsets, by what Keras calls them."""
_CHANNELS = {"rgb": 3, "grayscale": 1, "rgba": 4}
_USUAL_SIZE = (256, 256)
_FLOWS = (
    *("directory", "target_size", "color_mode", "classes", "class_mode"),
    *("batch_size", "shuffle", "seed", "save_to_dir", "save_prefix", "save_format"),
    *("follow_links", "subset"),
)
"""Arguments of `flow_from_directory` in their order."""
_READS = (
    *("directory", "labels", "label_mode", "class_names", "color_mode"),
    *("batch_size", "image_size", "shuffle", "seed", "validation_split", "subset"),
)
"""Those of `image_dataset_from_directory`."""
_NOT_AUGMENTING = (
    *("rescale", "validation_split", "data_format", "dtype", "preprocessing_function"),
    *("fill_mode", "cval", "zca_epsilon", "interpolation_order"),
)
"""Arguments of `ImageDataGenerator` that make no other image of one by themselves."""


def _named(names: tuple[str, ...], call: Call) -> dict[str, Any]:
    return {**dict(zip(names, call.args, strict=False)), **call.named}


def image_dataset(call: Call) -> Any:
    """What `image_dataset_from_directory` gives."""
    given = _named(_READS, call)
    mode = given.get("label_mode", "int")
    if given.get("labels", "inferred") is None:
        mode = None
    size = given.get("image_size", _USUAL_SIZE)
    names = given.get("class_names")
    if given.get("subset") != "both":
        return _images(given, size, mode, names, {}, call)
    return tuple(
        _images({**given, "subset": one}, size, mode, names, {}, call) for one in _PARTS
    )


def _images(
    given: Mapping[str, Any],
    size: Any,
    mode: Any,
    names: Any,
    done: Mapping[str, Any],
    call: Call,
) -> Batches:
    """The images of a folder.

    Args:
        given: arguments that all ways of reading them have.
        size: height and width that they are brought to.
        mode: what labels are.
        names: of the classes, if the code says them.
        done: what is done to the images.
        call: that reads them.
    """
    why = call.unknown()
    channels = _CHANNELS.get(given.get("color_mode", "rgb"), why)
    sizes = size if isinstance(size, tuple | list) and len(size) == 2 else (why, why)
    classes = [*names] if isinstance(names, tuple | list) and is_known([*names]) else []
    split = given.get("validation_split") if given.get("subset") else None
    part = _PARTS.get(str(given.get("subset")), "")
    steps = dict(done)
    if isinstance(split, int | float):
        steps |= {"test_size": split, "random_state": given.get("seed")}
    folder = given.get("directory")
    origin = Origin(
        FOLDER,
        part,
        done=tuple((k, v) for k, v in steps.items() if v is not None),
        place=call.place,
        file=folder if isinstance(folder, str) else "",
        classes=len(classes) or None,
        why=folder.why if isinstance(folder, Unknown) else "",
        names=tuple(map(str, classes)),
    )
    x = Array((why, *sizes, channels), why, origin)
    told = {"class_names": classes or why, "batch_size": given.get("batch_size", 32)}
    told["image_shape"] = (*sizes, channels)
    if classes:
        told["num_classes"] = len(classes)
    return Batches(_with_labels(x, mode, why), given.get("batch_size"), told)


def _with_labels(x: Array, mode: Any, why: Unknown) -> Any:
    """Images and their labels, as a mode says these."""
    if mode is None:
        return x
    if mode == "input":
        return (x, x)
    one_hot = mode == "categorical"
    done = (("one_hot", True),) if one_hot else ()
    origin = x.origin._replace(is_labels=True, done=done)
    shape = (why, origin.classes or why) if one_hot else (why,)
    return (x, Array(shape, why, origin))


# ------------------------------------------------------------------ generators


class Generator:
    """An `ImageDataGenerator`, which changes images while it reads them."""

    def __init__(self, call: Call) -> None:
        self.split = call.named.get("validation_split")
        self.done: dict[str, Any] = {}
        scale = call.named.get("rescale")
        if isinstance(scale, int | float) and 0 < scale < 1:
            self.done["scale"] = round(1 / scale, 6)
        prepared = call.named.get("preprocessing_function")
        if prepared is not None:
            text = _written(call, "preprocessing_function")
            self.done["prepared"] = (text, call.place)
        changing = [
            name
            for name, value in call.named.items()
            if value and name not in _NOT_AUGMENTING
        ]
        if changing:
            self.done["augmented"] = (changing, call.place)

    def from_folder(self, call: Call) -> Any:
        """What `flow_from_directory` gives."""
        given = _named(_FLOWS, call)
        if given.get("subset"):
            given["validation_split"] = self.split
        size, names = given.get("target_size", _USUAL_SIZE), given.get("classes")
        mode = given.get("class_mode", "categorical")
        return _images(given, size, mode, names, self.done, call)

    def from_arrays(self, call: Call) -> Any:
        """What `flow` gives."""
        x, y = call.get("x", 0), call.get("y", 1)
        if not isinstance(x, Array):
            return call.unknown()
        for what, value in self.done.items():
            x = x.done(what, value)
        size = call.get("batch_size", 2)
        return Batches((x, y) if isinstance(y, Array) else x, size)


def _written(call: Call, name: str) -> str:
    """An argument as it stands in the code."""
    keywords = getattr(call.node, "keywords", ())
    return next((text_of(one.value) for one in keywords if one.arg == name), name)


def generator_attribute(machine: Any, owner: Generator, name: str, place: Place) -> Any:
    """What an `ImageDataGenerator` can do."""
    work = {"flow_from_directory": owner.from_folder, "flow": owner.from_arrays}
    if name in work:
        return Native(name, work[name])
    return Native(name, lambda call: call.unknown())


# ------------------------------------------------------------------ TensorFlow


def known_set(load: Any, call: Call) -> Any:
    """What `tensorflow_datasets.load` gives of a data set that Keras has, too.

    Args:
        load: what Keras gives of it: samples and labels to train on, and to test with.
        call: with the splits that are wanted.
    """
    if not isinstance(load, tuple):
        return call.unknown()
    whole = dict(zip(("train", "test"), load, strict=True))
    split = call.get("split", 1)
    info = call.unknown()
    supervised = call.named.get("as_supervised") is True

    def part(name: Any) -> Any:
        if not isinstance(name, str):
            return call.unknown()
        first, _, rest = name.partition("[")
        if first not in whole:
            return call.unknown()
        x, y = whole[first]
        if rest and not rest.startswith((":", "0")):
            held = x.with_shape(x.shape)
            held.origin = x.origin._replace(part="validation")
            x = held
        return Batches((x, y) if supervised else {"image": x, "label": y})

    made: Any = part(split)
    if split is None:
        made = {name: part(name) for name in whole}
    elif isinstance(split, list | tuple):
        made = [part(name) for name in split]
    return (made, info) if call.named.get("with_info") is True else made


def resized(call: Call) -> Any:
    """What `tf.image.resize` gives of images."""
    images, size = call.get("images", 0), call.get("size", 1)
    if not isinstance(images, Array) or images.shape is None:
        return call.unknown()
    sizes = size if isinstance(size, tuple | list) else (images.why, images.why)
    made = images.with_shape((*images.shape[:-3], *sizes, images.shape[-1]))
    if images.origin.source != FOLDER:
        made.origin = images.origin.then("changed", call.text)
    return made


def as_type(call: Call) -> Any:
    """What `convert_image_dtype` gives: numbers from 0 to 1."""
    image = call.get("image", 0)
    return image.done("scale", 255) if isinstance(image, Array) else call.unknown()
