"""What templates are told: of a model, its data, its training and its answers.

`{{ data.source }}` in a template, or in a text, is `DataView.source` here.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnspec.judge.best import Best
from cnnspec.language.training import Ensemble


class Font(NamedTuple):
    """A package with a font that has the letters of a language."""

    package: str
    module: str
    file: str
    """In the package."""
    family: str


class ScriptView(NamedTuple):
    """The script or notebook as a whole."""

    introduction: str
    """What the model is: paragraphs, each in a line."""
    packages: list[str]
    """What has to be installed."""
    stem: str
    """The name of the script without its ending."""
    is_full: bool
    """Whether it is in the full style, whose pictures stand among the results."""
    backend: str
    """The one that Keras uses unless KERAS_BACKEND says otherwise."""
    is_usual_backend: bool
    """Whether Keras uses that one anyway."""
    results: str
    """The folder of results, seen from where the script is run."""
    overrides: list[str]
    """What `--set` changed in the spec: `KEY=VALUE` each."""
    version: str
    """That of the cnnspec that writes it."""
    font: Font | None
    """Of the plots, if the language needs one."""


class ModelView(NamedTuple):
    """The model."""

    name: str
    """As the spec has it."""
    own_name: str
    """The same where Keras calls the model otherwise; else empty."""
    params: int
    """Parameters in all."""
    trainable: int
    """Those that training changes."""
    non_trainable: int
    """Those that it doesn't."""
    macs: int | None
    """Multiply-accumulates for one sample; None where a size isn't known."""
    imports: list[tuple[str, str]]
    """The package and class of each layer that isn't Keras's."""
    constants: str
    """Code of the variables that its functions use."""
    classes: list[str]
    """Code of the layers that no public module of Keras has."""
    adapted: list[str]
    """Code of the classes of layers that are shown the training samples beforehand."""
    keeps_adapted: bool
    """Whether what those find out is among the weights, and so in a checkpoint."""
    functions: list[str]
    """Code of its blocks."""
    body: str
    """Code that makes its tensors; empty where the model is a keras.Sequential."""
    call: str
    """Code that makes the model."""
    frozen: str
    """Code that freezes layers of it, where calls and repeats say so."""
    thawed: str
    """Code that lets a second fit train some of them."""
    tuned: int
    """The parameters that a second fit changes; 0 where there is none."""
    has_weights: bool
    """Whether models in it come with weights, which a clone of it hasn't."""
    weights_files: list[str]
    """The files that hold weights of models in it, other than Keras's own."""
    recursion_limit: int | None
    """What Python's limit of calls has to be, where its own is too low for a chain."""


class InputView(NamedTuple):
    """An input of the model, and the samples that it is given."""

    name: str
    """Of the input, as Keras has it."""
    at: str
    """Code of its place in `x_train`: `["photo"]`; empty where there is one input."""
    array: str
    """What the file calls its samples, without `_train`."""
    shape: tuple[int | None, ...]
    """What they are brought to: (-1, height, width, channels)."""
    reshapes: bool
    """Whether they come in another shape."""
    dtype: str
    """Of the input."""
    is_float: bool
    """Whether that is a type of floating-point numbers."""
    scale: str | None
    """What each number is divided by."""
    pixels: int
    """Numbers in a sample."""


class TargetView(NamedTuple):
    """What an output of the model is held against."""

    name: str
    """Of the output, as Keras has it."""
    at: str
    """Code of its place in `y_train`: `["digit"]`; empty where there is one output."""
    array: str
    """What the file calls it, without `_train`; `input` for the sample itself."""
    source: str
    """Code of the place in `x_train` of the sample that is its own target."""
    shape: tuple[int | None, ...]
    """What they are brought to: (-1, height, width)."""
    scale: str | None
    """What each number is divided by, where it is a picture as the input is."""
    limit: int | None
    """What its numbers, from 0 on, stay below; None for any."""
    ignored: int | None
    """The number that the loss passes over; None if it passes over none."""
    columns: str
    """Code of its columns among those of all labels: `[:, 0]`; empty for all."""
    form: str
    """What it stands for, as `AnswerView` has it."""
    tells_classes: bool
    """Whether its numbers are classes."""
    classes: int
    """How many."""
    one_hot: bool
    """Whether each is a row with a 1 at its class."""


class WeightView(NamedTuple):
    """How much samples count beside each other."""

    at: str
    """Code of its place in `w_train`; empty where it is for all outputs."""
    array: str
    """What the file calls it, without `_train`."""
    form: str
    """Code of the sizes that it is brought to: `(-1)`, or `(-1, 1, 1)` for images."""
    over: tuple[int, ...]
    """What it is repeated over then, where the backend doesn't do so by itself."""


class DataView(NamedTuple):
    """The data to train on, and those held out.

    What is said here of samples is said of the first input, where there are several.
    """

    inputs: tuple[InputView, ...]
    """What the model is given; `x_train` holds them by name where there are several."""
    targets: tuple[TargetView, ...]
    """What its outputs are held against; `y_train` likewise."""
    untrained: tuple[str, ...]
    """Code of the names of outputs that are held against nothing."""
    weights: tuple[WeightView, ...]
    """How much samples count: of each output, or one for all."""
    weight_arrays: tuple[str, ...]
    """The names of these arrays in the file."""
    arrays: tuple[str, ...]
    """The names of all arrays that are read, if they are other than x and y are."""
    reader: str
    """The template in full/data/ that reads them: the source, or `arrays`."""
    source: str
    """The kind of source, and the name of its template in data/."""
    python: str
    """Code of the function that gives them; empty where it is none."""
    path: str | None
    """The NumPy file."""
    train: str | None
    """The file or folder to train on."""
    validation: str | None
    """The file or folder to validate with."""
    label_column: str
    """Of a CSV file; several with commas between."""
    label_columns: tuple[str, ...]
    """The same where there are several; else empty."""
    label_limits: tuple[tuple[str, int | None], ...]
    """The same where each output has its own, with what a number of each, from 0 on,
    stays below; None for any."""
    named_columns: tuple[str, ...]
    """Those that may have names of classes for labels."""
    file_column: str
    """Of a CSV file that names files of images; empty where it doesn't."""
    folders: tuple[str, ...]
    """Where those files are looked for, from the folders of the CSV files."""
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    """Those that the model is given, with their categories, if they have some."""
    read_csv: str
    """Code of what pandas is told beside the file, so that categories stay texts."""
    shape: tuple[int | None, ...]
    """What samples are brought to: (-1, height, width, channels)."""
    squeezes: bool
    """Whether labels may come in a column."""
    sample_shape: str
    """The same as people read it: (n, 8, 8, 1)."""
    dtype: str
    """Of the model's input."""
    is_float: bool
    """Whether that is a type of floating-point numbers."""
    scale: str | None
    """What each number is divided by."""
    pixels: int
    """Numbers in a sample."""
    image_size: tuple[int | None, ...] | None
    """Height and width, where samples are known to be images."""
    color_mode: str | None
    """What Keras calls the channels of such an image: grayscale, rgb or rgba."""
    channels: int | None
    """How many there are of them."""
    image_endings: tuple[str, ...]
    """Of the files that count as images."""
    class_names: list[str]
    """Where the spec gives them."""
    keeps_classes: bool
    """Whether classes have names that are worth keeping beside the model."""
    coarse: bool
    """Whether the labels are CIFAR-100's superclasses."""
    contiguous: bool
    """Whether labels may be anything, and are numbered."""
    checks_labels: bool
    """Whether labels from a file have to be numbers of classes."""
    renumbers: bool
    """Whether such labels are numbered without gaps."""
    splits: bool
    """Whether one set of samples is split in two."""
    test_size: float | None
    """The part of the samples that is held out."""
    seed: int
    """Of splits and shuffles."""
    limit: float | str | None
    """How many of the samples are trained on, or which share of them; or code of it."""
    limits_classes: bool
    """Whether that takes the first of each class, and not of all."""
    shuffle: bool
    """Whether the samples are shuffled once."""
    held_out: str
    """What variables of held-out data end in: test or valid."""
    held_out_pair: str
    """Code of held-out samples and labels, as evaluate takes them."""
    held_out_samples: str
    """Code of held-out samples, as predict takes them."""
    held_out_name: str
    """What files of results call them: test or validation."""


class StreamView(NamedTuple):
    """Samples that are read from their files batch by batch, and not all at once."""

    label_mode: str
    """What Keras calls the form of the labels: int, categorical or binary."""
    lists: bool
    """Whether a lesson needs the names of the files to train on."""
    relists: bool
    """Whether it chooses among them, which Keras's function doesn't."""
    orders: bool
    """Whether files in the order of their names are shuffled once."""
    numbers: int
    """Numbers in a picture."""
    sizes: tuple[int | None, ...]
    """What a picture is brought to, if that isn't its own form; else empty."""
    listed: bool
    """Whether the files to stream are listed beforehand, on both sides."""
    folder: tuple[str, str] | None
    """Of pairs of files, the folders to train on; None where a folder is a class."""
    held_out: tuple[str, str] | None
    """The same of those to validate with."""
    repeats: bool
    """Whether a picture is its own target."""
    others: tuple[tuple[str, str], ...]
    """Of several outputs, those that no label is for: code of the name of each, and of
    what it is held against, the image or None."""
    prepares: bool
    """Whether pictures are scaled, brought to another form or type, or repeated."""
    target_size: tuple[int | None, ...]
    """Height and width of what a picture is held against."""
    target_channels: int | None
    """How many there are of them; 1 for classes of pixels."""
    is_single: bool
    """Whether there is one label for each picture."""


class TrainView(NamedTuple):
    """How the model is trained."""

    optimizer: Any
    """Keras's object, or its name."""
    loss: Any
    """Keras's object, or its name; by output where there are several."""
    loss_with_depth: bool
    """Whether a loss is given pixels with a third axis, by `with_depth`."""
    loss_weights: Any
    """How much it counts, or each of them."""
    metrics: Any
    """Keras's objects, or their names; by output where there are several."""
    jit_compile: bool | str
    """Whether XLA compiles the steps; auto: as Keras sees fit."""
    epochs: int
    """How often all samples are seen."""
    batch_size: int
    """Samples in a step."""
    seed: int | None
    """Of the initial weights and every shuffling."""
    validation_split: float
    """The part of the samples that validates; 0 without."""
    shuffle: bool
    """Whether each epoch has an order of its own."""
    class_weight: Any
    """balanced, or the weight of each class, or None."""
    callbacks: list[str]
    """Code of each."""
    best_file: str
    """Code of the file that holds the weights of the best epoch; empty without."""
    keeps_best: bool
    """Whether the model has these when the training has ended."""
    mixed_precision: str | None
    """Keras's dtype policy."""
    steps_per_execution: int
    """Steps that are taken in one go."""
    logs: tuple[str, ...]
    """What is told the course of the training: tensorboard, mlflow."""
    fuses: bool
    """Whether several steps are taken in one go."""
    left_to_full: list[str]
    """The keys of the spec that a lesson has no room for."""
    resumes: bool
    """Whether a script that is started again goes on where it stopped."""
    distributes: bool
    """Whether all devices, of several machines too, share each batch."""
    devices: str
    """The template in training/ that chooses devices: devices or distribute."""
    validates: bool
    """Whether something is validated after each epoch."""
    best: Best
    """What tells the best epoch: figure, is_largest, least_gain and first."""
    restores_best: bool
    """Whether a callback puts the best weights back when the training ends."""
    figure: str
    """What is plotted: accuracy if it is measured, else loss."""
    curves: tuple[str, ...]
    """What is plotted beside the loss, by its key in the history."""
    rate_changes: bool
    """Whether the learning rate does, so that its course is plotted too."""
    schedule: Any
    """Keras's object that changes it, and of which Keras reports nothing by itself."""
    gives_several: bool
    """Whether a metric gives several numbers."""
    tuning: "TrainView | None" = None
    """How a second fit trains, if there is one."""
    shares_callbacks: bool = False
    """Of a second fit: whether it goes on with the callbacks of the first."""
    going_on: Sequence[tuple[int, str]] = ()
    """Of a second fit that does: code of those of them that go on with what they wrote,
    and their places."""


class AnswerView(NamedTuple):
    """How an answer is read from what the model gives, or one of its outputs."""

    name: str
    """Of the output, as Keras has it."""
    at: str
    """Code of its place in `y_train`; empty where there is one output."""
    form: str
    """`classes`: a score for each; `two classes`: one score; or a `number` itself; and
    the other forms of cnnspec.judge.answers."""
    classes: int
    """How many there are."""
    names_class: bool
    """Whether an answer is a class, not a number."""
    is_single: bool
    """Whether it is one class or number for a sample."""
    one_hot: bool
    """Whether a label is a row with a 1 at its class."""
    scores: str
    """The variable of the scores: probabilities or class_scores."""
    threshold: float
    """A single score above it stands for class 1."""
    names: str
    """The variable of the names of classes: CLASS_NAMES or names; empty without."""
    shows_images: bool
    """Whether samples can be shown as images with their classes."""
    is_image: bool
    """Whether samples are known to be images."""
    shown: str
    """Code of a sample as an image."""
    is_gray: bool
    """Whether such an image has no colours."""
    labels: str
    """Code of the numbers of the classes that `truth` holds, of places too."""
    ignored: int | None
    """The number in it that the loss passes over; None if it passes over none."""
    told: str
    """Code of the numbers of the classes that there are to tell of."""
    draws: str
    """Code that makes an image of `made`, where the answer is one; else empty."""
    of_two: bool
    """Whether one score tells two classes apart."""
    repeats_sample: bool
    """Whether it is held against the sample itself."""
    numbers: int
    """How many numbers there are for a sample, or a place."""
    confidence: str
    """The format of how sure an answer is: .0% or .1f."""


class PicturesView(NamedTuple):
    """The pictures of convolutions that are asked for."""

    asked: tuple[str, ...]
    """Which: filters, feature_maps, grad_cam."""
    classes: str
    """Code of the classes of the convolutions."""
    convolutions: int
    """How many convolutions there are."""
    filters_at: tuple[int, ...]
    """The axes of the first one's weights along which filters stand side by side."""
    channels: int
    """Of one of its filters."""
    rows: int
    """Of the picture of its filters."""
    columns: int
    """The same."""
    every: int
    """Of how many convolutions the feature maps of one are drawn."""
    drawn: int
    """How many that makes."""
    is_image: bool
    """Whether samples can be shown as images."""
    scores: str
    """Code of the scores by which the model decides."""
    ends: str
    """The activation that has to be taken off for them; '' for none."""
    minus_half: str
    """Code that makes a probability of class 1 positive where it is the answer."""
    bypassed: bool
    """Whether tensors lead past the last convolution."""


class WordsView(NamedTuple):
    """Words of the language that texts are made of."""

    labels: str
    """What labels are: one-hot labels."""
    figure: str
    """What is plotted."""
    held_out: str
    """What held-out data are for: test or validation."""
    score: str
    """What a score is: a probability or a score."""
    scores: str
    """The same for several."""
    confidence: str
    """What tells how sure an answer is: that, or the share of the votes."""


class NotebookView(NamedTuple):
    """What only the texts of a notebook speak of."""

    spec: str
    """The name of the spec's file."""
    files: list[str]
    """What the notebook reads, as Markdown."""
    data: str
    """What the data are."""


class View(NamedTuple):
    """All that templates are told. Without `data:` and `train:` most of it is None."""

    script: ScriptView
    model: ModelView | None = None
    """None while the constants above it are written."""
    data: DataView | None = None
    stream: StreamView | None = None
    """None where all samples are read at once."""
    train: TrainView | None = None
    ensemble: Ensemble | None = None
    answer: AnswerView | None = None
    """None where there are several outputs."""
    answers: tuple[AnswerView, ...] = ()
    """One for each output that is trained."""
    pictures: PicturesView | None = None
    """None where train.show asks for none."""
    words: WordsView | None = None
    notebook: NotebookView | None = None
    """None in a script."""
