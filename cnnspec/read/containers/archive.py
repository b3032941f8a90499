"""Keras's own archive, `.keras`: JSON of the model beside a file of its weights.

Written since Keras 2.12 (keras/src/saving/saving_lib.py). The same files in a folder
are what Keras reads from a download.
"""

from typing import Any

from cnnspec.read.containers.folders import Folder, read_from
from cnnspec.read.containers.json_text import SIZE_LIMIT, parsed
from cnnspec.read.containers.model_config import model_config
from cnnspec.read.containers.stored import Stored, version

CONFIG, METADATA = "config.json", "metadata.json"


def stored_archive(folder: Folder) -> Stored:
    """The model of an archive, or of a folder with the same files.

    Raises:
        ReadError: it can't be read, or holds no model.
    """
    data = _json(folder, CONFIG)
    config = model_config(data, CONFIG)
    about = _json(folder, METADATA) if folder.has(METADATA) else {}
    wrote = about.get("keras_version") if isinstance(about, dict) else ""
    training = data.get("compile_config")
    return Stored(
        "keras-archive",
        config,
        version(wrote),
        training=training if isinstance(training, dict) else None,
    )


def _json(folder: Folder, name: str) -> Any:
    return parsed(read_from(folder, name, SIZE_LIMIT), name)
