"""Draws sound specs of one file or of several, and mends those that aren't sound."""

from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

from cnnspec.catalogue.registry import declaring
from cnnspec.ground.errors import Path, Problem
from cnnspec.ground.source import Source
from cnnspec.judge import rules
from cnnspec.language.program import Program
from cnnspec.model.changing import read_changed
from cnnspec.model.graph import Graph
from cnnspec.model.resolver import resolve
from cnnspec.model.running import followed
from cnnspec.model.summary import Model, infer
from tests.emit.programs import drawn, written

_TRIES = 30
"""How often a spec is mended before it is given up."""
_SOURCES = ("prev", "prev.0", "input", "input.0")
"""What a layer reads that stands for a mistake: the first of these that will do."""
_TELLING = ("fails-at-run", "runs-otherwise")
"""Codes of warnings of what Keras makes and can't run."""


class Project(NamedTuple):
    """Files of which one is the spec, and the same spec in one file."""

    files: dict[str, str]
    whole: str


def draw_project(random: Random) -> Project | None:
    """A sound spec that may include files, extend another and change what it has.

    None where what is drawn can't be mended.
    """
    spec = mended(drawn(random))
    if spec is None:
        return None
    spec = mended(_read_more(spec, random))
    if spec is not None and random.random() < 0.3:
        spec = mended(_changed(spec, random))
    if spec is None:
        return None
    return Project(_divided(deepcopy(spec), random), written(spec))


# ------------------------------------------------------------------ mending


def _problems(spec: dict[str, Any]) -> tuple[Program, Graph, list[Problem]]:
    source = Source(written(spec), "spec.yaml")
    program = read_changed(source)
    with declaring(program.own):
        graph = resolve(program)
        summary = followed(infer(graph, source.line))
        model = Model(program, summary)
        found = [*program.problems, *graph.problems, *summary.problems]
        found = [one for one in found if one.severity == "error"]
        if not found:
            warned = [*rules.of_graph(model), *rules.of_model(model)]
            found = [
                one for one in warned if one.severity == "error" or one.code in _TELLING
            ]
    return program, graph, found


def mended(spec: dict[str, Any]) -> dict[str, Any] | None:
    """A spec with other entries where there is a mistake, until there is none."""
    spec = deepcopy(spec)
    for _ in range(_TRIES):
        found = _problems(spec)[2]
        if not found:
            return spec
        _mend(spec, found[0])
    return None


def _mend(spec: dict[str, Any], found: Problem) -> None:
    """Takes out the part that a mistake is in, or puts a layer that fits there."""
    path = _there(spec, found.path)
    if path[:1] == ("outputs",):
        del spec["outputs"]
    elif path[:1] == ("change",):
        spec["change"].pop(path[1], None) if len(path) > 1 else spec.pop("change")
    elif found.code == "unknown-input" and _source_at(spec, path):
        _put(spec, path, "prev")
    elif path[-1:] == ("name",):
        del _at(spec, path[:-1])["name"]
    else:
        _put_plain(spec, path)


def _there(spec: Any, path: Path) -> Path:
    """As much of a path as there is in the data."""
    for place, key in enumerate(path):
        has_key = key in spec if isinstance(spec, dict) else isinstance(spec, list)
        if not has_key:
            return path[:place]
        spec = spec[key]
    return path


def _source_at(spec: Any, path: Path) -> bool:
    return "from" in path and isinstance(_at(spec, path), str)


def _at(spec: Any, path: Path) -> Any:
    for key in path:
        spec = spec[key]
    return spec


def _put(spec: Any, path: Path, value: Any) -> None:
    _at(spec, path[:-1])[path[-1]] = value


def _put_plain(spec: dict[str, Any], path: Path) -> None:
    """A layer that takes anything, in place of the entry that a path leads into."""
    for end in range(len(path), 0, -1):
        if isinstance(path[end - 1], int) and _is_entry(_at(spec, path[:end])):
            entry = _at(spec, path[:end])
            arguments = next(iter(entry.values())) if isinstance(entry, dict) else {}
            made = dict(arguments) if isinstance(arguments, dict) else {}
            named = {"name": made["name"]} if "name" in made else {}
            plain = [{"ReLU": {"from": one, **named}} for one in _SOURCES]
            after = plain.index(entry) + 1 if entry in plain else 0
            _put(spec, path[:end], [*plain, "Flatten"][after])
            return
    if path == ("layers",):
        spec.pop("change", None)
        spec["layers"].append("ReLU")
    if len(path) > 1 and path[0] in spec:
        del spec[path[0]]


def _is_entry(found: Any) -> bool:
    """Whether it is an entry of a list of layers; a name in `from` isn't."""
    if isinstance(found, dict):
        return len(found) == 1
    return isinstance(found, str) and (found[:1].isupper() or found[:4] == "ops.")


# ---------------------------------------------------------- more of a spec


def _read_more(spec: dict[str, Any], random: Random) -> dict[str, Any]:
    """Lets outputs read what nothing reads, or some of it."""
    graph = _problems(spec)[1]
    spec = deepcopy(spec)
    read = {name for node in graph.nodes for name in node.inputs}
    ends = [node.name for node in graph.nodes if node.name not in read]
    if len(ends) > 1 and random.random() < 0.8:
        spec["outputs"] = random.sample(ends, min(len(ends), random.randint(1, 6)))
        if _problems(spec)[2]:
            spec["outputs"] = [
                one for one in ends if not _problems({**spec, "outputs": [one]})[2]
            ]
            if not spec["outputs"]:
                del spec["outputs"]
    return spec


def _changed(spec: dict[str, Any], random: Random) -> dict[str, Any]:
    """Other arguments and parameters for some layers and calls; some are taken out."""
    program, graph, _ = _problems(spec)
    change: dict[str, Any] = {}
    for node in random.sample(graph.nodes, min(2, len(graph.nodes))):
        if random.random() < 0.3:
            change[node.name] = None
        elif "filters" in node.layer.given or "units" in node.layer.given:
            key = "filters" if "filters" in node.layer.given else "units"
            change[node.name] = {key: random.randint(1, 4)}
        elif "trainable" in node.layer.arguments():
            change[node.name] = {"trainable": random.random() < 0.3}
        elif random.random() < 0.4:
            change[node.name] = None
    for name, block in program.blocks.items():
        if block.params and random.random() < 0.5:
            param = random.choice([*block.params])
            change[name] = {param: random.choice([1, 2, 3, 0.5, True, "relu"])}
    return {**spec, "change": change} if change else spec


# ------------------------------------------------------------------- files


def _divided(spec: dict[str, Any], random: Random) -> dict[str, str]:
    """The files of a spec that means the same in several."""
    files: dict[str, dict[str, Any]] = {}
    if random.random() < 0.5:
        _move_out(spec, files, random)
    if random.random() < 0.4:
        spec = _based(spec, files, random)
    files["spec.yaml"] = spec
    return {name: written(one) for name, one in files.items()}


def _move_out(
    spec: dict[str, Any], files: dict[str, dict[str, Any]], random: Random
) -> None:
    """Puts blocks, variables and own layers into files that the spec includes."""
    names = random.choice([["parts.yaml"], ["one.yaml", "more/two.yaml"]])
    for name in names:
        found: dict[str, Any] = {}
        for section in ("vars", "blocks", "custom"):
            moved = [one for one in spec.get(section, ()) if random.random() < 0.6]
            if moved:
                found[section] = {one: spec[section].pop(one) for one in moved}
        if "defaults" in spec:
            found["defaults"] = spec["defaults"]
        files[name] = found or {"vars": {f"spare_{len(files)}": 1}}
    if len(names) > 1 and random.random() < 0.5:
        files[names[0]]["include"] = [names[1]]
        names = names[:1]
    spec["include"] = names


def _based(
    spec: dict[str, Any], files: dict[str, dict[str, Any]], random: Random
) -> dict[str, Any]:
    """Divides a spec into a base and one that extends it."""
    own: dict[str, Any] = {"extends": "base.yaml"}
    if random.random() < 0.7 and len(spec["layers"]) > 1:
        place = random.randint(1, len(spec["layers"]) - 1)
        spec["layers"], own["append"] = spec["layers"][:place], spec["layers"][place:]
    for key in ("outputs", "change", "name"):
        if key in spec:
            own[key] = spec.pop(key)
    for section in ("vars", "blocks"):
        moved = [one for one in spec.get(section, ()) if random.random() < 0.3]
        if moved:
            own[section] = {one: spec[section].pop(one) for one in moved}
    if "vars" in spec and spec["vars"] and random.random() < 0.5:
        # The base's own value counts for nothing.
        name = random.choice([*spec["vars"]])
        own.setdefault("vars", {})[name] = spec["vars"][name]
        spec["vars"][name] = random.choice([1, [1], "relu", None])
    files["base.yaml"] = spec
    return own
