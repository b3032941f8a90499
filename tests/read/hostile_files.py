"""Files that are made to harm whoever reads them, each with what is said of it.

`make(folder)` writes them all; none is kept in the repository.
"""

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "m",
        "layers": [
            {
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 4], "name": "x"},
            },
            {"class_name": "Dense", "config": {"units": 2, "name": "d"}},
        ],
    },
}
TEXT = json.dumps(CONFIG)
META = '{"keras_version": "3.0.0"}'
LAYERS = '{"class_name": "Sequential", "config": {"layers": [%s]}}'
BOMB = b" " * (40 * 2**20)
"""More than any limit, of which an archive makes 40 KB."""


def zipped(*members: tuple[str, Any], packed: bool = False) -> bytes:
    file = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", kind) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name stands twice
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def encrypted(content: bytes) -> bytes:
    data = bytearray(content)
    for sign, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = -1
        while (at := data.find(sign, at + 1)) >= 0:
            data[at + offset] |= 1
    return bytes(data)


def crowded(count: int) -> bytes:
    """An archive whose directory has as many entries, all of nothing."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", *(20, 0, 20, 0), *([0] * 4), 0,
                        0, 0, *(1, 0, 0, 0, 0), 0, 0) + b"a"  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF,
                      count * len(entry), 0, 0)  # fmt: skip
    return b"PK\3\4" + entry * count + end


def h5(write: Callable[[Any], object]) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        write(opened)
    return file.getvalue()


def with_config(write: Callable[[Any], object]) -> bytes:
    def both(file: Any) -> None:
        file.attrs["model_config"] = TEXT
        write(file)

    return h5(both)


def _layers(file: Any, names: list[str], weights: list[str]) -> Any:
    file.attrs["layer_names"] = names
    layer = file.create_group(names[0])
    layer.attrs["weight_names"] = weights
    return layer


def _external_array(file: Any) -> None:
    group = file.create_group("model_weights")
    layer = _layers(group, ["d"], ["k"])
    layer["k"] = h5py.ExternalLink("/etc/passwd", "/k")


def _loop(file: Any) -> None:
    file["a"] = h5py.SoftLink("/b")
    file["b"] = h5py.SoftLink("/a")


def _round(file: Any) -> None:
    group = file.create_group("layers")
    group["again"] = group


def varint(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


ALIASES = "\n".join(
    ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
)
HEAD = "class_name: Sequential\nconfig:\n"
RUN = HEAD + "  layers: !!python/object/apply:os.system ['touch CANARY']\n"
NEW = HEAD + "  layers: !!python/object/new:type [x, [], {}]\n"
WRAPPED = HEAD + "  layers: !!python/object/apply:os.tensorflow.ListWrapper [[echo]]\n"

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    # the file: what makes it, what is said
    "twice.keras": (
        lambda: zipped(("config.json", TEXT), ("config.json", META)),
        "'config.json' stands twice",
    ),
    "above.keras": (
        lambda: zipped(("config.json", TEXT), ("../x", "")),
        "'../x' in this archive would lie outside",
    ),
    "root.keras": (
        lambda: zipped(("config.json", TEXT), ("/etc/x", "")),
        "would lie outside",
    ),
    "drive.keras": (
        lambda: zipped(("config.json", TEXT), ("C:\\x", "")),
        "would lie outside",
    ),
    "secret.keras": (
        lambda: encrypted(zipped(("config.json", TEXT), ("metadata.json", META))),
        "'config.json' in this archive needs a password",
    ),
    "bomb.keras": (
        lambda: zipped(
            ("config.json", TEXT[:-1].encode() + BOMB), ("m", ""), packed=True
        ),
        "'config.json' is over 32 MiB",
    ),
    "bomb.zip": (
        lambda: zipped(("model.h5", b"\x89HDF\r\n\x1a\n" + BOMB), packed=True),
        "'model.h5' is packed over 100 times smaller",
    ),
    "crowded.keras": (lambda: crowded(10**6), "over 10,000 files"),
    "cut.keras": (
        lambda: zipped(("config.json", TEXT), ("metadata.json", META))[:300],
        "the archive is cut off",
    ),
    "wrong.keras": (
        lambda: zipped(("config.json", TEXT)).replace(b'"units"', b'"atoms"'),
        "the archive is damaged (Bad CRC-32",
    ),
    "deep.json": (lambda: (LAYERS % ("[" * 10**5)).encode(), "nested over 100 deep"),
    "nested.json": (
        lambda: (LAYERS % ("[" * 400 + "]" * 400)).encode(),
        "nested over 100 deep",
    ),
    "crowd.json": (
        lambda: (LAYERS % ("{}," * 10**7 + "{}")).encode(),
        "this has over 400,000 values",
    ),
    "crowd.keras": (
        lambda: zipped(("config.json", LAYERS % ("{}," * 10**7 + "{}")), packed=True),
        "this has over 400,000 values",
    ),
    "nan.json": (lambda: (LAYERS % "NaN").encode(), "a layer must be a mapping"),
    "inf.json": (lambda: (LAYERS % "-Infinity").encode(), "a layer must be a mapping"),
    "large.json": (lambda: (LAYERS % "1e999").encode(), "larger than any"),
    "digits.json": (lambda: (LAYERS % ("9" * 10**6)).encode(), "over 40 digits"),
    "fifty.json": (lambda: (LAYERS % ("9" * 50)).encode(), "over 40 digits"),
    "twice.json": (
        lambda: (LAYERS % '{"class_name": 1, "class_name": 2}').encode(),
        "the key 'class_name' stands twice",
    ),
    "half.json": (lambda: (LAYERS % r'"\ud800"').encode(), "half a character"),
    "cut.json": (lambda: TEXT[:-30].encode(), "ends in the middle"),
    "latin.json": (lambda: (LAYERS % '"é"').encode("latin-1"), "not UTF-8"),
    "empty.h5": (lambda: b"", "the file is empty"),
    "page.h5": (lambda: b"<!DOCTYPE html>\n<html>", "a page of a website"),
    "text.h5": (lambda: b"404: Not Found\x1b[31m", "begins with '404: Not Found\\x1b"),
    "pointer.h5": (
        lambda: (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9812345\n"
        ),
        "a pointer of Git LFS to the model of 9.8 MB",
    ),
    "cut.h5": (
        lambda: with_config(lambda f: None)[:1500],
        "the file is cut off: 1,500",
    ),
    "huge.h5": (
        lambda: h5(lambda f: f.attrs.update(model_config="x" * 10**8)),
        "takes over 64 MiB",
    ),
    "crowd.h5": (
        lambda: h5(lambda f: f.attrs.update(model_config=LAYERS % ("{}," * 10**6))),
        "this has over 400,000 values",
    ),
    "number.h5": (
        lambda: h5(lambda f: f.attrs.update(model_config=np.arange(9))),
        "'model_config' isn't what Keras puts there",
    ),
    "outside.h5": (
        lambda: with_config(
            lambda f: f.__setitem__("model_weights", h5py.ExternalLink("x.h5", "/"))
        ),
        "it is a link",
    ),
    "array.h5": (lambda: with_config(_external_array), "it is a link"),
    "loop.h5": (lambda: h5(_loop), "it is a link"),
    "round.h5": (lambda: h5(_round), "groups go on without end"),
    "missing.h5": (
        lambda: with_config(lambda f: _layers(f, ["d"], ["kernel"])),
        "the weight 'kernel' isn't there",
    ),
    "data.h5": (
        lambda: h5(lambda f: f.create_dataset("photos", (60, 8, 8), "u1")),
        "holds arrays (photos of 60×8×8), and no Keras model",
    ),
    "none.h5": (lambda: h5(lambda f: None), "holds no arrays, and no Keras model"),
    "run.txt": (lambda: RUN.encode(), "the tag !!object/apply:os.system makes"),
    "new.txt": (lambda: NEW.encode(), "the tag !!object/new:type makes an object"),
    "wrapped.txt": (lambda: WRAPPED.encode(), "makes an object of Python's"),
    "aliases.txt": (
        lambda: f"{HEAD}  layers: 1\n{ALIASES}".encode(),
        "over 400,000 values",
    ),
    "self.txt": (lambda: f"{HEAD}  layers: &a [*a]".encode(), "inside its own anchor"),
    "deep.txt": (lambda: f"{HEAD} {'[' * 10**5}".encode(), "nesting depth"),
    "hundred.txt": (
        lambda: f"{HEAD} {'[' * 200}{']' * 200}".encode(),
        "nested over 100 deep",
    ),
    "crowd.txt": (
        lambda: (HEAD + "  layers:\n" + "  - {}\n" * 10**7).encode(),
        "is over 32 MiB",
    ),
    "twice.txt": (
        lambda: f"{HEAD}  a: 1\n  a: 2".encode(),
        "the key 'a' stands twice",
    ),
    "fields.pb": (
        lambda: b"\x08\1\x12" + varint(4 * 10**6) + b"\x08\1" * (2 * 10**6),
        "has no end of fields",
    ),
    "length.pb": (
        lambda: b"\x08\1\x12" + varint(2**60) + b"\x3a\3",
        "the file is cut off",
    ),
    "number.pb": (lambda: b"\x08\1\x12\x20" + b"\xff" * 32, "this is no protobuf"),
    "export.pb": (lambda: b"\x08\1\x12\2\x08\1", "a graph of TensorFlow's alone"),
    "frozen.pb": (
        lambda: b"\n\x13\n\4data\x12\x0bPlaceholder",
        "operations and no layers",
    ),
    "own.keras": (
        lambda: zipped(
            (
                "config.json",
                '{"module": "shop", "class_name": "Net", "config": {}}',
            ),
            ("metadata.json", META),
        ),
        "of a class of its author's own (Net)",
    ),
    "graph/model.json": (
        lambda: b'{"format": "graph-model", "modelTopology": {"node": []}}',
        "a graph model of TensorFlow.js",
    ),
}


def make(folder: Path) -> dict[Path, str]:
    """Writes all files; what is said of each, by its path."""
    found = {}
    for name, (content, said) in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content())
        found[path] = said
    return found
