"""Items to the document of a spec, with what is said beside its parts."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_known
from cnnspec.ground.errors import Path
from cnnspec.language.naming import INPUT_NAME, Counter
from cnnspec.language.program import INPUT, PREV
from cnnspec.read.writing.items import (
    APPLY,
    CALL,
    CHOICE,
    ENTRY,
    LAST,
    LAYER,
    REPEAT,
    Block,
    Item,
    Ref,
    Scope,
    Seq,
    Spec,
    each_item,
)
from cnnspec.read.writing.names import is_automatic_model, numbered
from cnnspec.read.writing.shortening import entry

ORDER = (
    *("name", "description", "input", "inputs", "vars", "custom", "defaults"),
    *("blocks", "layers", "outputs", "expect", "data", "train"),
)
"""Of the keys of a spec."""
OF_BLOCKS = ("description", "model", "params", "inputs", "outputs", "layers")


class Written(NamedTuple):
    """A document."""

    data: dict[str, Any]
    comments: dict[Path, list[str]]
    """Lines to stand above steps and keys, by their paths."""


def document_of(spec: Spec) -> Written:
    """The document that items come to."""
    return _Writer(spec).written()


class _Writer:
    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._comments: dict[Path, list[str]] = {}
        self._numbered = numbered(spec) | _called_blocks(spec)

    def written(self) -> Written:
        spec = self._spec
        scope = spec.main
        keys = {k: v for k, v in scope.keys.items() if k not in ("input", "inputs")}
        keys |= _inputs(scope)
        if is_automatic_model(keys.get("name", "")):
            del keys["name"]
        if spec.defaults:
            keys["defaults"] = spec.defaults
        blocks = {name: self._block(name, block) for name, block in spec.blocks.items()}
        for name, model in spec.models.items():
            blocks[name] = self._model(model, ("blocks", name, "layers"))
        if blocks:
            keys["blocks"] = blocks
        names = self._names(scope, _called(scope))
        keys["layers"] = self._steps(scope.items, ("layers",), names, _first(scope))
        keys |= self._outputs(scope, names)
        return Written(_ordered(keys, ORDER), self._comments)

    def _model(self, scope: Scope, path: Path) -> dict[str, Any]:
        keys = {k: v for k, v in scope.keys.items() if k not in ("inputs", "name")}
        alone = len(scope.inputs) == 1
        if not alone:
            keys["inputs"] = scope.inputs
        called = {scope.inputs[0]: INPUT} if alone else {n: n for n in scope.inputs}
        names = self._names(scope, called)
        keys["layers"] = self._steps(scope.items, path, names, _first(scope))
        keys |= self._outputs(scope, names)
        return _ordered(keys, OF_BLOCKS)

    def _block(self, name: str, block: Block) -> dict[str, Any]:
        keys: dict[str, Any] = {"params": block.params} if block.params else {}
        names = {ENTRY: INPUT}
        for item in each_item(block.body):
            names[item.key] = item.name or item.kind
        path = ("blocks", name, "layers")
        keys["layers"] = self._steps(block.body, path, names, (ENTRY,))
        return _ordered(keys, OF_BLOCKS)

    def _names(self, scope: Scope, called: dict[str, str]) -> dict[str, str]:
        """What items are read by, by their keys."""
        for item in each_item(scope.items):
            called[item.key] = item.name or self._numbered.get(item.key, item.key)
        return called

    def _outputs(self, scope: Scope, names: Mapping[str, str]) -> dict[str, Any]:
        """The outputs, where they aren't the last tensor alone."""
        last = scope.items[-1].key if scope.items else ""
        if scope.outputs == [Ref(last)]:
            return {}
        return {"outputs": [_text(ref, names, "") for ref in scope.outputs]}

    def _steps(
        self, items: Seq, path: Path, names: Mapping[str, str], prev: tuple[str, ...]
    ) -> list[Any]:
        """A list of layers.

        Args:
            items: of it.
            path: where it stands in the document.
            names: what tensors are read by.
            prev: the keys of what stands before its first layer.
        """
        found = []
        for number, item in enumerate(items):
            where = (*path, number)
            if item.comments:
                self._comments[where] = item.comments
            found.append(self._step(item, where, names, prev))
            prev = (item.key,)
        return found

    def _step(
        self, item: Item, path: Path, names: Mapping[str, str], prev: tuple[str, ...]
    ) -> Any:
        said: dict[str, Any] = {}
        is_model = item.form == CALL and item.kind in self._spec.models
        if item.name is not None and not (is_model and item.name == item.kind):
            said["name"] = item.name
        arguments = dict(item.arguments)
        if item.form in (REPEAT, CHOICE):
            return {item.kind: arguments | self._inside(item, path, names, prev)}
        if item.form == APPLY:
            layer = arguments["layer"]
            arguments["layer"] = names.get(layer, layer)
        inner = (*path, item.kind, "from")
        given = self._from(item, inner, names, prev)
        said |= arguments
        if given is not None:
            said["from"] = given
        if item.form == LAYER and is_known(item.kind):
            return entry(item.kind, said, layer_class(item.kind).arguments())
        block = self._spec.blocks.get(item.kind) if item.form == CALL else None
        return entry(item.kind, said, block.params if block else ())

    def _inside(
        self, item: Item, path: Path, names: Mapping[str, str], prev: tuple[str, ...]
    ) -> dict[str, Any]:
        """The layers of a repeat, or those that a choice takes."""
        key = "layers" if item.form == REPEAT else "then"
        inner = (*path, item.kind, key)
        start = (ENTRY,) if item.form == REPEAT else prev
        return {key: self._steps(item.body, inner, names, start)}

    def _from(
        self, item: Item, path: Path, names: Mapping[str, str], prev: tuple[str, ...]
    ) -> Any:
        """What stands under `from`; None where nothing has to."""
        current = prev[0] if len(prev) == 1 else ""
        if item.branches:
            return [
                self._steps(seq, (*path, number), names, prev)
                if seq
                else _text(ref, names, current)
                for number, (ref, seq) in enumerate(
                    zip(item.reads, item.branches, strict=True)
                )
            ]
        reads = [_text(ref, names, current) for ref in item.reads]
        if item.said and (item.settings or not _only_first(item)):
            return _by_name(item, reads)
        if item.settings:
            return dict(item.settings)
        if item.reads in ((Ref(LAST),), tuple(map(Ref, prev))):
            return None
        return reads[0] if len(reads) == 1 else reads


def _only_first(item: Item) -> bool:
    """Whether all tensors go where order alone would put them."""
    return {*item.said} <= {_main_argument(item)}


def _main_argument(item: Item) -> str:
    if item.layer is not None:
        return item.layer.works_on()[0]
    return ""


def _by_name(item: Item, reads: list[str]) -> dict[str, Any]:
    """Tensors by the arguments that they go to; the first may be the current one."""
    found: dict[str, Any] = {}
    for argument, read in zip(item.said, reads, strict=True):
        found.setdefault(argument, []).append(read)
    short = {key: one[0] if len(one) == 1 else one for key, one in found.items()}
    if short.get(_main_argument(item)) == PREV and len(short) + len(item.settings) > 1:
        del short[_main_argument(item)]
    return {**short, **item.settings}


def _text(ref: Ref, names: Mapping[str, str], prev: str) -> str:
    """A tensor as `from` has it."""
    if ref.name == LAST:
        return PREV + ref.part
    name = names.get(ref.name, ref.name)
    return PREV if ref.name == prev and not ref.part else name + ref.part


def _called_blocks(spec: Spec) -> dict[str, str]:
    """What calls without a name are called, by their keys."""
    counter, found = Counter(), {}

    def walk(items: Seq) -> None:
        for item in items:
            if item.form == REPEAT:
                walk(item.original)
                continue
            for seq in item.inside():
                walk(seq)
            if item.form == CALL and item.kind in spec.blocks and item.name is None:
                found[item.key] = counter.next(item.kind)

    walk(spec.main.items)
    return found


def _first(scope: Scope) -> tuple[str, ...]:
    return tuple(scope.inputs)


def _called(scope: Scope) -> dict[str, str]:
    """What inputs are read by."""
    if _is_unnamed(scope):
        return {scope.inputs[0]: INPUT}
    return {name: name for name in scope.inputs}


def _inputs(scope: Scope) -> dict[str, Any]:
    """`input` or `inputs` in their short forms."""
    inputs = scope.keys.get("inputs")
    given = inputs if inputs is not None else {scope.inputs[0]: scope.keys["input"]}
    short = {name: _sizes(value) for name, value in given.items()}
    if _is_unnamed(scope):
        return {"input": short[scope.inputs[0]]}
    return {"inputs": short}


def _is_unnamed(scope: Scope) -> bool:
    """Whether it has one input, which nobody gave a name."""
    if "input" in scope.keys:
        return True
    [*names] = scope.inputs
    words = (INPUT, INPUT_NAME)
    if any(item.name == INPUT_NAME for item in scope.items):
        return False  # which is what it would be called
    return len(names) == 1 and (
        names[0].rstrip("0123456789").rstrip("_") in words
        or names[0].endswith(f"_{INPUT}")
    )


def _sizes(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    usual = {"dtype": "float32", "batch_size": None, "optional": False, "sparse": False}
    rest = {k: v for k, v in value.items() if usual.get(k, ...) != v}
    return rest["shape"] if [*rest] == ["shape"] else rest


def _ordered(keys: dict[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    found = {key: keys[key] for key in order if key in keys}
    return found | {key: value for key, value in keys.items() if key not in found}
