"""Models of keras.applications in code: how one is made, frozen, and asked for maps."""

from collections.abc import Sequence
from typing import Any

from cnnspec.catalogue.applications.base import Application
from cnnspec.emit.code.plan.comments import Texts
from cnnspec.emit.code.plan.frozen import frozen_before
from cnnspec.emit.code.plan.values import text, value
from cnnspec.emit.code.tree import (
    Assign,
    Attribute,
    Call,
    CallArgument,
    Code,
    Comment,
    Expression,
    List,
    Statement,
)
from cnnspec.ground.shapes import Shape

_NO = Code("False")


def made_model(model: Application, made: Call, shape: Expression) -> Call:
    """The call of Keras's function, with what the author needn't say.

    Args:
        model: with its arguments.
        made: the call with those that are given.
        shape: of one sample.
    """
    arguments = [CallArgument("input_shape", shape)]
    arguments += [
        _exact(model, one) for one in made.arguments if one.keyword not in model.beside
    ]
    if "weights" not in model.given:
        weights = CallArgument("weights", value(model.weights_))
        arguments.insert(1, weights)
    if _is_renamed(model):
        arguments = [one for one in arguments if one.keyword != "name"]
    return made._replace(arguments=tuple(arguments))


def _exact(model: Application, argument: CallArgument) -> CallArgument:
    """An argument as Keras knows its weights by: by 1.0, and not by 1."""
    if argument.keyword not in model.spelt_in_file or not model.published:
        return argument
    if argument.value == value(getattr(model, argument.keyword)):
        return argument
    exact = Call(Code("float"), (CallArgument("", argument.value),))
    return argument._replace(value=exact)


def title(names: Sequence[Expression]) -> str:
    """What a variable for a model is called after: its name, where that is one.

    Args:
        names: the code of its name, if it has one.
    """
    for name in names:
        if isinstance(name, Code) and name.text.startswith('"'):
            return name.text[1:-1]
    return "base"


def _is_renamed(model: Application) -> bool:
    """Whether it is called as `name` says only after it is made."""
    return model.keeps_name or bool(model.outputs)


def said_of(model: Application, texts: Texts, shapes: Sequence[Shape]) -> list[Comment]:
    """What its pixels have to be, and where its weights come from.

    Args:
        model: with its arguments.
        texts: of comments.
        shapes: of the images that it is made for.
    """
    said, pixels = list[str](), model.given_as()
    if not pixels:
        said.append(texts.fill("pixels_inside"))
    elif model.published:
        alone = "" if model.scaling else "_alone"
        said.append(texts.fill(f"pixels_{pixels}{alone}", home=model.home))
    files = {model.weights_file(shape) for shape in shapes}
    if model.published and len(files) == 1:
        said.append(texts.fill("published", file=files.pop()))
    return list(map(Comment, said))


def changes(
    model: Application, base: Expression, name: Expression | None, texts: Texts
) -> list[Statement]:
    """The statements that freeze a model, rename it, and ask it for its feature maps.

    The last of them says why it is called in inference, if it is.

    Args:
        model: with its arguments.
        base: the variable that holds it.
        name: what it is called, if that is said.
        texts: of comments.
    """
    found: list[Statement] = []
    if not model.trainable:
        if model.pretrained:
            found.append(Comment(texts.fill("keeps_weights")))
        found.append(Assign(Attribute(base, "trainable"), _NO))
    if model.from_layer:
        said = texts.fill("frozen_before", layer=model.from_layer)
        found += frozen_before(base, model.from_layer, said)
    if model.outputs:
        found += [Comment(texts.fill("feature_maps_of")), _maps(model, base, name)]
    elif model.keeps_name and name is not None:
        found += [
            Comment(texts.fill("renamed")),
            Assign(Attribute(base, "name"), name),
        ]
    if model.infers:
        how = "trained" if model.trainable else "frozen"
        how = how if model.normalizes_batches else "alike"
        found.append(Comment(texts.fill(f"inference_{how}")))
    return found


def _maps(model: Application, base: Expression, name: Expression | None) -> Assign:
    """A model with the same layers that gives what some of them give."""
    get = Attribute(base, "get_layer")
    maps = tuple(
        Attribute(Call(get, (CallArgument("", Code(text(one))),)), "output")
        for one in model.outputs or ()
    )
    gives: Expression = maps[0] if len(maps) == 1 else List(maps)
    named = Attribute(base, "name") if name is None else name
    arguments: list[Any] = [
        CallArgument("", Attribute(base, "input")),
        CallArgument("", gives),
        CallArgument("name", named),
    ]
    return Assign(base, Call(Code("keras.Model"), tuple(arguments)))
