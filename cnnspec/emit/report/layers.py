"""The layer catalogue as a person reads it: arguments, rules and a worked example."""

from collections.abc import Iterator

from cnnspec.catalogue.applications.base import Application
from cnnspec.catalogue.layers import Layer, layer_class, make_layer
from cnnspec.catalogue.operations import REFUSED as REFUSED_OPERATIONS
from cnnspec.catalogue.registry import (
    ALIASES,
    FAMILIES,
    OPERATION,
    REFUSED,
    family_names,
    installed_names,
    is_known,
    layer_names,
    model_names,
    own_name,
)
from cnnspec.emit.report import operations
from cnnspec.emit.schema.objects import comment
from cnnspec.ground.errors import Invalid, ShapeError
from cnnspec.ground.kinds import Argument
from cnnspec.ground.shapes import Shapes
from cnnspec.ground.yaml_text import flow
from cnnspec.model.resolver import functional

_MODELS = "models of keras.applications"


def overview() -> str:
    """Every layer with its teaching comment, family by family."""
    lines = []
    for title, names in _sections():
        lines += [title, *columns([(n, _sentence(n)) for n in names]), ""]
    for title, classes in operations.sections():
        found = [(cls.title(), _first_sentence(cls)) for cls in classes]
        lines += [title, *columns(found), ""]
    refused = {OPERATION + name: why for name, why in REFUSED_OPERATIONS.items()}
    lines += ["refused", *columns([*REFUSED.items(), *refused.items()]), ""]
    lines.append("cnnspec layers NAME tells more of one.")
    return "\n".join(lines)


def _sections() -> Iterator[tuple[str, list[str]]]:
    """The families with their layers, and those of other packages, if there are any."""
    for family in FAMILIES:
        yield family, family_names(family)
    yield _MODELS, model_names()
    if names := installed_names():
        yield "installed", names


def columns(rows: list[tuple[str, str]]) -> list[str]:
    """Names, and a text beside each."""
    import textwrap

    indent = min(max(len(name) for name, _ in rows) + 4, 28)
    return [
        textwrap.fill(
            f"  {name:<{indent - 4}}  {text}", 80, subsequent_indent=" " * indent
        )
        for name, text in rows
    ]


def _sentence(name: str) -> str:
    return _first_sentence(layer_class(name))


def _first_sentence(cls: type[Layer]) -> str:
    return comment(cls).split(". ")[0].rstrip(".")


def describe(name: str) -> str:
    """All that is known of one layer, as text.

    Raises:
        Invalid: there is no such layer, or it is refused.
    """
    import textwrap

    name = own_name(name)
    if not is_known(name):
        make_layer(name, {})  # raises, and says why
    cls = layer_class(name)
    lines = [name, *textwrap.wrap(comment(cls), 80), "", "Arguments"]
    for argument in cls.arguments().values():
        lines += _argument(argument)
    for title, text in _rules(cls):
        lines += ["", title, *textwrap.wrap(text, 78, initial_indent="  ")]
    lines += ["", "Example", *(f"  {line}" for line in _example(cls))]
    return "\n".join(lines)


def _argument(argument: Argument) -> list[str]:
    import textwrap

    default = (
        "required"
        if argument.required
        else f"default {flow(argument.default, exact=True)}"
    )
    head = f"  {argument.name:<23} {default}"
    says = textwrap.wrap(
        argument.kind.says, 80, initial_indent=" " * 26, subsequent_indent=" " * 26
    )
    return [head, *says]


def _rules(cls: type[Layer]) -> list[tuple[str, str]]:
    found = [("Output shape", cls.shape_rule), ("Weights", cls.weight_rule)]
    if issubclass(cls, Application):
        size = f"{cls.default_size}x{cls.default_size}"
        found += [
            ("Pictures", f"{size} with its classifier, and at least {cls.min_size}"),
            ("Pixels", cls.pixels()),
        ]
    return found


def _example(cls: type[Layer]) -> Iterator[str]:
    """The layer's example as a spec has it, and what comes of it."""
    arguments, shapes = cls.example, cls.example_inputs
    entry = (
        cls.title()
        if arguments is None
        else f"{cls.title()}: {flow(arguments, exact=True)}"
    )
    yield f"- {entry}"
    try:
        layer: Layer = make_layer(cls.title(), arguments)
        if isinstance(layer, Application):
            layer = functional(layer, *shapes)
        layer.check(*shapes)
    except (Invalid, ShapeError):
        return
    inputs = ", ".join(_shape(shape) for shape in shapes)
    weights = layer.held(*shapes)
    params = sum(weight.size for weight in weights)
    output = layer.output(*shapes)
    yield f"{inputs} → {_shape(output)}, {params:,} params"
    first = output[0] if isinstance(output, list) else output
    for axis, text in layer.size_sums(*shapes).items():
        yield f"  axis {axis}: {text} = {first[axis]}"
    for weight in () if layer.holds_model else weights:
        sizes = "·".join(map(str, weight.shape)) or "1"
        state = "" if weight.trainable else ", not trained"
        yield f"  {weight.name}: {sizes} = {weight.size:,}{state}"


def _shape(shape: Shapes) -> str:
    return str(shape).replace("None", "?")


def markdown() -> str:
    """The page `docs/layers.md`."""
    names = layer_names()
    ours = sum(layer_class(name).carried for name in names)
    theirs, refused = len(names) - ours, len(REFUSED)
    lines = [
        "# Layers",
        "",
        "<!-- Generated by `make docs`; a test holds it against the catalogue. -->",
        "",
        f"cnnspec knows {theirs} layers of Keras 3.15 and refuses {refused}.",
        f"{ours} that Keras lacks come with it.",
        "Each takes its Keras arguments, with Keras's defaults.",
        "",
    ]
    for title, names in _sections():
        lines += [f"## {title.capitalize()}", ""]
        if title == _MODELS:
            lines += _models(names)
            continue
        for name in names:
            lines += _section(name)
    lines += ["## Refused", "", "| layer | why |", "| --- | --- |"]
    lines += [f"| {name} | {reason} |" for name, reason in REFUSED.items()]
    lines += ["", "## Second names", "", "| name | layer |", "| --- | --- |"]
    lines += [f"| {alias} | {name} |" for alias, name in ALIASES.items()]
    return "\n".join([*lines, "", *operations.markdown()])


def _models(names: list[str]) -> list[str]:
    """A table of models, and all that is known of one that stands for them."""
    rows = []
    for name in names:
        cls = layer_class(name)
        assert issubclass(cls, Application)
        own = [f"`{one}`" for one in cls.arguments() if one not in _OF_ALL]
        sizes = f"{cls.default_size} | {cls.min_size}"
        rows.append(f"| {name} | {sizes} | {cls.pixels()} | {', '.join(own)} |")
    return [
        "As layers of other models: [Models of Keras](language.md#models-of-keras).",
        "",
        "| model | size with its classifier | least size | pixels | more arguments |",
        "| --- | --: | --: | --- | --- |",
        *rows,
        "",
        *_section(
            next(
                n for n in names if layer_class(n).arguments().keys() == _OF_ALL.keys()
            )
        ),
    ]


_OF_ALL = Application.arguments()


def _has_no_more(name: str) -> bool:
    return layer_class(name).arguments().keys() == _OF_ALL.keys()


def _section(name: str) -> list[str]:
    cls = layer_class(name)
    rows = [
        f"| `{argument.name}` | {_cell(argument.kind.says)} | {_default(argument)} |"
        for argument in cls.arguments().values()
    ]
    return [
        f"### {name}",
        "",
        comment(cls),
        "",
        "| argument | value | default |",
        "| --- | --- | --- |",
        *rows,
        "",
        *(f"- {title}: {text}" for title, text in _rules(cls)),
        "",
        "```",
        *_example(cls),
        "```",
        "",
    ]


def _default(argument: Argument) -> str:
    return (
        "required" if argument.required else f"`{flow(argument.default, exact=True)}`"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
