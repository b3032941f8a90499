"""Finding out what templates are told of a spec."""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.logs import LOGS
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.optimizers import Schedule
from cnnspec.emit.code.model import call_text
from cnnspec.emit.code.plan.values import decimal, text
from cnnspec.emit.code.tree import Code
from cnnspec.emit.keras_script.streaming import held_out
from cnnspec.emit.keras_script.tables import columns, read_csv
from cnnspec.emit.keras_script.view import (
    AnswerView,
    DataView,
    Font,
    InputView,
    TargetView,
    TrainView,
    View,
    WeightView,
    WordsView,
)
from cnnspec.emit.targets import FULL, LESSON
from cnnspec.ground.shapes import Shape
from cnnspec.judge.best import best_of
from cnnspec.judge.shown import image_of
from cnnspec.judge.subjects import Fed, Fit, Trained, metric_key, rate, reported
from cnnspec.language.arrays import INPUT
from cnnspec.language.by_output import ByOutput
from cnnspec.language.fine_tuning import second_fit
from cnnspec.language.pairs import Pair
from cnnspec.language.program import Program
from cnnspec.language.results import OF_CALLBACKS
from cnnspec.language.table import columns_of
from cnnspec.language.training import Data, Train


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
        found += ["scikit-learn"] * (data.splits and not data.about_source.streams)
        found += [name for callback in train.callbacks for name in callback.packages]
        if style == FULL:
            found += [package for log in train.log for package in LOGS[log]]
        found += [font.package] if font else []
    return list(dict.fromkeys(found))


# ------------------------------------------------------------------ data


def data_view(data: Data, fit: Fit, backend: str) -> DataView:
    """What templates are told of the data.

    Args:
        data: the section of the spec.
        fit: the model, and what it is trained on.
        backend: that Keras is to run on.
    """
    first = fit.inputs[0]
    inputs = tuple(_input(fit, one) for one in fit.inputs)
    targets = tuple(_target(fit, one) for one in fit.outputs)
    numbered = any(one.answer.tells_classes for one in fit.outputs)
    weights, named = _weights(fit, backend), _has_names(fit)
    labels = columns_of(fit.label_column)
    image = _image(data, first)
    colors = {1: "grayscale", 3: "rgb", 4: "rgba"}
    source = "image_pairs" if isinstance(data.train, Pair) else data.kind
    source = "csv_images" if data.file_column else source
    part = "valid" if data.validation else "test"
    pair, samples = held_out(data, part, is_single=_is_single(fit))
    return DataView(
        inputs=inputs,
        targets=targets,
        untrained=tuple(text(one.key) for one in fit.untrained),
        weights=weights,
        weight_arrays=tuple(dict.fromkeys(f"{one.array}_train" for one in weights)),
        arrays=_arrays(fit, weights) if named else (),
        reader="arrays" if named else source,
        source=source,
        python=(data.python or "").replace(":", "."),
        path=data.path,
        train=data.train if isinstance(data.train, str) else None,
        validation=str(data.validation) if data.validation else None,
        label_column=", ".join(labels),
        label_columns=() if isinstance(fit.label_column, str) else labels,
        label_limits=tuple(
            (name, _limit(one))
            for one in fit.outputs
            if _part(fit, one)
            for name in one.label_columns
        ),
        named_columns=_named_columns(fit),
        file_column=data.file_column or "",
        folders=tuple(map(_folder, (data.train, data.validation))),
        columns=columns(data),
        read_csv=read_csv(data, _named_columns(fit)),
        shape=inputs[0].shape,
        squeezes=data.about_source.labels_in_column and not data.contiguous,
        sample_shape=f"(n, {', '.join(map(str, first.shape))})",
        dtype=first.dtype,
        is_float=inputs[0].is_float,
        scale=inputs[0].scale,
        pixels=inputs[0].pixels,
        image_size=image and image[:2],
        color_mode=colors.get(image[2] or 0) if image else None,
        channels=image[2] if image else None,
        image_endings=(".bmp", ".gif", ".jpeg", ".jpg", ".png"),
        class_names=list(data.names),
        keeps_classes=numbered
        and bool(data.names or data.contiguous or source == "image_directory"),
        coarse=data.label_mode == "coarse",
        contiguous=data.contiguous,
        checks_labels=data.source in ("csv", "npz")
        and numbered
        and not data.contiguous
        and isinstance(fit.label_column, str),
        renumbers=numbered and data.contiguous,
        splits=data.splits,
        test_size=data.test_size,
        seed=_data_seed(data, fit.train),
        limit=data.limit,
        limits_classes=_limits_classes(fit, targets),
        # A split has shuffled them.
        shuffle=data.shuffle and not data.splits,
        held_out=part,
        held_out_pair=pair,
        held_out_samples=samples,
        held_out_name="validation" if data.validation else "test",
    )


def _limits_classes(fit: Fit, targets: tuple[TargetView, ...]) -> bool:
    """Whether samples have one label, which is a class."""
    several = fit.data.about_source.any_arrays or isinstance(fit.label_column, ByOutput)
    classes = [one.form in ("classes", "two classes") for one in targets]
    return any(classes) and (len(classes) == 1 or not several)


def _is_single(fit: Fit) -> bool:
    """Whether there is one class or number for a sample."""
    return len(fit.results) == 1 and fit.outputs[0].answer.is_single


def _named_columns(fit: Fit) -> tuple[str, ...]:
    """The columns of a table whose labels may be names of classes."""
    data = fit.data
    if not data.names or data.contiguous:
        return ()
    said = [
        one.label_columns
        for one in fit.outputs
        if one.answer.tells_classes and not one.lists_labels
    ]
    return tuple(dict.fromkeys(name for columns in said for name in columns))


def _folder(file: Any) -> str:
    """The folder of a file, with a slash behind it; nothing for the one that it is."""
    parts = str(file or "").replace("\\", "/").rpartition("/")
    return f"{parts[0]}/" if parts[1] else ""


def _image(data: Data, first: Fed) -> Shape | None:
    """The size of a sample as an image; None where nothing says that it is one."""
    return data.image or (first.shape if data.about_source.streams else None)


def _input(fit: Fit, one: Fed) -> InputView:
    data, several = fit.data, len(fit.inputs) > 1
    is_folder = data.about_source.streams
    comes = _image(data, one) if is_folder else data.about_source.array
    if data.width is not None:
        comes = (data.width,)
    return InputView(
        name=one.key,
        at=f"[{text(one.key)}]" if several else "",
        array=one.array or "",
        shape=(-1, *one.shape),
        reshapes=one.shape != comes,
        dtype=one.dtype,
        # NumPy lacks some of these types; Keras casts to them.
        is_float="float" in one.dtype,
        scale=_number(one.scale),
        pixels=prod(size or 1 for size in one.shape),
    )


def _number(scale: float | None) -> str | None:
    return decimal(scale).removesuffix(".0") if scale else None


def _at(one: Trained) -> str:
    """Code of the place of an output among the targets."""
    return f"[{text(one.key)}]" if len(one.fit.results) > 1 else ""


def _target(fit: Fit, one: Trained) -> TargetView:
    source, several = one.source, len(fit.inputs) > 1
    form, _, tells_classes = one.answer
    sizes = one.output.shape[1:]
    shape = sizes[:-1] if one.by_number else sizes
    scale = fit.data.scale
    scaled = form == "picture" and not isinstance(scale, dict) and scale
    return TargetView(
        name=one.key,
        at=_at(one),
        array=one.array,
        source=f"[{text(source.key)}]" if source and several else "",
        shape=(-1, *shape),
        scale=_number(fit.inputs[0].scale) if scaled else None,
        limit=_limit(one),
        ignored=one.ignored,
        columns=_part(fit, one),
        form=form,
        tells_classes=tells_classes,
        classes=one.classes,
        one_hot=one.encoding == "one_hot",
    )


def _part(fit: Fit, one: Trained) -> str:
    """Code of its columns among those of all labels; nothing where it has them all."""
    said = fit.label_column
    if not isinstance(said, ByOutput):
        return ""
    every = columns_of(said)
    places = [every.index(name) for name in one.label_columns]
    return f"[:, {places if one.lists_labels else places[0]}]"


def _limit(one: Trained) -> int | None:
    """What the numbers of a target stay below, where they are classes, or 0 and 1."""
    if not one.answer.tells_classes or "contiguous" in one.label_words:
        return None
    as_class = one.encoding == "one_hot" or one.by_number
    return one.classes if as_class else 2


def _has_names(fit: Fit) -> bool:
    """Whether what is learnt is other than one label for each sample, x and y."""
    data, only = fit.data, fit.only
    about = data.about_source
    if not about.any_arrays or about.is_ready or about.streams:
        return False
    plain = only is not None and only.answer.is_single and only.array != INPUT
    return not plain or bool(data.inputs or data.targets or data.sample_weight)


def _arrays(fit: Fit, weights: tuple[WeightView, ...]) -> tuple[str, ...]:
    """The names of all arrays that are read."""
    read = [one.array for one in fit.inputs if one.array]
    read += [one.array for one in fit.outputs if one.array != INPUT]
    parts = [f"{array}_{part}" for part in ("train", "test") for array in read]
    return tuple(dict.fromkeys([*parts, *(f"{one.array}_train" for one in weights)]))


def _weights(fit: Fit, backend: str) -> tuple[WeightView, ...]:
    """The arrays that say how much samples count, and the output that each is for."""
    said = fit.data.sample_weight
    forms = [(_weight_form(one), _weight_over(one, backend)) for one in fit.outputs]
    if said is None:
        return ()
    if not isinstance(said, dict) and len(set(forms)) == 1:
        return (WeightView("", said, *forms[0]),)
    arrays = [
        one.result.said(said) if isinstance(said, dict) else said for one in fit.outputs
    ]
    found = zip(fit.outputs, arrays, forms, strict=True)
    return tuple(WeightView(_at(one), name, *form) for one, name, form in found if name)


def _weight_form(one: Trained) -> str:
    """What the weights of samples are brought to, to be those of all their places.

    Without these axes, Keras holds them against the last one of the losses
    (keras/src/losses/loss.py, reduce_weighted_values, 3.15).
    """
    return f"(-1{', 1' * len(_places(one))})"


def _weight_over(one: Trained, backend: str) -> tuple[int, ...]:
    """What they are repeated over, where the backend doesn't do so by itself.

    PyTorch multiplies them in place with what tells the places that a loss passes over
    (keras/src/losses/loss.py, apply_mask, 3.15).
    """
    places = _places(one)
    ends = backend == "torch" and one.ignored is not None and None not in places
    return (1, *(size or 1 for size in places)) if ends and places else ()


def _places(one: Trained) -> Shape:
    """The sizes of the places of which a loss has a number each, for one sample.

    A loss of areas has one number for a sample.
    """
    return () if Loss.of(one.loss).overlaps else one.output.shape[1:-1]


def _data_seed(data: Data, train: Train) -> int:
    """The seed of splits and shuffles of the data.

    A run that goes on after a stop, and each member of an ensemble, has to hold back
    the same samples.
    """
    return train.seed or 0 if data.random_state is None else data.random_state


# ------------------------------------------------------------------ training


def train_view(
    fit: Fit, style: str, backend: str, *, is_run: bool = False
) -> TrainView:
    """What templates are told of the training, which may have a second fit.

    Args:
        fit: what is trained, and on what.
        style: of the script.
        backend: that Keras is to run on.
        is_run: whether others of the same spec run beside it.
    """
    apart = _OF_RUN if is_run else ""
    if fit.ensemble is not None:
        apart = _APART[style]
    first, tune = _fit_view(fit, style, backend, apart), fit.train.fine_tune
    if tune is None:
        return first
    second = _fit_view(fit.like(second_fit(fit.train)), style, backend, apart)
    shares = tune.callbacks is None
    going_on = [
        (place, _callback(callback, appends=True, apart=apart))
        for place, callback in enumerate(fit.train.callbacks)
        if shares and callback.appends and not (first.resumes and style == FULL)
    ]
    second = second._replace(shares_callbacks=shares, going_on=going_on)
    # A full script notes the rate of both; a lesson has no line that would do so.
    return first._replace(tuning=second, rate_changes=style == FULL)


def _fit_view(fit: Fit, style: str, backend: str, apart: str) -> TrainView:
    """What templates are told of one fit."""
    train = fit.train
    distributes = train.distribute is not None
    resumes = train.resume or distributes
    appends = resumes and style == FULL
    weights = train.class_weight
    _, schedule = rate(train)
    schedules = isinstance(schedule, Schedule)
    losses = {one.key: _loss(one, backend) for one in fit.outputs}
    return TrainView(
        optimizer=train.optimizer,
        loss=_by_output(fit, losses, whole=True),
        loss_with_depth=any(isinstance(one, Code) for one in losses.values()),
        loss_weights=_loss_weights(fit),
        metrics=_metrics(fit),
        jit_compile=train.jit_compile,
        epochs=train.epochs,
        batch_size=train.samples_per_step,
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
        left_to_full=[
            key for key in ("resume", "distribute", "log") if getattr(train, key)
        ],
        logs=train.log,
        fuses=train.steps_per_execution > 1,
        resumes=resumes,
        distributes=distributes,
        devices="distribute" if distributes else "devices",
        validates=fit.validates,
        best=best_of(fit),
        restores_best=any(one.restores_best for one in train.callbacks),
        rate_changes=schedules or any(map(_sets_rate, train.callbacks)),
        schedule=schedule if schedules else None,
        figure="accuracy" if "accuracy" in reported(fit) else "loss",
        curves=tuple(_curves(fit)),
        gives_several=any(
            about.is_several for one in fit.outputs for *_, about in one.metrics()
        ),
    )


def _by_output(fit: Fit, said: dict[str, Any], *, whole: bool = False) -> Any:
    """What compile is told: of the one output alone, or of each by its name.

    Args:
        fit: what is trained.
        said: by the names of outputs.
        whole: whether those without a loss are named too, as Keras wants it.
    """
    if len(fit.results) == 1:
        return next(iter(said.values()), None)
    return {
        one.key: said.get(one.key) for one in fit.results if whole or one.key in said
    }


def _loss(one: Trained, backend: str) -> Any:
    """Its loss, or code where a function of the script changes what it is given."""
    changed = one.loss_of_planes(backend)
    return one.loss if changed is None else Code(f"with_depth({call_text(changed)})")


def _loss_weights(fit: Fit) -> Any:
    if fit.train.loss_weights is None:
        return None
    weights = {one.key: one.weight for one in fit.outputs}
    if len(fit.results) > 1:
        weights = {key: 1.0 if one is None else one for key, one in weights.items()}
    return _by_output(fit, weights, whole=True)


def _metrics(fit: Fit) -> Any:
    found = {one.key: list(one.kept_metrics) for one in fit.outputs}
    if len(fit.results) > 1:
        found = {key: metrics for key, metrics in found.items() if metrics}
    return _by_output(fit, found) or []


def _curves(fit: Fit) -> Iterator[str]:
    """The figures that are drawn beside the loss: accuracy, or what fits the task."""
    several = len(fit.outputs) > 1
    for one in fit.outputs:
        before = f"{one.key}_" * (len(fit.results) > 1)
        yield from [f"{before}loss"] * several
        single = [m for *_, m, about in one.metrics() if not about.is_several]
        keys = [metric_key(metric) for metric in single]
        if not several and one.answer.is_single:
            keys = [key for key in keys if key == "accuracy"]
        yield from (before + key for key in keys[:1])


def _sets_rate(callback: Callback) -> bool:
    """Whether a callback changes the learning rate."""
    return callback.changes_rate


_APART = {FULL: "str(folder / {})", LESSON: 'f"member_{{len(members)}}_" + {}'}
"""How each member of an ensemble has a file of its own."""
_OF_RUN = f'str(RESULTS / "{OF_CALLBACKS}" / {{}})'
"""How each run of a study does; the script's own files stand above it."""


def _best_file(train: Train, apart: str) -> str:
    """The code of the file with the weights of the best epoch, of the last if several.

    Args:
        train: how the model is trained.
        apart: the code of a file that others don't write to; nothing where none do.
    """
    found = [one.best_file for one in train.callbacks if one.best_file]
    return (apart or "{}").format(text(found[-1])) if found else ""


def _callback(callback: Callback, *, appends: bool, apart: str) -> str:
    """The code of a callback.

    Args:
        callback: to write.
        appends: whether it goes on with what it wrote before.
        apart: the code of a file that others don't write to; nothing where none do.
    """
    changed: dict[str, str] = {}
    if apart and callback.writes:
        file = getattr(callback, callback.writes)
        changed[callback.writes] = apart.format(text(file))
    if appends and callback.appends:
        changed[callback.appends] = "True"
    return call_text(callback, changed)


# ------------------------------------------------------------------ answers


def answer_view(one: Trained, style: str) -> AnswerView:
    """What templates are told of how the answers of an output are read."""
    data, ensemble, read = one.data, one.ensemble, one.answer
    first = one.fit.inputs[0]
    sizes = first.shape
    image = data.image or image_of(sizes)
    numbered = read.tells_classes
    shown = (
        "image"
        if image in (None, sizes)
        else f"image.reshape{(image or ())[: 2 if (image or ())[2:] == (1,) else 3]}"
    )
    is_gray = image is not None and image[2] == 1
    if image is not None and not is_gray and first.scale != 255:
        shown = f"{shown} / {shown}.max()"
    names = "CLASS_NAMES" if data.names else ""
    pairs = isinstance(data.train, Pair)
    if data.source == "image_directory" and not pairs and not names and numbered:
        names = "names"
    if style == "lesson" and names:
        names = "class_names"
    shares = read.probabilities or (ensemble and ensemble.voting == "hard")
    return AnswerView(
        name=one.key,
        at=_at(one),
        form=read.form,
        classes=one.classes,
        names_class=numbered,
        is_single=read.is_single,
        one_hot=one.encoding == "one_hot",
        scores="probabilities" if read.probabilities else "class_scores",
        threshold=0.5 if read.probabilities else 0,
        names=names,
        shows_images=numbered and image is not None and not data.about_source.is_ready,
        is_image=image is not None,
        shown=shown,
        is_gray=is_gray,
        labels=_labels(one),
        ignored=one.ignored,
        told=_told(one),
        draws=_draws(one),
        of_two=one.units == 1,
        repeats_sample=one.array == INPUT,
        numbers=one.units or 1,
        confidence=".0%" if shares else ".1f",
    )


def _labels(one: Trained) -> str:
    """Code of the classes that a target stands for; `truth` is its variable."""
    if one.encoding == "one_hot":
        return "truth.argmax(axis=-1)"
    return "truth" if one.by_number else "truth[..., 0]"


def _told(one: Trained) -> str:
    """Code of the numbers of its classes, without one that the loss passes over."""
    numbers = range(one.classes)
    if one.ignored in numbers:
        return str([number for number in numbers if number != one.ignored])
    return f"range({one.classes})"


def _draws(one: Trained) -> str:
    """Code of an image of what is given, or of its classes; '' where it is none."""
    form, sizes = one.answer.form, one.output.shape[1:]
    if form in ("pixel classes", "two pixel classes"):
        return "made" if len(sizes) == 3 else ""
    image = image_of(sizes) or (one.data.image if form == "picture" else None)
    if form != "picture" or image is None:
        return ""
    code = "made" if image == sizes else f"made.reshape{image}"
    if image[-1] == 1:
        return code
    # Matplotlib draws colours from 0 to 1.
    code = code if one.fit.inputs[0].scale == _PIXELS else f"({code} / {code}.max())"
    return f"{code}.clip(0, 1)"


_PIXELS = 255
"""The largest number of a pixel: divided by it, they are from 0 to 1."""


# ------------------------------------------------------------------ words


def words_view(view: View, say: Callable[[str], str]) -> WordsView:
    """The words that texts are made of.

    Args:
        view: of a training.
        say: gives the text of a name.
    """
    data, train, answer = view.data, view.train, view.answers[0]
    assert data is not None
    assert train is not None
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
