"""A layer list of a spec to the steps of a Program."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from cnnspec.catalogue.layers import (
    Layer,
    layer_class,
    make_layer,
    split_entry,
    with_defaults,
)
from cnnspec.catalogue.registry import is_known, is_layer
from cnnspec.ground.errors import Invalid, Path, Problem, either, near, nearest
from cnnspec.ground.kinds import NAME_SAYS, is_name, name_hint
from cnnspec.ground.records import Record
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.arguments import (
    as_meant,
    call_arguments,
    check_arguments,
    parameter_problems,
    under_default,
)
from cnnspec.language.document import ApplyKeys, IfKeys, RepeatKeys
from cnnspec.language.expressions import Formula, formulas, names_in, tensors_in
from cnnspec.language.naming import WHOLE, Counter, stem
from cnnspec.language.program import (
    ApplyStep,
    Block,
    CallStep,
    Defaults,
    IfStep,
    LayerStep,
    Named,
    Ref,
    RepeatStep,
    Step,
    Steps,
)
from cnnspec.language.variables import Notes, each_formula

if TYPE_CHECKING:
    from cnnspec.language.sources import Call

R = TypeVar("R", bound=Record)

STATEMENTS = ("repeat", "if", "apply")
"""Words that stand in a layer list where a layer's name does."""


class Place:
    """What a step may refer to where it stands.

    Attributes:
        variables: the names that formulas may use.
        local: those of them that belong to a block's call or to a repeat.
        labels: counts what has no name in a block's text; None outside of blocks.
        defaults: those of its file.
    """

    def __init__(
        self,
        variables: frozenset[str],
        defaults: Defaults,
        local: frozenset[str] = frozenset(),
        labels: Counter | None = None,
    ) -> None:
        self.variables, self.local, self.labels = variables, local, labels
        self.defaults = defaults

    def label(self, kind: str, name: str | Formula | None) -> str:
        """What a named call names a step here that has no name of its own."""
        if self.labels is None or type(name) is str:
            return ""
        return self.labels.next(stem(kind))

    def inside(self, names: Iterable[str]) -> "Place":
        """The place inside a repeat that has these variables."""
        more = frozenset(names)
        return Place(
            self.variables | more, self.defaults, self.local | more, self.labels
        )


class StepReader:
    """Reads layer lists; what is wrong with them is noted."""

    def __init__(self, notes: Notes, blocks: Mapping[str, Block]) -> None:
        self._notes, self._blocks = notes, blocks
        self._named: dict[str, Path] = {}
        self._made: dict[str, Layer] = {}

    def steps(self, items: list[Any], path: Path, place: Place) -> Steps:
        """The steps of a layer list; those with something wrong may be left out."""
        steps = []
        for number, item in enumerate(items):
            step = self._step(item, (*path, number), place)
            if step is None:
                self._notes.complete = False
                step = _lost((*path, number))
            steps.append(step)
        return tuple(steps)

    def _step(self, item: Any, path: Path, place: Place) -> Step | None:
        try:
            text = item.text if type(item) is Formula else item
            name, arguments = split_entry(text, STATEMENTS, self._blocks)
            if name.startswith("$"):
                text = f"a layer's name can't be an expression; found {name}"
                raise Invalid([Problem((), "layer-form", text, "use if: to choose")])
        except Invalid as error:
            self._notes.add(_with_form(error, item), path)
            return _lost(path)
        if type(item) is dict:
            # The key itself, which needn't be text.
            path = (*path, next(iter(item)))
        if name in self._notes.unread:
            return None
        if name in self._blocks:
            return self._call(name, arguments, path, place)
        if name in STATEMENTS:
            try:
                return self._statement(name, arguments, path, place)
            except Invalid as error:
                self._notes.add(as_meant(error, arguments, place.variables), path)
                return None
        if meant := _statement_meant(name, arguments):
            text = f"there is no layer or block '{name}'"
            self._notes.report(path, "unknown-block", text, meant, at_key=True)
            return None
        return self._layer(name, arguments, path, place)

    def _layer(self, kind: str, arguments: Any, path: Path, place: Place) -> LayerStep:
        """A layer; its arguments are checked here if they hold no formula."""
        layer: Layer | None = None
        waits: Any = None
        name: Any = None
        sources: tuple[Ref, ...] = ()
        named: Named | None = None
        models: _Models | None = ()
        is_whole = False
        try:
            if type(arguments) is dict and ("from" in arguments or "name" in arguments):
                arguments = dict(arguments)
                if "from" in arguments:
                    given, call = arguments.pop("from"), None
                    if isinstance(given, dict):
                        from cnnspec.language.sources import call_of

                        others = place.defaults.arguments.get(kind, ())
                        call = call_of(kind, {*arguments, *others})
                    sources, named = self._sources(given, path, place, call)
                if "name" in arguments:
                    given, is_whole = _without_slash(arguments.pop("name"))
                    name = self._layer_name(kind, given, path, place)
            if place.defaults.arguments:
                arguments = with_defaults(kind, arguments, place.defaults.arguments)
            if self._blocks:
                arguments, models = self._models(kind, arguments, path, place)
            if models is None:
                pass  # something is wrong with a call, which is reported
            elif models:
                if self._notes.know(arguments, path, place.variables, sizes=True):
                    waits = arguments
            elif self._notes.source.has_formulas and any(each_formula(arguments)):
                if self._notes.know(arguments, path, place.variables, sizes=True):
                    check_arguments(kind, arguments, self._blocks)
                    waits = arguments
                elif not is_known(kind):
                    make_layer(kind, {}, self._blocks)  # tells what there is
            else:
                layer = self._layer_of(kind, arguments)
        except Invalid as error:
            refused = any(p.code == "refused-layer" for p in error.problems)
            if name is None and is_known(kind) and not refused:
                # Whatever reads it by this name isn't wrong as well.
                meant = layer_class(kind).misnamed(arguments, "name")
                name = meant if type(meant) is str and is_name(meant) else None
            above = self._named.get(kind, path) != path and not is_layer(kind)
            source, wrong = self._notes.source, error
            if above:
                wrong = self._meant_again(kind, sources)
            elif not is_layer(kind):
                wrong = _meant_to_include(kind, source) or error
            wrong = as_meant(wrong, arguments, place.variables)
            if is_known(kind) and isinstance(arguments, dict):
                from cnnspec.language.sources import of_the_call

                wrong = of_the_call(wrong, kind, arguments, sources)
            self._notes.add(
                Invalid(
                    under_default(problem, kind, path, place.defaults, source)
                    for problem in wrong.problems
                )
            )
        label = place.label(kind, name)
        held = models if waits and models else ()
        how = named, held, is_whole, tensors_in(waits)
        return LayerStep(kind, layer, waits, name, sources, label, path, *how)

    def _layer_of(self, kind: str, arguments: Any) -> Layer:
        """The layer of some arguments, which most models have several times."""
        said = f"{kind}{arguments!r}"
        if said not in self._made:
            self._made[said] = make_layer(kind, arguments, self._blocks)
        return self._made[said]

    def _models(
        self, kind: str, arguments: Any, path: Path, place: Place
    ) -> "tuple[Any, _Models | None]":
        """The calls of blocks that stand where a layer holds another one.

        Returns:
            The arguments by name, and the calls; None in place of these where something
            is wrong with one.
        """
        if not is_known(kind):
            return arguments, ()
        cls = layer_class(kind)
        holding = cls.holding()
        if not holding or arguments is None:
            return arguments, ()
        if not isinstance(arguments, dict):
            arguments = {next(iter(cls.arguments())): arguments}
        found: list[tuple[Path, CallStep]] = []
        for name in holding:
            for way, entry in _entries(arguments.get(name), (name,)):
                block, given = _only(entry)
                if block not in self._blocks or is_layer(block):
                    continue
                if not self._blocks[block].is_model:
                    text = f"{kind} holds a layer, and '{block}' is a block"
                    hint = "give the block model: true, or write its layers out"
                    raise Invalid([Problem(way, "wrong-type", text, hint)])
                where = (*path, *way, *([block] if isinstance(entry, dict) else ()))
                call = self._call(block, given, where, place)
                if call is None:
                    return arguments, None
                if call.sources:
                    text = f"a block that {kind} holds reads what {kind} gives it"
                    at = (*way, block, "from")
                    raise Invalid([Problem(at, "unknown-field", text, "remove it")])
                found.append((way, call))
        return arguments, tuple(found)

    def _meant_again(self, name: str, sources: tuple[Ref, ...]) -> Invalid:
        """What to write where the name of a layer above stands in place of a kind."""
        line = self._notes.source.line(self._named[name])
        read = [str(source) for source in sources if not isinstance(source, tuple)]
        entry: dict[str, Any] = {"layer": name}
        if read:
            entry["from"] = read[0] if len(read) == 1 else read
        text = f"there is no block '{name}', but a layer of that name in {line}"
        hint = f"to use it again, write - apply: {flow(entry)}"
        return Invalid([Problem((), "unknown-block", text, hint, at_key=True)])

    def _layer_name(self, kind: str, name: Any, path: Path, place: Place) -> Any:
        if type(name) is str and is_name(name):
            self._named[name] = path
            if "{" in name:
                self._refuse_braces(name, (*path, "name"), place)
            return name
        if name is None:
            return None
        if type(name) is Formula:
            known = self._notes.know(name, (*path, "name"), place.variables)
            return name if known else None
        try:
            make_layer(kind, {"name": name})
        except Invalid as error:
            wrong = [p for p in error.problems if p.path == ("name",)]
            self._notes.add(Invalid(wrong), path)
        return None

    def _refuse_braces(self, name: str, path: Path, place: Place) -> None:
        """Reports a name with a variable in braces, which lack their dollar sign."""
        plain = re.sub(r"""^f?(["'])(.*)\1$""", r"\2", name)
        for variable in re.findall(r"\{(\w+)", plain):
            if variable in place.variables:
                meant = re.sub(r"\{(?=\w)", "${", plain)
                text = f"the name '{name}' has '{variable}' in braces without a $"
                self._notes.report(path, "expression", text, f'write "{meant}"')
                self._notes.complete = False
                return

    def _name(self, name: Any, path: Path, place: Place) -> Any:
        """The name of a call, or of a tensor that `apply` makes."""
        if type(name) is str and is_name(name) or name is None:
            if name and "{" in name:
                self._refuse_braces(name, path, place)
            return name
        if type(name) is Formula:
            return name if self._notes.know(name, path, place.variables) else None
        text = f"'name' must be {NAME_SAYS}; found {describe(name)}"
        self._notes.report(path, "wrong-type", text, name_hint(name))
        return None

    def _sources(
        self, value: Any, path: Path, place: Place, call: "Call | None"
    ) -> tuple[tuple[Ref, ...], Named | None]:
        """What `from` lists, and the arguments that it goes to where it names them.

        Raises:
            Invalid: an item is neither a name nor a list of layers.
        """
        path = (*path, "from")
        if isinstance(value, dict) and value and not any(map(is_layer, value)):
            return self._named_sources(value, path, place, call)
        if not isinstance(value, list):
            return (self._reference(value, path, (), place),), None
        if not value:
            from cnnspec.language.sources import bad_source

            raise bad_source((), value)
        found = tuple(
            self._reference(item, path, (number,), place)
            for number, item in enumerate(value)
        )
        return found, None

    def _named_sources(
        self, value: dict[Any, Any], path: Path, place: Place, call: "Call | None"
    ) -> tuple[tuple[Ref, ...], Named]:
        """What a mapping under `from` gives.

        Raises:
            Invalid: something in it is wrong.
        """
        from cnnspec.language.sources import by_name, with_first

        said = by_name(value, call)
        items = with_first(said.items, call)
        for key, setting in said.settings.items():
            self._notes.know(setting, (*path, key), place.variables)
        found = tuple(
            self._reference(item.value, path, item.place, place) for item in items
        )
        arguments, places, _ = zip(*items, strict=True)
        return found, Named(arguments, places, said.settings)

    def _reference(self, item: Any, path: Path, step: Path, place: Place) -> Ref:
        if type(item) is str and item:
            return item
        if type(item) is Formula:
            self._notes.know(item, (*path, *step), place.variables)
            return item
        if isinstance(item, list) and any(map(self._may_be_step, item)):
            return self.steps(item, (*path, *step), place)
        from cnnspec.language.sources import bad_source

        raise bad_source(step, item)

    def _may_be_step(self, item: Any) -> bool:
        """Whether it is no name of a tensor, which `from` has in no list of its own."""
        return type(item) is not str or is_layer(item) or item in self._blocks

    def _call(
        self, name: str, arguments: Any, path: Path, place: Place
    ) -> CallStep | None:
        block = self._blocks[name]
        sources: tuple[Ref, ...] = ()
        named: Named | None = None
        call_name, is_whole = None, False
        try:
            arguments = call_arguments(block, arguments)
            if "from" in arguments:
                tensors, call = arguments.pop("from"), None
                if isinstance(tensors, dict):
                    from cnnspec.language.sources import call_of_block

                    call = call_of_block(block)
                sources, named = self._sources(tensors, path, place, call)
            if "name" in arguments:
                given, is_whole = _without_slash(arguments.pop("name"))
                call_name = self._name(given, (*path, "name"), place)
            weights = ""
            own = block.is_model and "weights" not in block.params
            if own and "weights" in arguments:
                weights = _weights_file(arguments.pop("weights"))
            trainable = True
            if "trainable" in arguments and "trainable" not in block.params:
                trainable = _truth(arguments.pop("trainable"))
        except Invalid as error:
            self._refuse_call(error, block, path)
            return None
        sound = self._notes.know(arguments, path, place.variables, sizes=True)
        sound &= self._notes.know(trainable, (*path, "trainable"), place.variables)
        wrong = Invalid(parameter_problems(block, arguments))
        label = place.label(name, call_name)
        if wrong.problems:
            self._refuse_call(wrong, block, path)
        if wrong.problems or not sound:
            return None
        about = sources, label, path, named, trainable, is_whole
        asks = tensors_in(arguments)
        return CallStep(name, arguments, call_name, *about, asks, weights)

    def _refuse_call(self, error: Invalid, block: Block, path: Path) -> None:
        """Reports what is wrong with a call.

        A parameter that the block uses but lacks has been reported there.
        """
        lacking = self._lacking(block)
        self._notes.add(
            Invalid(
                problem
                for problem in error.problems
                if problem.code != "unknown-parameter"
                or not lacking.intersection(problem.path or lacking)
            ),
            path,
        )

    def _lacking(self, block: Block) -> frozenset[str]:
        """The variables that a block uses and nothing gives it."""
        data = self._notes.source.data
        try:
            used = names_in(formulas(data["blocks"][block.name]))
        except Invalid:  # which has been reported
            return frozenset()
        given = data.get("vars")
        known = given.keys() if isinstance(given, dict) else frozenset()
        return used - block.params.keys() - known

    def _statement(
        self, word: str, arguments: Any, path: Path, place: Place
    ) -> Step | None:
        if word == "repeat":
            return self._repeat(section(RepeatKeys, arguments), path, place)
        if word == "if":
            keys = section(IfKeys, arguments)
            where = (*path, "test")
            known = self._notes.know(keys.test, where, place.variables, sizes=True)
            then = self.steps(keys.then, (*path, "then"), place)
            otherwise = self.steps(keys.else_ or [], (*path, "else"), place)
            asks = tensors_in(keys.test)
            return IfStep(keys.test, then, otherwise, path, asks) if known else None
        if type(arguments) is str:
            text = f"apply must be a mapping; found {describe(arguments)}"
            hint = f"write - apply: {flow({'layer': arguments})}"
            raise Invalid([Problem((), "wrong-type", text, hint)])
        apply = section(ApplyKeys, arguments)
        sources: tuple[Ref, ...] = ()
        named: Named | None = None
        if apply.from_ is not None:
            sources, named = self._sources(apply.from_, path, place, None)
        if type(apply.layer) is not str and type(apply.layer) is not Formula:
            found = describe(apply.layer)
            text = f"apply.layer must be the name of a layer above; found {found}"
            raise Invalid([Problem(("layer",), "wrong-type", text)])
        known = self._notes.know(apply.layer, (*path, "layer"), place.variables)
        given, is_whole = _without_slash(apply.name)
        name = self._name(given, (*path, "name"), place)
        label = place.label("apply", name)
        if not known:
            return None
        self._notes.applies = True
        return ApplyStep(apply.layer, name, sources, label, path, named, is_whole)

    def _repeat(self, keys: RepeatKeys, path: Path, place: Place) -> RepeatStep | None:
        lists: dict[str, Any] = keys.for_ or {}
        known = self._notes.know(keys.times, (*path, "times"), place.variables)
        known &= self._notes.know(lists, (*path, "for"), place.variables)
        trainable, at = keys.trainable, (*path, "trainable")
        known &= self._notes.know(trainable, at, place.variables)
        if known and (keys.times is None) == (not lists):
            text = "a repeat has times: or for:, and not both"
            hint = "as in times: 3, or for: {filters: [64, 128]}"
            raise Invalid([Problem((), "repeat", text, hint, at_key=True)])
        own: dict[Any, Path] = {name: ("for", name) for name in lists}
        if keys.index is not None:
            own[keys.index] = ("index",)
        sound = [self._is_new(name, where, path, place) for name, where in own.items()]
        if lists and keys.index is not None and keys.index in lists:
            text = f"'{keys.index}' counts the rounds and takes values as well"
            raise Invalid([Problem(("index",), "repeat", text, "choose another name")])
        named = place.inside(name for name in own if isinstance(name, str))
        steps = self.steps(keys.layers, (*path, "layers"), named)
        if not known or not all(sound):
            return None
        index = keys.index or ""
        how = trainable, keys.collect
        return RepeatStep(keys.times, index, lists, steps, path, *how)

    def _is_new(self, name: Any, where: Path, path: Path, place: Place) -> bool:
        """Whether a repeat's variable hides none of the block or of a repeat around."""
        where = (*path, *where)
        if not self._notes.is_variable(name, where):
            return False
        if name in place.local:
            text = f"the variable '{name}' is there already"
            hint = "choose another name"
            self._notes.report(where, "repeat", text, hint, at_key=True)
        return name not in place.local


_Models = tuple[tuple[Path, CallStep], ...]


def _meant_to_include(name: str, source: Source) -> Invalid | None:
    """What to write for a block that cnnspec carries; None where it has none."""
    from cnnspec.ground.source.include import carrying

    file = carrying(name)
    if not file:
        return None
    text = f"'{name}' is a block of a file that comes with cnnspec"
    hint = f"write include: [{file}]"
    hint = f"add {file} to include:" if source.holds(("include",)) else hint
    return Invalid([Problem((), "unknown-block", text, hint, at_key=True)])


def _entries(value: Any, way: Path) -> Iterator[tuple[Path, Any]]:
    """The layers that an argument holds, and those that they hold."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _entries(item, (*way, place))
        return
    yield way, value
    name, arguments = _only(value)
    if is_known(name) and isinstance(arguments, dict):
        takes = layer_class(name).arguments()
        for key in takes.keys() & arguments.keys():
            if takes[key].kind.holds_layers:
                yield from _entries(arguments[key], (*way, name, key))


def _only(entry: Any) -> tuple[str, Any]:
    """The name and the arguments of an entry of a layer list; '' if it is none."""
    if isinstance(entry, str):
        return entry, None
    if isinstance(entry, dict) and len(entry) == 1:
        [(name, arguments)] = entry.items()
        return str(name), arguments
    return "", None


def _without_slash(name: Any) -> tuple[Any, bool]:
    """A name without the slash that makes it a whole one, and whether it had one."""
    text = name.text if type(name) is Formula else name
    if not isinstance(text, str) or not text.startswith(WHOLE):
        return name, False
    return formulas(text.removeprefix(WHOLE)), True


def _lost(path: Path) -> LayerStep:
    """What stands for a step with something wrong: what it gives isn't known."""
    return LayerStep("", None, None, None, (), "", path)


def _weights_file(given: Any) -> str:
    """The file with the weights of a model; '' for null.

    Raises:
        Invalid: it is no name of one.
    """
    if given is None:
        return ""
    if isinstance(given, str) and given.endswith((".keras", ".weights.h5")):
        return given
    text = "weights must be a file that ends in .keras or .weights.h5, or null; found "
    hint = "as in weights: results/NAME/model.keras, which cnnspec train writes"
    problem = Problem(("weights",), "wrong-type", f"{text}{describe(given)}", hint)
    raise Invalid([problem])


def section(record: type[R], data: Any) -> R:
    """The record of a mapping.

    Raises:
        Invalid: with every key that is unknown, missing or wrong.
    """
    if not isinstance(data, dict):
        text = f"{record.title()} must be a mapping; found {describe(data)}"
        from cnnspec.language import hints

        hint = hints.statement(record.title(), data)
        hint = hint or f"it has {either(record.arguments(), 'and')}"
        raise Invalid([Problem((), "wrong-type", text, hint)])
    return record.read(data)


def _with_form(error: Invalid, item: Any) -> Invalid:
    """The problems of a statement's entry, with how the statement is written."""
    from cnnspec.language import hints

    word, data = next(iter(item.items())) if isinstance(item, dict) and item else "  "
    hint = hints.statement(word, data)
    return Invalid(p._replace(hint=hint or p.hint) for p in error.problems)


def _statement_meant(name: str, arguments: Any) -> str:
    """Which word of the language a name was meant to be, by it and by its keys."""
    if type(arguments) is not dict or _OF_STATEMENTS.isdisjoint(arguments):
        return ""
    if is_known(name):
        return ""
    return (
        near(name.lower()) if name.lower() in STATEMENTS else nearest(name, STATEMENTS)
    )


_OF_STATEMENTS = frozenset(("layers", "times", "test", "then", "layer"))
"""Keys that a `repeat`, an `if` or an `apply` can't be without, but for `for`."""


def _truth(value: Any) -> Any:
    """What `trainable` of a call says, which may be a formula.

    Raises:
        Invalid: it is neither true nor false.
    """
    if type(value) is bool or type(value) is Formula:
        return value
    text = f"'trainable' must be true or false; found {describe(value)}"
    raise Invalid([Problem(("trainable",), "wrong-type", text)])
