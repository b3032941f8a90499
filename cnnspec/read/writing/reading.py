"""A written-out document to items."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnnspec.catalogue.layers import make_layer, split_entry
from cnnspec.ground.errors import Invalid, Path
from cnnspec.read.writing.items import APPLY, CALL, LAYER, Item, Ref, Scope, Seq, Spec


def spec_of(
    document: Mapping[str, Any], comments: Mapping[Path, Sequence[str]]
) -> Spec:
    """The items of a written-out document.

    Args:
        document: as a reader gives it.
        comments: lines that stand above steps, by the paths of these.
    """
    blocks = document.get("blocks") or {}
    reader = _Reader(set(blocks), comments)
    models = {
        name: reader.scope(block, ("blocks", name), list(block.get("inputs") or ()))
        for name, block in blocks.items()
    }
    inputs = list(document.get("inputs") or ["input"])
    return Spec(reader.scope(document, (), inputs), models)


_READ = ("layers", "outputs", "blocks")


class _Reader:
    def __init__(
        self, blocks: set[str], comments: Mapping[Path, Sequence[str]]
    ) -> None:
        self._blocks, self._comments = blocks, comments
        self._made: dict[str, Any] = {}

    def scope(
        self, document: Mapping[str, Any], path: Path, inputs: list[str]
    ) -> Scope:
        """A model of the document."""
        known = {*inputs}
        items: Seq = []
        for number, step in enumerate(document["layers"]):
            item = self._item(step, known)
            item.comments += self._comments.get((*path, "layers", number), ())
            items.append(item)
            known.add(item.key)
        outputs = [_ref(name, known) for name in document.get("outputs") or ()]
        if not outputs and items:
            outputs = [Ref(items[-1].key)]
        keys = {key: value for key, value in document.items() if key not in _READ}
        return Scope(inputs, items, outputs, keys)

    def _item(self, step: Any, known: set[str]) -> Item:
        kind, arguments = split_entry(step, (APPLY,), self._blocks)
        arguments = dict(arguments or {})
        key = arguments.pop("name", None) or ""
        given = arguments.pop("from", ())
        form = CALL if kind in self._blocks else APPLY if kind == APPLY else LAYER
        which = repr((form, kind, arguments))  # most layers are like others
        if which not in self._made:
            layer = _layer(kind, arguments) if form == LAYER else None
            self._made[which] = _literal(arguments), layer
        said, layer = self._made[which]
        item = Item(form, kind, dict(said), key)
        item.name, item.layer = _literal(key) or None, layer
        if isinstance(given, dict):
            said = list(_by_name(given))
            item.reads = tuple(_ref(name, known) for _, name in said)
            item.said = tuple(argument for argument, _ in said)
            item.settings = {k: v for k, v in given.items() if not _is_read(v)}
        else:
            listed = [given] if isinstance(given, str) else given
            item.reads = tuple(_ref(name, known) for name in listed)
        return item


def _literal(value: Any) -> Any:
    """A value whose dollar signs begin no formula."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_literal(item) for item in value]
    return value


def _layer(kind: str, arguments: dict[str, Any]) -> Any:
    try:
        return make_layer(kind, arguments)
    except Invalid:
        return None


def _by_name(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for argument, value in given.items():
        if _is_read(value):
            for name in [value] if isinstance(value, str) else value:
                yield argument, name


def _is_read(value: Any) -> bool:
    """Whether what a call has under a name is tensors."""
    return isinstance(value, str | list)


def _ref(name: str, known: set[str]) -> Ref:
    """What a name under `from` or `outputs` stands for."""
    if name in known:
        return Ref(name)
    for mark in ("/", "."):
        whole, _, part = name.rpartition(mark)
        if whole in known:
            return Ref(whole, mark + part)
    inside, _, number = name.rpartition(".")
    model, _, output = inside.rpartition("/")
    if model in known:
        return Ref(model, f"/{output}.{number}")
    return Ref(name)
