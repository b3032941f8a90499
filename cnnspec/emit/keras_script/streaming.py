"""What templates are told of samples that are read batch by batch."""

from math import prod

from cnnspec.emit.code.plan.values import text
from cnnspec.emit.keras_script.view import AnswerView, DataView, StreamView
from cnnspec.judge.subjects import Fit
from cnnspec.language.arrays import INPUT
from cnnspec.language.pairs import Pair
from cnnspec.language.training import Data


def stream_view(fit: Fit, told: DataView, answer: AnswerView) -> StreamView | None:
    """What templates are told of a stream of samples; None where there is none.

    Args:
        fit: the model, and what it is trained on.
        told: what templates are told of the data.
        answer: the same of how answers are read.
    """
    data, train = fit.data, fit.train
    if not data.about_source.streams:
        return None
    several = len(fit.results) > 1
    # Keras's function makes two parts, and shuffles what it parts.
    unordered = data.splits and not train.shuffle
    pairs = isinstance(data.train, Pair) or data.file_column is not None
    relists = (
        pairs
        or data.limit is not None
        or bool(train.validation_split)
        or unordered
        or fit.ensemble is not None
        or several
    )
    forms = {"two classes": "binary"}
    output = fit.outputs[0].output.shape
    image = data.image or told.shape[1:]
    sizes = told.shape[1:] if told.inputs[0].reshapes else ()
    repeats = not several and told.targets[0].array == INPUT
    others = _others(fit) if several else ()
    return StreamView(
        label_mode="categorical" if answer.one_hot else forms.get(answer.form, "int"),
        lists=relists or train.class_weight == "balanced",
        relists=relists,
        orders=not data.splits and (train.shuffle or data.shuffle),
        numbers=prod(size or 1 for size in image),
        sizes=sizes,
        listed=pairs or several,
        folder=data.train if isinstance(data.train, Pair) else None,
        held_out=data.validation if isinstance(data.validation, Pair) else None,
        repeats=repeats,
        others=others,
        prepares=bool(sizes or told.scale or repeats or others or not told.is_float)
        or (several and isinstance(data.train, Pair)),
        target_size=output[1:3],
        target_channels=1 if answer.names_class else output[-1],
        is_single=answer.is_single and not several,
    )


def _others(fit: Fit) -> tuple[tuple[str, str], ...]:
    images = [(text(one.key), "image") for one in fit.outputs if one.array == INPUT]
    return (*images, *((text(one.key), "None") for one in fit.untrained))


def held_out(data: Data, part: str, *, is_single: bool) -> tuple[str, str]:
    """Code of held-out samples, with labels and alone.

    Args:
        data: what is trained on.
        part: what variables of held-out data end in.
        is_single: whether an answer is one class or number; images are held against
            the first ones of a model that gives others.
    """
    if data.about_source.streams:
        return part, part if is_single else f"x_{part}"
    if data.about_source.is_ready:
        return f"x_{part}, y_{part}, sample_weight=w_{part}", f"x_{part}"
    return f"x_{part}, y_{part}", f"x_{part}"
