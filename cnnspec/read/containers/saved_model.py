"""TensorFlow's SavedModel: what Keras 2 put beside the graph.

Since TensorFlow 2.5 `keras_metadata.pb` has an entry for each layer, and the model's is
the first (tf_keras/protobuf/saved_metadata.proto); before, they stood among the objects
of `saved_model.pb` (tensorflow/core/protobuf/saved_object_graph.proto). Each is a text
of JSON.
"""

import os
from collections.abc import Iterable, Iterator
from typing import IO

from cnnspec.read.containers.json_text import SIZE_LIMIT, parsed
from cnnspec.read.containers.model_config import model_config
from cnnspec.read.containers.stored import Stored, version
from cnnspec.read.containers.wire import Field, Messages
from cnnspec.read.found import ReadError

GRAPH, METADATA = "saved_model.pb", "keras_metadata.pb"
LABEL = "its Keras metadata"

# Fields by their numbers in the .proto files that are named above.
_NODES, _NODE_ID, _NODE_METADATA = 1, 2, 5
_META_GRAPH, _OBJECTS, _OBJECT, _USER_OBJECT, _OBJECT_METADATA = 2, 7, 1, 4, 3
_OF_CODE = "import the code that makes it, or the table that model.summary() prints"


def stored_saved_model(files: Iterable[IO[bytes]]) -> Stored:
    """The model of a SavedModel.

    Args:
        files: those that are there, of the two; closed behind the last.

    Raises:
        ReadError: it can't be read, or Keras said nothing of its layers.
    """
    metadata = next(filter(None, map(_metadata, files)), None)
    if metadata is None:
        text = (
            "this SavedModel has a graph of TensorFlow's alone, as model.export() "
            "writes it: nothing in it says which layers it was made of"
        )
        raise ReadError(text, _OF_CODE)
    data = parsed(metadata, LABEL)
    if not isinstance(data, dict):
        raise ReadError(f"{LABEL} is no object of JSON", "save the model anew")
    whole = data.get("model_config")
    config = model_config(whole if isinstance(whole, dict) else data, LABEL)
    training = data.get("training_config")
    return Stored(
        "saved-model",
        config,
        version(data.get("keras_version")),
        str(data.get("backend") or "tensorflow"),
        training if isinstance(training, dict) else None,
    )


def _metadata(file: IO[bytes]) -> bytes | None:
    """The JSON of the model itself, which is the first of all objects."""
    with file:
        messages = Messages(file, file.seek(0, os.SEEK_END))
        file.seek(0)
        # A SavedModel begins with its version, the other one with an entry.
        is_graph = file.read(1) == b"\x08"
        texts = (_of_graph if is_graph else _of_metadata)(messages)
        return next((t for f in texts if (t := messages.content(f, SIZE_LIMIT))), None)


def _of_metadata(messages: Messages) -> Iterator[Field]:
    """The JSON of each object that `keras_metadata.pb` has for the model."""
    for node in _messages(messages, Field(0, 0, messages.size, True), _NODES):
        fields = list(messages.fields(node.start, node.end))
        ids = [field.start for field in fields if field.number == _NODE_ID]
        if not any(ids):  # 0, the model's, needn't be written
            yield from (field for field in fields if field.number == _NODE_METADATA)


def _of_graph(messages: Messages) -> Iterator[Field]:
    """The JSON of the first object of each graph in `saved_model.pb`."""
    whole = Field(0, 0, messages.size, True)
    for graph in _messages(messages, whole, _META_GRAPH):
        for objects in _messages(messages, graph, _OBJECTS):
            first = next(_messages(messages, objects, _OBJECT), None)
            for user in _messages(messages, first, _USER_OBJECT):
                yield from _messages(messages, user, _OBJECT_METADATA)


def _messages(messages: Messages, around: Field | None, number: int) -> Iterator[Field]:
    """The contents with a number in a message."""
    if around is None:
        return
    for field in messages.fields(around.start, around.end):
        if field.number == number and field.is_bytes:
            yield field
