"""What reads an HDF5 file, in a process of its own (`another_process`).

HDF5's library, which is written in C, ends its process or goes round for ever over some
damaged files: 2 of 1,500 with a few bytes changed did (h5py 3.14, HDF5 1.14). So it
runs where that harms nobody, in a little memory and time.
"""

import gc
import json
import time
from typing import Any

LAYERS_LIMIT = 20_000
"""Layers of a file, and weights of one."""
TEXT_LIMIT = 32 * 2**20
"""Bytes of an attribute."""
DEPTH_LIMIT = 32
"""Groups in groups."""
_MEMORY = 64 * 2**20
"""Bytes beyond what the libraries take themselves."""
_ROOM = "64 MiB; nothing that says what layers a model has does"
_PATIENCE = 5
"""Times that it took to import the libraries: processor time for the file."""

_WAIT = 60
"""Seconds for all, on whatever disk the file is."""

_ATTRIBUTES = ("model_config", "keras_version", "backend", "training_config")


class Refused(Exception):
    """What is wrong with the file; the first argument is the sentence for it."""


def told(path: str) -> str:
    """A line of JSON with what the file holds, or why it can't be told."""
    gc.disable()  # as long as this lives, nothing comes free
    try:
        import h5py
    except ImportError:
        return json.dumps({"lacks": "h5py"})
    _limit(time.process_time())
    try:
        with h5py.File(path, "r") as file:
            answer = _Reader(h5py).told(file)
    except Refused as error:
        answer = {"refused": error.args[0]}
    except Exception as error:  # noqa: BLE001 - h5py has errors of all kinds
        answer = {"damaged": str(error)[:400]}
        if isinstance(error, MemoryError) or "allocat" in str(error):
            answer = {"refused": f"something in this HDF5 file takes over {_ROOM}"}
    return json.dumps(answer)


def _limit(spent: float) -> None:
    """Bounds the memory and the time of this process, where the system can."""
    try:
        import resource
        import signal
    except ImportError:  # Windows, where whoever started this waits only so long
        return
    try:
        with open("/proc/self/statm", "rb") as file:
            pages = int(file.read().split()[0])
    except OSError:
        pages = 0
    if pages:
        most = pages * resource.getpagesize() + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, max(0.5, _PATIENCE * spent))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_WAIT)


class _Reader:
    """Reads the parts of a file that Keras writes, and follows no link in it."""

    def __init__(self, h5py: Any) -> None:
        self.h5a, self.open = h5py.h5a, h5py.h5o.open
        self.single = h5py.h5t.FLOAT, 4
        self.hard, self.is_text = h5py.h5l.TYPE_HARD, h5py.check_string_dtype
        self.Group, self.Dataset = h5py.h5g.GroupID, h5py.h5d.DatasetID

    def told(self, file: Any) -> dict[str, Any]:
        """What the file holds."""
        root = file.id
        answer: dict[str, Any] = {}
        for name in _ATTRIBUTES:
            if (text := self.text(root, name)) is not None:
                answer[name] = text
        weights = self.at(root, "model_weights")
        legacy = root if weights is None else weights
        answer["weights"] = self.by_layer(legacy)
        for name in ("keras_version", "backend"):
            if name not in answer and (text := self.text(legacy, name)) is not None:
                answer[name] = text
        if "model_config" not in answer and not answer["weights"]:
            answer["arrays"] = self.by_path(root)
        return answer

    # ------------------------------------------------------------ the old form

    def by_layer(self, group: Any) -> dict[str, list[Any]]:
        """The weights of each layer, as `.h5` files have them since Keras 1."""
        weights: dict[str, list[Any]] = {}
        for name in self.texts(group, "layer_names") or ():
            layer = self.at(group, name)
            if not isinstance(layer, self.Group):
                raise Refused(f"the weights of the layer '{name}' aren't there")
            sound: set[bytes] = set()
            held = self.texts(layer, "weight_names") or ()
            weights[name] = [self.held(layer, weight, sound) for weight in held]
        return weights

    def held(self, group: Any, name: str, sound: set[bytes]) -> list[Any]:
        """The name, sizes and type of one weight."""
        array = self.at(group, name, sound)
        if not isinstance(array, self.Dataset):
            raise Refused(f"the weight '{name}' isn't there")
        return [name, list(array.shape), self.type_of(array)]

    def type_of(self, array: Any) -> str:
        """The name of an array's type, which nearly all have in common."""
        kind = array.get_type()
        key = kind.get_class(), kind.get_size()
        if key == self.single:
            return "float32"
        return str(kind.dtype.name)

    # ------------------------------------------------------------ the new form

    def by_path(self, root: Any) -> dict[str, list[Any]]:
        """The arrays of each group, as `.weights.h5` files have them."""
        weights: dict[str, list[Any]] = {}
        left, seen = [(root, "", 0)], 0
        while left:
            group, path, depth = left.pop()
            for key in sorted(group, key=_counted):
                seen += 1
                if depth > DEPTH_LIMIT or seen > 10 * LAYERS_LIMIT:
                    raise Refused("groups go on without end in this HDF5 file")
                name = _text(key)
                item = self.at(group, name)
                if isinstance(item, self.Group):
                    left.append((item, f"{path}/{name}" if path else name, depth + 1))
                elif isinstance(item, self.Dataset):
                    held = [name, list(item.shape), self.type_of(item)]
                    weights.setdefault(path, []).append(held)
        return dict(sorted(weights.items()))

    # ------------------------------------------------------------ objects and texts

    def at(self, group: Any, path: str, sound: set[bytes] | None = None) -> Any:
        """What stands at a path; None if nothing does.

        `sound` is a set of the group's paths that are known to be no links.
        """
        links, below = group.links, b""
        for part in path.encode().split(b"/"):
            if not part.strip(b"."):
                return None
            below = below + b"/" + part if below else part
            if sound is not None and below in sound:
                continue
            try:
                kind = links.get_info(below).type
            except (KeyError, RuntimeError):
                return None  # or so damaged that it can't be told
            if kind != self.hard:
                raise Refused(f"'{path}' leads out of its place: it is a link")
            if sound is not None:
                sound.add(below)
        return self.open(group, below)

    def text(self, item: Any, name: str) -> str | None:
        """A text, which may be in pieces; None if there is none."""
        texts = self.texts(item, name)
        return None if texts is None else "".join(texts)

    def texts(self, item: Any, name: str) -> list[str] | None:
        """A list of texts, which may be cut into `name0`, `name1` and so on."""
        key = name.encode()
        if self.h5a.exists(item, key):
            return self.attribute(item, key)
        texts: list[str] = []
        number = 0
        while self.h5a.exists(item, b"%s%d" % (key, number)):
            texts += self.attribute(item, b"%s%d" % (key, number))
            number += 1
        return texts if number else None

    def attribute(self, item: Any, key: bytes) -> list[str]:
        """The texts of one attribute."""
        from numpy import empty

        attribute = self.h5a.open(item, key)
        kind, shape, count = attribute.dtype, attribute.shape, 1
        for size in shape:
            count *= size
        if count == 0:
            return []
        is_text = kind.kind == "S" or self.is_text(kind) is not None
        large = count > LAYERS_LIMIT or kind.itemsize * count > TEXT_LIMIT
        if not is_text or large:
            raise Refused(f"'{key.decode()}' isn't what Keras puts there")
        values = empty(shape, dtype=kind)
        attribute.read(values)
        return [_text(value) for value in values.ravel().tolist()]


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _counted(name: bytes) -> tuple[int, int, bytes]:
    """Sorts `2` before `10`."""
    return (0, int(name), b"") if name.isdigit() else (1, 0, name)
