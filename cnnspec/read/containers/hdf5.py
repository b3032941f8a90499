"""Files of HDF5: `.h5`, `.hdf5` and `.weights.h5`.

Read by h5py in another process, since HDF5's library isn't safe with damaged files.
Meanwhile this one makes itself ready.
"""

import re
from collections.abc import Callable
from typing import Any

from cnnspec.ground.visible import visible
from cnnspec.read.containers import another_process
from cnnspec.read.containers.json_text import parsed
from cnnspec.read.containers.model_config import model_config
from cnnspec.read.containers.stored import Held, Stored, version
from cnnspec.read.found import ReadError

_SHOWN = 3
"""Layers of a file of weights that are told with their shapes."""
_DAMAGED = "this HDF5 file is damaged"
_ANEW = "fetch or save it anew"


def begun_hdf5(path: str) -> Callable[[], Stored]:
    """Begins to read an HDF5 file; what is given waits for the end of it.

    Raises:
        ReadError: when it is called, since it can't be read, or holds no whole model.
    """
    line = another_process.begun(path)
    return lambda: _stored(_answer(line()))


def contents(path: str) -> dict[str, Any]:
    """What the process that reads an HDF5 file says of it.

    Raises:
        ReadError: it says that it can't be read, or doesn't end well.
    """
    return _answer(another_process.begun(path)())


def _stored(answer: dict[str, Any]) -> Stored:
    if "model_config" not in answer:
        raise _without_model(answer)
    label = "its attribute model_config"
    config = model_config(_text(answer, "model_config"), label)
    training = _text(answer, "training_config") if "training_config" in answer else None
    return Stored(
        "keras-h5",
        config,
        version(answer.get("keras_version")),
        str(answer.get("backend", "")),
        training if isinstance(training, dict) else None,
        _weights(answer["weights"]),
    )


def _text(answer: dict[str, Any], name: str) -> Any:
    return parsed(answer[name].encode(), f"its attribute {name}")


def _weights(found: dict[str, list[list[Any]]]) -> dict[str, tuple[Held, ...]]:
    return {
        layer: tuple(Held(name, tuple(shape), dtype) for name, shape, dtype in held)
        for layer, held in found.items()
    }


# ------------------------------------------------------------------ the answer


def _answer(line: bytes) -> dict[str, Any]:
    """What the process that read a file says of it.

    Raises:
        ReadError: it says that it can't be read, or didn't end well.
    """
    import json

    try:
        answer: dict[str, Any] = json.loads(line)
    except ValueError:  # cut off, or nothing
        raise ReadError(f"{_DAMAGED}: HDF5's own library fails on it", _ANEW) from None
    if "lacks" in answer:
        text = "this is an HDF5 file, which h5py reads, and h5py isn't installed"
        raise ReadError(text, "run pip install 'cnnspec[h5]'")
    if "refused" in answer:
        raise ReadError(visible(answer["refused"])[:300], _ANEW)
    if "damaged" in answer:
        raise _damaged(answer["damaged"])
    return answer


def _damaged(why: str) -> ReadError:
    sizes = re.search(r"truncated file: eof = (\d+),.* stored_eof = (\d+)", why)
    if sizes:
        there, whole = (f"{int(size):,}" for size in sizes.groups())
        text = f"the file is cut off: {there} of its {whole} bytes are there"
        return ReadError(text, _ANEW)
    return ReadError(f"{_DAMAGED} ({visible(why).rstrip('.')})", _ANEW)


# ------------------------------------------------------------------ no whole model


def held_arrays(answer: dict[str, Any]) -> dict[str, tuple[Held, ...]]:
    """What an HDF5 file holds for each layer that has weights, in either form."""
    layers = _weights(answer["weights"]) or {
        name.rpartition("/")[0]: held
        for name, held in _weights(answer.get("arrays", {})).items()
        if name.endswith("/vars") and not name.startswith("optimizer")
    }
    return {name: held for name, held in layers.items() if held}


def _without_model(answer: dict[str, Any]) -> ReadError:
    arrays = _weights(answer.get("arrays", {}))
    if layers := held_arrays(answer):
        text = f"this holds the weights of {_layers(layers)}, and not what joins them"
        hint = (
            "save the whole model with model.save('model.keras'), or import the code "
            "that makes it"
        )
        return ReadError(text, hint)
    what = f"arrays ({_arrays(arrays)})" if arrays else "no arrays"
    text = f"this HDF5 file holds {what}, and no Keras model"
    return ReadError(text, "name the file that model.save() wrote")


def _layers(layers: dict[str, tuple[Held, ...]]) -> str:
    shown = []
    for name, held in list(layers.items())[:_SHOWN]:
        shapes = ", ".join(_shape(one) for one in held)
        shown.append(f"{visible(name)}: {shapes}")
    more = ["…"] if len(layers) > _SHOWN else []
    one = "a layer" if len(layers) == 1 else f"{len(layers):,} layers"
    return f"{one} ({'; '.join(shown + more)})"


def _arrays(groups: dict[str, tuple[Held, ...]]) -> str:
    arrays = [
        f"{visible(f'{group}/{one.name}'.strip('/'))} of {_shape(one)}"
        for group, held in groups.items()
        for one in held
    ]
    return ", ".join(arrays[:_SHOWN] + ["…"] * (len(arrays) > _SHOWN))


def _shape(held: Held) -> str:
    return "×".join(map(str, held.shape)) or "one number"
