"""Finding out what templates are told of a spec."""

from collections.abc import Callable
from math import prod

from cnnspec.catalogue.accuracy import Metric
from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.optimizers import Schedule
from cnnspec.emit.code.model import call_text
from cnnspec.emit.code.plan.values import decimal, text
from cnnspec.emit.keras_script.view import (
    AnswerView,
    DataView,
    Font,
    TrainView,
    View,
    WordsView,
)
from cnnspec.emit.targets import FULL, LESSON
from cnnspec.judge.answers import Answer, Output, answer
from cnnspec.judge.best import best_of
from cnnspec.judge.shown import image_of
from cnnspec.judge.subjects import encoding, figures, rate
from cnnspec.language.program import Program
from cnnspec.language.training import Data, Ensemble, Train
from cnnspec.model.summary import Summary


def needed_packages(
    program: Program, backend: str, font: Font | None, style: str = FULL
) -> list[str]:
    """What has to be installed for a script to run.

    Args:
        program: what the spec says.
        backend: that Keras runs on.
        font: that the plots need.
        style: of the script.
    """
    found = ["tensorflow"] if backend == "tensorflow" else ["keras", backend]
    data, train = program.data, program.train
    if data is not None and train is not None:
        found += ["matplotlib", *data.about_source.packages]
        if style == LESSON:
            found += data.about_source.lesson_packages
        found += ["scikit-learn"] * data.splits
        found += [name for callback in train.callbacks for name in callback.packages]
        found += [font.package] if font else []
    return list(dict.fromkeys(found))


# ------------------------------------------------------------------ data


def data_view(data: Data, train: Train, summary: Summary) -> DataView:
    """What templates are told of the data."""
    [tensor] = summary.graph.inputs
    shape = tensor.shape[1:]
    in_file, numbered = data.source in ("csv", "npz"), _form(train, summary) != "number"
    image = data.image or (shape if data.source == "image_directory" else None)
    colors = {1: "grayscale", 3: "rgb", 4: "rgba"}
    return DataView(
        source=data.source,
        path=data.path,
        train=data.train,
        validation=data.validation,
        label_column=data.label_column,
        shape=(-1, *shape),
        reshapes=shape
        != (image if data.source == "image_directory" else data.about_source.array),
        squeezes=data.about_source.labels_in_column and not data.contiguous,
        sample_shape=f"(n, {', '.join(map(str, shape))})",
        dtype=tensor.dtype,
        # NumPy lacks some of these types; Keras casts to them.
        is_float="float" in tensor.dtype,
        scale=decimal(data.scale).removesuffix(".0") if data.scale else None,
        pixels=prod(size or 1 for size in shape),
        image_size=image and image[:2],
        color_mode=colors.get(image[2] or 0) if image else None,
        image_endings=(".bmp", ".gif", ".jpeg", ".jpg", ".png"),
        class_names=list(data.names),
        coarse=data.label_mode == "coarse",
        contiguous=data.contiguous,
        checks_labels=in_file and numbered and not data.contiguous,
        renumbers=numbered and data.contiguous,
        splits=data.splits,
        test_size=data.test_size,
        seed=_data_seed(data, train),
        limit=data.limit,
        limits_classes=numbered,
        # A split has shuffled them.
        shuffle=data.shuffle and not data.splits,
        held_out="valid" if data.validation else "test",
        held_out_name="validation" if data.validation else "test",
    )


def _data_seed(data: Data, train: Train) -> int:
    """The seed of splits and shuffles of the data.

    A run that goes on after a stop, and each member of an ensemble, has to hold back
    the same samples.
    """
    return train.seed or 0 if data.random_state is None else data.random_state


# ------------------------------------------------------------------ training


def train_view(
    data: Data | None, train: Train, ensemble: Ensemble | None, style: str
) -> TrainView:
    """What templates are told of the training.

    Args:
        data: what is trained on; None for a loop of one's own.
        train: how.
        ensemble: whether several models are.
        style: of the script.
    """
    distributes = train.distribute is not None
    resumes = train.resume or distributes
    appends, apart = resumes and style == FULL, ""
    if ensemble is not None:
        apart = _APART[style]
    weights = train.class_weight
    _, schedule = rate(train)
    schedules = isinstance(schedule, Schedule)
    validates = bool((data and data.validation) or train.validation_split)
    return TrainView(
        optimizer=train.optimizer,
        loss=train.loss,
        metrics=list(train.metrics),
        jit_compile=train.jit_compile,
        epochs=train.epochs,
        batch_size=train.batch_size or 32,
        seed=train.seed,
        validation_split=train.validation_split,
        shuffle=train.shuffle,
        class_weight=dict(enumerate(weights)) if type(weights) is tuple else weights,
        callbacks=[
            _callback(callback, appends=appends, apart=apart)
            for callback in train.callbacks
        ],
        best_file=_best_file(train, apart),
        keeps_best=any(one.best_file or one.restores_best for one in train.callbacks),
        mixed_precision=train.mixed_precision,
        steps_per_execution=train.steps_per_execution,
        left_to_full=[key for key in ("resume", "distribute") if getattr(train, key)],
        fuses=train.steps_per_execution > 1,
        resumes=resumes,
        distributes=distributes,
        devices="distribute" if distributes else "devices",
        validates=validates,
        best=best_of(train, validates=validates),
        restores_best=any(one.restores_best for one in train.callbacks),
        rate_changes=schedules or any(map(_sets_rate, train.callbacks)),
        schedule=schedule if schedules else None,
        figure="accuracy" if "accuracy" in figures(train) else "loss",
        gives_several=any(Metric.of(metric).is_several for metric in train.metrics),
    )


def _sets_rate(callback: Callback) -> bool:
    """Whether a callback changes the learning rate."""
    return callback.changes_rate


_APART = {FULL: "str(folder / {})", LESSON: 'f"member_{{len(members)}}_" + {}'}
"""How each member of an ensemble has a file of its own."""


def _best_file(train: Train, apart: str) -> str:
    """The code of the file with the weights of the best epoch, of the last if several.

    Args:
        train: how the model is trained.
        apart: the code of a file for each member of an ensemble; nothing without one.
    """
    found = [one.best_file for one in train.callbacks if one.best_file]
    return (apart or "{}").format(text(found[-1])) if found else ""


def _callback(callback: Callback, *, appends: bool, apart: str) -> str:
    """The code of a callback.

    Args:
        callback: to write.
        appends: whether it goes on with what it wrote before.
        apart: the code of a file for each member of an ensemble; nothing without one.
    """
    changed: dict[str, str] = {}
    if apart and callback.writes:
        file = getattr(callback, callback.writes)
        changed[callback.writes] = apart.format(text(file))
    if appends and callback.appends:
        changed[callback.appends] = "True"
    return call_text(callback, changed)


# ------------------------------------------------------------------ answers


def answer_view(
    data: Data, train: Train, ensemble: Ensemble | None, summary: Summary, style: str
) -> AnswerView:
    """What templates are told of how answers are read."""
    read, shape = _answer(train, summary)
    sizes = summary.graph.inputs[0].shape[1:]
    image = data.image or image_of(sizes)
    numbered = read.form != "number"
    shown = (
        "image"
        if image in (None, sizes)
        else f"image.reshape{(image or ())[: 2 if (image or ())[2:] == (1,) else 3]}"
    )
    is_gray = image is not None and image[2] == 1
    if image is not None and not is_gray and data.scale != 255:
        shown = f"{shown} / {shown}.max()"
    names = "CLASS_NAMES" if data.names else ""
    if data.source == "image_directory" and not names and numbered:
        names = "names"
    if style == "lesson" and names:
        names = "class_names"
    shares = read.probabilities or (ensemble and ensemble.voting == "hard")
    return AnswerView(
        form=read.form,
        classes=(shape[-1] or 0) if read.form == "classes" else 2,
        names_class=numbered,
        one_hot=encoding(data, train) == "one_hot",
        scores="probabilities" if read.probabilities else "class_scores",
        threshold=0.5 if read.probabilities else 0,
        names=names,
        shows_images=numbered and image is not None,
        shown=shown,
        is_gray=is_gray,
        confidence=".0%" if shares else ".1f",
    )


def _answer(train: Train, summary: Summary) -> tuple[Answer, tuple[int | None, ...]]:
    """How the model's output is read, and its shape, batch first."""
    [last] = [row for row in summary.rows if row.name == summary.graph.outputs[0]]
    shape = last.output_shape
    assert isinstance(shape, tuple)
    return answer(train, Output(shape, last.layer, last.path)), shape


def _form(train: Train, summary: Summary) -> str:
    return _answer(train, summary)[0].form


# ------------------------------------------------------------------ words


def words_view(view: View, say: Callable[[str], str]) -> WordsView:
    """The words that texts are made of.

    Args:
        view: of a training.
        say: gives the text of a name.
    """
    data, train, answer = view.data, view.train, view.answer
    assert data is not None
    assert train is not None
    assert answer is not None
    encoded = "labels_one_hot" if answer.one_hot else "labels_sparse"
    labels = {"two classes": "labels_two", "number": "labels_number"}
    scores = answer.scores
    score = say("probability" if scores == "probabilities" else "class_score")
    votes = view.ensemble and view.ensemble.voting == "hard"
    return WordsView(
        labels=say(labels.get(answer.form, encoded)),
        figure=say(train.figure),
        held_out=say(data.held_out_name),
        score=score,
        scores=say(scores),
        confidence=say("share_of_votes") if votes else score,
    )
