"""The data of a spec to the Program that they describe."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.catalogue.layers import Layer
from cnnspec.catalogue.registry import declaring
from cnnspec.ground.errors import Invalid, Problem, either
from cnnspec.ground.records import Record
from cnnspec.ground.source import Source, stem
from cnnspec.ground.visible import visible
from cnnspec.ground.yaml_text import describe
from cnnspec.language.blocks import BlockReader
from cnnspec.language.by_output import with_outputs
from cnnspec.language.defaults import read_defaults
from cnnspec.language.document import Document, InputTensor
from cnnspec.language.expressions import names_in
from cnnspec.language.program import EachDefaults, Program
from cnnspec.language.steps import Place, StepReader
from cnnspec.language.variables import Notes, Variables, read_formulas

_EMPTY = Document(layers=[None])
_WRITTEN: tuple[str, ...] = ("input", "inputs")


def read_program(source: Source) -> Program:
    """The Program that a document describes, with what is wrong in it."""
    notes = Notes(source)
    data = source.data
    if not isinstance(data, dict):
        text = f"a spec is a mapping with input: and layers:; found {describe(data)}"
        hint = "cnnspec init writes one to start from"
        notes.report((), "wrong-type", text, hint)
        data = {}
    # The values of its variants are those of other specs, which read them themselves.
    data = {key: value for key, value in data.items() if key != "study"}
    data = read_formulas(data, notes)
    variables = Variables(data.get("vars"), notes)
    notes.broken |= _names(Document.misnamed(data, "vars"))
    if not isinstance(data.get("vars", {}), dict):
        notes.broken |= names_in(data)
    written = {key: data[key] for key in _WRITTEN if key in data}
    data, raw = variables.work_out(data), data
    own: Mapping[str, type[Layer]] = {}
    if data.get("custom"):
        from cnnspec.language.own.reading import read_own

        with declaring({}):  # those of a spec that is read again aren't in the way
            own, parts = read_own(data["custom"], data.get("train"), notes)
        if parts:
            from cnnspec.catalogue.declared import declaring_parts

            with declaring(own), declaring_parts(parts):
                defaults = read_defaults(data, raw, notes)
                program = _program(data, written, variables, own, defaults, notes)
                return program._replace(own_parts=parts)
    with declaring(own):
        defaults = read_defaults(data, raw, notes)
        return _program(data, written, variables, own, defaults, notes)


def _program(
    data: dict[str, Any],
    written: dict[str, Any],
    variables: Variables,
    own: Mapping[str, type[Layer]],
    defaults: EachDefaults,
    notes: Notes,
) -> Program:
    """The Program of data whose variables and own layers are known."""
    source = notes.source
    if source.included:
        from cnnspec.language.libraries import check_included

        check_included(notes)
    names = frozenset(variables.formulas)
    blocks = BlockReader(notes, names)
    reader = StepReader(notes, blocks.blocks)
    given = data.get("blocks")
    notes.unread |= _names(Document.misnamed(data, "blocks"))
    notes.unread |= _names(given if isinstance(given, list) else None)
    blocks.read(given, reader, defaults)
    layers = data.get("layers")
    items = layers if isinstance(layers, list) else []
    notes.complete &= bool(items)
    place = Place(names, defaults.own)
    steps = reader.steps(items, ("layers",), place)
    appended = data.get("append")
    if isinstance(appended, list):
        steps += reader.steps(appended, ("append",), place)
    blocks.refuse_recursion()
    data = with_outputs(data)
    if isinstance(source.data, dict) and "study" in source.data:
        data = {**data, "study": source.data["study"]}
    document = _document(data, notes) if isinstance(source.data, dict) else _EMPTY
    parts = _parts(data, notes) if notes.problems() else {}
    program = Program(
        name=document.name or visible(stem(source.path)),
        description=document.description or "",
        vars=variables.formulas,
        values=variables.values,
        blocks=blocks.blocks,
        own=own,
        own_parts={},
        inputs=_given_inputs(document),
        steps=steps,
        outputs=document.outputs or (),
        change=document.change or {},
        changed={},
        replaced={},
        defaults=defaults,
        written=written,
        expect=document.expect,
        data=document.data,
        train=document.train,
        ensemble=document.ensemble,
        source=source,
        may_import=False,
        complete=notes.complete,
        applies=notes.applies,
        problems=notes.problems(),
        parts=parts,
    )
    if program.problems and source.has_formulas:
        from cnnspec.language.given import at_variables

        return at_variables(program)
    return program


def _names(given: Any) -> set[str]:
    """The keys of a mapping, or of those in a list that was meant to be one."""
    several = given if isinstance(given, list) else [given]
    return {str(key) for one in several if isinstance(one, dict) for key in one}


def _given_inputs(document: Document) -> dict[str, InputTensor]:
    """The inputs by name; none where two keys give them, for it isn't known which."""
    if document.input is None:
        return document.inputs or {}
    return {} if document.inputs else {"": document.input}


def _missing_base(source: Source) -> Iterator[Problem]:
    """Whether a spec appends layers to those of no other."""
    if source.said("append") is not None and source.said("extends") is None:
        text = "append puts layers behind those of a base, and this extends none"
        hint = "write them under layers:; or name the base, as in extends: base.yaml"
        yield Problem(("append",), "exclusive-arguments", text, hint, at_key=True)


def _input_problems(document: Document) -> Iterator[Problem]:
    hint = "as in input: [28, 28, 1]"
    if document.input is None and document.inputs is None:
        yield Problem((), "missing-field", "the spec has no input:", f"add it, {hint}")
    if document.input is not None and document.inputs is not None:
        text = "the spec has both input: and inputs:"
        yield Problem(
            ("inputs",), "exclusive-arguments", text, "keep one of the two", at_key=True
        )


def _document(data: dict[str, Any], notes: Notes) -> Document:
    """The document; where keys of it are wrong, the document without them."""
    for section, beside in _unindented(data):
        text = f"{section}: is blank, and {either(beside, 'and')} beside it"
        hint = f"indent what belongs to {section}: below it"
        notes.add(Invalid([Problem((section,), "wrong-type", text, hint)]))
        data = {k: v for k, v in data.items() if k not in (section, *beside)}
    if _is_library(data):
        text = "a file without layers is no spec; this one has blocks for other specs"
        hint = f"write include: [{os.path.basename(notes.source.path)}] in those"
        notes.report((), "missing-field", text, hint)
        data = {**data, "layers": [None], "input": [1]}
    try:
        document = Document.read(data)
        notes.add(Invalid(_input_problems(document)))
        notes.add(Invalid(_missing_base(notes.source)))
        return document
    except Invalid as error:
        found = [_fitting(problem, data) for problem in error.problems]
        # What a file lacks may be in the one that it means to extend.
        extends = any(problem.path == ("extends",) for problem in found)
        extends |= Document.misnamed(data, "extends") is not None
        lacks = [p for p in found if p.code == "missing-field"]
        notes.add(Invalid(p for p in found if not extends or p not in lacks))
    wrong = {p.path[0] for p in (*found, *notes.problems()) if p.path}
    wrong |= {path[0] for path in notes.lost}
    names = Document.arguments().keys() - wrong
    sound = {key: value for key, value in data.items() if key in names}
    document = Document.read({"layers": [None], **sound})
    inputs = ("input", "inputs")
    given = any(Document.misnamed(data, name) is not None for name in inputs)
    if not extends and not given and wrong.isdisjoint(inputs):
        notes.add(Invalid(_input_problems(document)))
    return document


def _unindented(data: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Each section with nothing below it, and the strange keys that follow it."""
    section, beside = "", list[str]()
    for key in (*data, "layers"):
        if key not in Document.arguments():
            beside.append(str(key))
            continue
        if section and beside:
            yield section, beside
        blank = key in (*_BESIDE, *_MAPPINGS) and data[key] is None
        section, beside = key if blank else "", []


def _is_library(data: dict[str, Any]) -> bool:
    """Whether a file has what others include, and nothing that makes it a spec."""
    is_spec = not data.keys().isdisjoint(("layers", "input", "inputs", "extends"))
    return not is_spec and not data.keys().isdisjoint(("blocks", "custom"))


_MAPPINGS = ("inputs", "vars", "defaults", "blocks", "custom")
"""Other sections that are mappings."""


def _fitting(problem: Problem, data: dict[str, Any]) -> Problem:
    """The problem with a hint that fits the rest of the spec."""
    if problem.path != ("train", "loss") or problem.code != "unknown-value":
        return problem
    from cnnspec.language.hints import loss

    return loss(problem, data)


_BESIDE = ("data", "train", "ensemble", "expect")
"""Sections of which what is sound is judged although something else in them isn't."""


def _parts(data: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """What is sound of the sections that something is wrong with."""
    faulty = {problem.path[0]: None for problem in notes.problems() if problem.path}
    if not faulty:
        return {}
    sections = {name: data[name] for name in _BESIDE if name in faulty}
    needed = ("data", "train") if "ensemble" in data else ("data",)
    misnamed = {name: Document.misnamed(data, name) for name in needed}
    sections |= {n: value for n, value in misnamed.items() if value and n not in data}
    if not sections:
        return {}
    from cnnspec.ground.partial import part_of
    from cnnspec.language import document, training

    found: dict[str, Any] = {}
    for name in sections:
        module: Any = document if name == "expect" else training
        cls: type[Record] = getattr(module, name.title())
        found[name] = part_of(cls, sections[name])
        if name not in data:
            continue
        paths = {problem.path for problem in notes.problems()}
        try:
            found[name].rules()
        except Invalid as error:
            new = (p for p in error.problems if (name, *p.path) not in paths)
            notes.add(Invalid(new), (name,))
    return found
