"""What every layer has: arguments, a shape rule, weights, and what they entail."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from cnnspec.catalogue.components import Component, bound_to_axes, snake_case
from cnnspec.catalogue.dtypes import (
    FLOATS,
    NUMBERS,
    TEXTS,
    computed,
    dtype_kind,
    handed_on,
    kept,
)
from cnnspec.catalogue.layers.arguments import (
    HALVES,
    Activation,
    Dtype,
    RegularizerName,
    activated,
)
from cnnspec.catalogue.registry import FAMILIES
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import Name, kind_of
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import Shape, Shapes, Size, product, show

if TYPE_CHECKING:
    from fractions import Fraction  # takes 3 ms, and only enlarging layers need it


class Weight(NamedTuple):
    """One array of numbers that a layer holds, as Keras names and orders them."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


class Window(NamedTuple):
    """What a position of the output sees of the input along one spatial axis."""

    span: int
    """Positions of the input, first to last."""
    stride: "int | Fraction"
    """Positions of the input from one output to the next; below 1 where a layer
    enlarges its input."""


CALL_SETTINGS = frozenset(
    {"training", "use_causal_mask", "return_attention_scores", "reverse"}
)
"""What calls of layers take that is no tensor: each is true or false."""
FROM_ABOVE = "the input: of the spec says it; remove it"
"""What to say of an argument that tells the sizes of the input."""
WHOLE = "whole"
"""The reach of a layer that looks at all positions of its input at once."""
MOVED = "moved"
"""The reach of a layer that puts the numbers of a position at another one."""
OF_GPUS = ("float16", "float64")
"""Types for which TensorFlow has some of its code for GPUs alone."""
UNSURE = "unsure"
"""The reach of a layer of which nobody says what it looks at."""
Reach = Sequence[Window] | str
_ACTIVATION = kind_of(Activation)


SPARSE, DENSE = "sparse", "dense"
"""What Keras takes a tensor for before a model runs."""
TAKEN_FOR_DENSE = {"Activation": "linear"}
"""A layer that changes nothing else."""
SIDE_BY_SIDE = {"Concatenate": {"axis": -1}}
"""A layer that makes one tensor of several."""


def not_of_sparse(holds: str = "") -> ShapeError:
    """That Keras can't make a layer for what it takes for a sparse tensor.

    Args:
        holds: what comes before it in the message.
    """
    text = "can't be made for the product of a tensor and a number, which Keras takes "
    hint = "put - Activation: linear behind that product, which changes nothing else"
    text = f"{holds}{text}for a sparse tensor"
    return ShapeError(text, hint, before=[TAKEN_FOR_DENSE])


class MixedSamples(ShapeError):
    """Keras would take a tensor, and put samples of a batch together or apart."""


class _SnakeCase:
    """Keras's snake case of the name of whatever class it is read from."""

    def __get__(self, _: object, cls: type) -> str:
        return snake_case(cls.__name__)


class Layer(Record):
    """A layer of Keras: its arguments, and what Keras makes of a tensor given to it.

    A subclass is named as in Keras, declares Keras's constructor arguments, and
    overrides `output` and, where it has them, `check`, `weights`, `macs` and `reach`.
    Shapes have the batch axis first; None is a size that isn't known. Each of those
    methods takes the shapes of the tensors that the layer is called with, one argument
    each; the base class leaves open how many, hence `Any`.
    """

    module: ClassVar[str] = "layers"
    """Where it stands: `keras.<module>.<class name>`."""
    class_name: ClassVar[str] = ""
    """The class's own name in Keras, where `keras.layers` exports it under another."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Second names that `keras.layers` has for it."""
    former: ClassVar[tuple[str, ...]] = ()
    """Names of layers of earlier versions of Keras that it stands for."""
    order: ClassVar[str] = ""
    """Its arguments elsewhere, in PyTorch say, as they are given there by position."""
    converted: ClassVar[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {}
    """Arguments that mean another thing in PyTorch: how, and what makes a value of one
    there."""
    package: ClassVar[str] = ""
    """The module to import for the class that Keras runs, where it isn't Keras's own.

    It is called as this class is, and takes the same arguments.
    """
    carried: ClassVar[bool] = False
    """Whether nobody but cnnspec has the class: its text stands in templates/layers."""
    by_name: ClassVar[bool] = False
    """Whether code gives each of its arguments by its name."""
    spelt_out: ClassVar[tuple[str, ...]] = ()
    """Arguments whose texts stand in code without quotes."""
    follows: ClassVar[Mapping[str, str]] = {}
    """Arguments that are as another one is unless they are given."""
    grows_with: ClassVar[str] = ""
    """The argument that its weights grow with: how many channels or units it has."""
    inputs: ClassVar[int] = 1
    """Tensors that a call takes, at least."""
    inputs_limit: ClassVar[int | None] = 1
    """Tensors that a call takes, at most; None for any number."""
    shape_rule: ClassVar[str] = "the shape of the input"
    """The output's shape in words."""
    weight_rule: ClassVar[str] = "none"
    """The weights in words, or as a formula."""
    example: ClassVar[Any] = None
    """Arguments as a spec has them, for the documentation and for tests."""
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 28, 28, 3),)
    """Shapes to show the example on."""
    role: ClassVar[str] = ""
    """What it does in a model: layers with the same word can replace each other."""
    activates: ClassVar[bool] = False
    """Whether it is an activation without weights, which could be an argument too."""
    commutes: ClassVar[bool] = False
    """Whether it gives the same for its tensors in any order."""
    linear: ClassVar[bool] = False
    """Whether each number it gives is, when it predicts and but for its activation, a
    weighted sum of numbers that it takes, with a constant added."""
    sparse_axes: ClassVar[int] = 0
    """The axes that sparse tensors may have for it, the batch's among them; all of its
    tensors must be sparse then. 0 if it takes none."""
    keeps_sparse: ClassVar[bool] = False
    """Whether it gives a sparse tensor for such."""
    makes_sparse: ClassVar[bool] = False
    """Whether Keras may take what it gives for sparse where none of its tensors is."""
    has_rule: ClassVar[bool] = True
    """Whether Keras has a rule for the shape that it gives (`compute_output_shape`).
    Else it runs the layer on tensors that stand for those it will be given."""
    adds: ClassVar[bool] = False
    """Whether it gives the sum of its tensors."""
    joins_paths: ClassVar[bool] = False
    """Whether paths through a model end in it, so that one may be a shortcut."""
    rank_bound: ClassVar[bool] = False
    """Whether it takes only tensors with as many axes as the first one had: `build` of
    Keras 3.15 puts the number into its `input_spec`."""
    rearranges: ClassVar[bool] = False
    """Whether it gives the numbers of its input other axes, and no more."""
    takes_tensors_apart: ClassVar[bool] = False
    """Whether Keras calls it with one argument per tensor, where others take a list."""
    tensor_arguments: ClassVar[tuple[str, ...]] = ("inputs",)
    """What Keras's call takes tensors as, in its order: first what the layer works on,
    one argument or, if it takes tensors apart, as many as `inputs_limit` says; then
    masks, states and the like."""
    call_settings: ClassVar[tuple[str, ...]] = ()
    """What Keras's call takes beside tensors, of `CALL_SETTINGS`."""
    training_usual: ClassVar[bool | None] = False
    """What `training` is in its call where nobody says; None: as in the call around."""
    masks_by: ClassVar[str] = ""
    """The argument by which it makes a mask for the layers after it: the number that is
    masked, or true for 0."""
    varies_by: ClassVar[tuple[str, ...] | None] = None
    """Arguments without which it does the same in training as when the model predicts,
    if its call takes `training` at all; None: it never does."""
    rests_untrained: ClassVar[bool] = False
    """Whether it does in training what it does when the model predicts, where it isn't
    trained itself."""
    shaped_by: ClassVar[tuple[str, ...]] = ()
    """Those of the call's arguments that `output`, `macs` and `running` are told of, as
    keywords."""
    listed: ClassVar[tuple[str, ...]] = ()
    """Tensor arguments that Keras takes lists for, and some layers no tuple."""
    compares_with_itself: ClassVar[bool] = False
    """Whether it is mostly given one tensor twice."""
    freezes: ClassVar[bool] = True
    """Whether `trainable: false` reaches its weights. Keras's constructor doesn't hand
    it on to layers inside (keras/src/layers/layer.py, 3.15)."""
    adapts: ClassVar[tuple[str, ...]] = ()
    """Arguments in whose place `adapt()` may find out from data what they say."""
    unadapted: ClassVar[str] = "ends training in an error"
    """What it does before that."""
    keeps_adapted: ClassVar[bool] = False
    """Whether its weights hold what `adapt()` found out, so that a checkpoint does."""
    filters_at: ClassVar[tuple[int, ...]] = ()
    """The axes of its first weight along which filters stand side by side, where it
    moves them along the spatial axes of its input."""
    begins_as: ClassVar[Mapping[str, str]] = {}
    """Weights whose arguments begin with another word: `recurrent_initializer`."""
    fails_unseen: ClassVar[bool] = False
    """Whether no trial shows the failure that `running` tells of: TensorFlow ends the
    whole process, or takes a layer by itself and no model."""
    gives_list: ClassVar[bool] = False
    """Whether Keras gives a list even of one tensor, which is read as that tensor."""
    named_by_keras: ClassVar[bool] = False
    """Whether its name in Keras is the automatic one, whatever a spec calls it."""
    counts_too: ClassVar[tuple[str, ...]] = ()
    """Other classes of which Keras makes one with it, so that their names count on."""
    joins_types: ClassVar[bool] = False
    """Whether the type of what it gives depends on all its tensors, not the first."""
    left_out: ClassVar[bool] = False
    """Whether a model of Keras doesn't have it, unless inside another layer."""
    runs_on: ClassVar[str] = NUMBERS
    """The kinds of numbers that it takes when it runs."""
    one_type: ClassVar[bool] = False
    """Whether it takes floats of the type alone that it computes in, where `autocast`
    lets Keras cast none."""
    not_in: ClassVar[tuple[str, ...]] = ()
    """Types that it can't compute in, on whatever machine."""
    on_gpu_alone: ClassVar[bool] = False
    """Whether TensorFlow 2.21 computes it in the types `OF_GPUS` on no CPU."""
    hands_on: ClassVar[str] = ""
    """Those of them that it gives as they came, where it makes floats of others."""
    hands_on_integers: ClassVar[bool] = False
    """Whether it gives numbers that are no fractions in the type that they came in."""
    beside: ClassVar[tuple[str, ...]] = ()
    """Arguments that Keras's own class doesn't take, and code says otherwise."""
    is_application: ClassVar[bool] = False
    """Whether it is a model of keras.applications."""
    hands_in_from: ClassVar[int] = 1
    """The axis from which on a layer inside it is given its input, beside the batch."""
    holds_model: ClassVar[bool] = False
    """Whether it is a model that is a layer of another one."""
    application: ClassVar[Any] = None
    """The model of keras.applications that it then is, with its arguments."""
    result: ClassVar[str] = _SnakeCase()  # type: ignore[assignment]
    """What its result is called in code."""
    spelt_as: ClassVar[dict[str, str]] = {
        "activation": "act activ activation_fn activation_function nonlinearity "
        "non_linearity function act_layer",
        "axis": "dim",
        "data_format": "input_format",
        "epsilon": "eps",
        "keepdims": "keepdim keep_dims",
        "name": "layer_name id",
    }
    renamed: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(
            ("input_shape", "input_dim", "batch_input_shape", "batch_shape"), FROM_ABOVE
        ),
        **dict.fromkeys(
            (
                *("in_channels", "in_features", "num_features", "input_size", "in_dim"),
                *("num_channels", "normalized_shape", "input_channels", "c_in"),
                *("nb_channels", "input_features"),
            ),
            "the layer above says it; remove it",
        ),
        **dict.fromkeys(("inplace", "device"), "Keras has no need of it; remove it"),
    }

    activity_regularizer: RegularizerName = None
    trainable: bool = True
    dtype: Dtype | None = None
    autocast: bool = True
    name: Name | None = None

    @property
    def needs_adapt(self) -> bool:
        """Whether `adapt()` has to show it data before it does what it is for."""
        return bool(self.adapts) and getattr(self, self.adapts[0]) is None

    def trains_otherwise(self) -> bool:
        """Whether it does something else in training than when the model predicts."""
        if "training" not in self.call_settings:
            return False
        if self.varies_by is None:
            return True
        inner = list(self.nested())
        rates = (getattr(o, n, 0) for o in (self, *inner) for n in self.varies_by)
        return any(rates) or any(layer.trains_otherwise() for layer in inner)

    def check(self, *shapes: Any, **_: Any) -> None:
        """Finds out whether the layer can take tensors of these shapes.

        Raises:
            ShapeError: Keras would refuse them.
        """

    def check_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        """Finds out whether the layer can take further tensors: masks, states.

        Args:
            more: their shapes, by the arguments of the call that they are given as.
            shapes: of the tensors that it works on.

        Raises:
            ShapeError: Keras would refuse them.
        """

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        """The same when the layer runs, where Keras doesn't look at them beforehand.

        Raises:
            ShapeError: its first batch fails.
        """

    def works_on(self) -> tuple[str, ...]:
        """The arguments of a call that are the tensors which it works on."""
        count = self.inputs_limit if self.takes_tensors_apart else 1
        return self.tensor_arguments[:count]

    def place_of(self, number: int) -> tuple[int, ...]:
        """Where one of the tensors that it gives stands in what Keras's call gives."""
        return (number,)

    def first_called(self) -> str:
        """What the first of several tensors is called in code; as the layer, if ''."""
        return ""

    def others_called(self, count: int) -> list[str]:
        """What the tensors behind the first that it gives are called in code."""
        return [f"{self.result}_{number}" for number in range(1, count + 1)]

    def packed(self, argument: str, items: Sequence[Any]) -> Any:
        """What an argument of the call is given: one thing, or a list of several.

        Args:
            argument: of the call.
            items: tensors, or their code.
        """
        is_list = argument in self.listed or len(items) > 1
        return list(items) if is_list else items[0]

    def output(self, *shapes: Any, **_: Any) -> Shapes:
        """The shape of what the layer gives for shapes that `check` let pass."""
        shape: Shape = shapes[0]
        return shape

    def told_of_sparse(
        self, told: Shapes, taken: Sequence[str], *shapes: Any, **_: Any
    ) -> tuple[Shapes, bool]:
        """What Keras tells beforehand where it takes tensors for sparse ones.

        It takes the product of a tensor and a number for one, which is none when it
        runs (`Multiply.compute_output_spec` in keras/src/ops/numpy.py, 3.15).

        Args:
            told: the shape of what the layer gives, of dense tensors.
            taken: `SPARSE` or `DENSE`, for each of the tensors.
            shapes: of the tensors.

        Returns:
            The shape, and whether what it gives is taken for sparse, too.

        Raises:
            ShapeError: Keras can't make the layer.
        """
        return told, self.keeps_sparse and DENSE not in taken

    def casts(self, policy: str, given: str) -> bool:
        """Whether Keras first brings a tensor to the type that the layer computes in.

        Args:
            policy: the dtype policy of layers that have none of their own.
            given: the type of the numbers in the tensor.
        """
        other = given != computed(self.dtype or policy)
        return self.autocast and "float" in given and other

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        """How sizes of the output come about: `{1: "(28 + 2·1 − 3) / 1 + 1"}`.

        By axis of the output, of the first one where it gives several tensors; the
        batch's is 0. What an argument says, such as units, needs no arithmetic.
        """
        return {}

    def running(self, output: Any, *shapes: Any) -> Any:
        """The shape of what the layer gives when it runs.

        Keras 3.15 works out the shapes of most layers without running them. A layer for
        which that goes wrong overrides this.

        Args:
            output: as Keras tells it.
            shapes: of the tensors.

        Raises:
            ShapeError: Keras makes the layer, and its first batch fails.
        """
        dtype = self.dtype if self.autocast else None
        return activated(getattr(self, "activation", None), output, dtype)

    def keep_samples(self, *shapes: Any) -> None:
        """Finds out whether it works on each sample of a batch by itself.

        Layers that don't in training alone, as BatchNormalization, are let pass.

        Raises:
            MixedSamples: Keras has it work on the batch's axis as on any other.
        """

    def at_run(self) -> str:
        """Why it gives another shape when it runs, to follow both shapes."""
        halves = getattr(self, "activation", None) == HALVES
        return "its activation halves the last axis" if halves else ""

    def penalty_in_loop(self) -> str:
        """The class of a layer inside whose activity_regularizer no loss can take up.

        '' for none. TensorFlow runs such a layer in a loop of its own, and what is made
        in there can't be read outside (`while_loop` in keras/src/backend/tensorflow/
        rnn.py, 3.15).
        """
        return ""

    def weights(self, *shapes: Any, **_: Any) -> list[Weight]:
        """The arrays that the layer holds, in Keras's order (`layer.weights`)."""
        return []

    def held(self, *shapes: Any, **named: Any) -> list[Weight]:
        """`weights`, none of them trainable where `trainable: false` reaches them."""
        weights = self.weights(*shapes, **named)
        if self.trainable or not self.freezes:
            return weights
        return [weight._replace(trainable=False) for weight in weights]

    def output_dtype(self, policy: str, given: str) -> str:
        """The type of the numbers it gives, as Keras's tensor for it says.

        Args:
            policy: the dtype policy of layers that have none of their own.
            given: the type of the numbers in its first tensor.
        """
        if self.hands_on_integers and ("float" not in given or not self.autocast):
            return given
        return computed(self.dtype or policy)

    def needs_gpu(self) -> bool:
        """`on_gpu_alone` with its arguments."""
        return self.on_gpu_alone

    def kinds(self) -> tuple[str, str]:
        """`runs_on` and `hands_on` with its arguments."""
        return self.runs_on, self.hands_on

    def running_dtype(self, told: str, *given: str) -> str:
        """The type of the numbers it gives when it runs.

        Args:
            told: as Keras tells it beforehand.
            given: types of the numbers in its tensors.

        Raises:
            ShapeError: its first batch fails.
        """
        if told in OF_GPUS and self.needs_gpu():
            text = f"computes in {told}, for which TensorFlow has no code on a CPU"
            raise ShapeError(text, "set dtype: float32 there")
        if told in self.not_in:
            text = f"computes in {told}, and its function takes no {told}"
            raise ShapeError(text, "set dtype: float32 there")
        takes, keeps = self.kinds()
        if self.one_type and not self.autocast and TEXTS not in takes:
            for dtype in given:
                if dtype_kind(dtype) == FLOATS and dtype != told:
                    text = f"computes in {told} without autocast, and its input holds "
                    raise ShapeError(f"{text}{dtype}", "leave autocast out")
        return handed_on(told, given, takes, keeps)

    def weight_dtypes(self, policy: str, *shapes: Any) -> list[str]:
        """The type of each of its weights, in their order."""
        return [kept(self.dtype or policy)] * len(self.weights(*shapes))

    def penalties(self, policy: str, dtype: str, *shapes: Any) -> set[tuple[str, str]]:
        """Arguments that add to the loss, each with the type of what that adds.

        Source: `Layer.losses` in keras/src/layers/layer.py, 3.15.

        Args:
            policy: the dtype policy of layers that have none of their own.
            dtype: of the numbers it gives.
            shapes: of the tensors.
        """
        held, activity = (self, *all_nested(self)), "activity_regularizer"
        types = [dtype, *(computed(one.dtype or policy) for one in held[1:])]
        found = {
            (activity, type)
            for one, type in zip(held, types, strict=True)
            if one.activity_regularizer is not None
        }
        dtypes = self.weight_dtypes(policy, *shapes)
        for weight, type in zip(self.held(*shapes), dtypes, strict=True):
            for one in held if weight.trainable else ():
                name = weight.name.removeprefix("lora_").removesuffix("_a")
                argument = f"{one.begins_as.get(name, name)}_regularizer"
                if getattr(one, argument, None) is not None:
                    found.add((argument, type))
        return found

    def macs(self, output: Any, *shapes: Any, **_: Any) -> int | None:
        """Multiply-accumulate operations for one sample.

        Biases aren't counted, nor what isn't a product with a weight. None where the
        number depends on a size that isn't known.
        """
        return 0

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        """What one position of the output sees of the input, axis by axis.

        An empty list: the same position alone.
        """
        return ()

    def ranging(self, low: float, high: float) -> tuple[float, float] | None:
        """Between what numbers its output is for numbers between two; None: unknown."""
        return (low, high) if self.rearranges else None

    def keeping(self, missing: int) -> dict[str, Any]:
        """Arguments with which its output has the axes that a later layer misses.

        Those of a layer that it holds stand under its name, as in a spec.
        """
        return {}

    def without_sizes(self, x: Shape) -> str:
        """A layer to take in place of this one where sizes of its input are unknown."""
        return ""

    def bridges(self, x: Shape, to: Shape) -> Iterator[Any]:
        """Layers, as a spec writes them, each of which fits a tensor to another.

        Args:
            x: shape of a tensor that it is given beside the other.
            to: shape of the other.
        """
        return iter(())

    def as_elsewhere(self) -> dict[str, Any]:
        """Arguments, of those in `converted`, that look like PyTorch's."""
        return {}

    def bound(self) -> Iterator[tuple[str, Component]]:
        """Arguments whose objects don't fit weights of any number of axes."""
        for argument, value in self.given.items():
            if component := bound_to_axes(argument, value):
                yield argument, component

    def last_activation(self) -> str:
        """The name of the function that its output comes from; '' if none is known."""
        if "activation" not in self.arguments():
            return ""
        found = self.activation  # type: ignore[attr-defined]
        if isinstance(found, Layer):
            return found.last_activation()
        return found or "linear"

    def is_linear(self) -> bool:
        """Whether it is `linear` with its activation, too."""
        return self.linear and self.last_activation() in ("", "linear")

    def merged(self, after: "Layer") -> "Layer | None":
        """The one layer that can do what this one and the next do, both being linear.

        None where no layer of the same class can.
        """
        return None

    @classmethod
    def is_public(cls) -> bool:
        """Whether `keras.layers` has it; of any other, a script needs the class."""
        return cls.module == Layer.module and not (cls.package or cls.carried)

    @classmethod
    def name_in_package(cls) -> str:
        """What the class is called in its `package`."""
        return cls.__name__

    @classmethod
    def family(cls) -> str:
        """The family of layers that it belongs to; '' for one that is like none."""
        modules = (c.__module__.removeprefix(f"{__package__}.") for c in cls.__mro__)
        return next((module for module in modules if module in FAMILIES), "")

    @classmethod
    def keeps_shape(cls) -> bool:
        """Whether its output has its input's shape, whatever its arguments."""
        return cls.output is Layer.output

    def inside(self, *shapes: Shape) -> Any:
        """The summary of what it is made of, where it is a model; None for a layer."""
        return None

    @classmethod
    def replaces(cls) -> str:
        """Its role, for comparing it with others'."""
        return cls.role

    def nested(self) -> Sequence["Layer"]:
        """Layers inside this one, in the order in which Keras names them."""
        names = self.holders()
        if not names:  # the commonest, by far
            return ()
        held = [getattr(self, name) for name in names]
        return [value for value in held if isinstance(value, Layer)]

    @classmethod
    def holders(cls) -> Sequence[str]:
        """The attributes that may hold a layer, most classes having one or none."""
        if "_held" not in cls.__dict__:
            arguments = cls.arguments().values()
            cls._held = [
                argument.attribute
                for argument in arguments
                if argument.kind.holds_layers or argument.kind is _ACTIVATION
            ]
        return cls._held

    @classmethod
    def holding(cls) -> Sequence[str]:
        """The arguments that take layers, or lists of them; most classes have none."""
        if "_holding" not in cls.__dict__:
            takes = cls.arguments()
            cls._holding = [name for name in takes if takes[name].kind.holds_layers]
        return cls._holding

    _held: ClassVar[Sequence[str]]
    _holding: ClassVar[Sequence[str]]


def all_nested(layer: Layer) -> Iterator[Layer]:
    """Layers inside a layer and inside those, each after what it holds."""
    for inner in layer.nested():
        yield from all_nested(inner)
        yield inner


def keep_off_batch(x: Shape, axes: int | Sequence[int]) -> None:
    """Refuses axes to work along that count the batch's among them.

    Raises:
        MixedSamples: they do.
    """
    several = (axes,) if isinstance(axes, int) else axes
    if any(axis in (0, -len(x)) for axis in several):
        hint = "write axis: -1" if len(x) > 1 else ""
        raise MixedSamples("works along the batch, whose samples it mixes", hint)


AN_AXIS = "put - Reshape: [1] before it"
"""What to do where a tensor has the batch's axis alone."""


def need_axis(x: Shape, axis: int) -> None:
    """Refuses an axis that a tensor doesn't have; the batch's is 0, the last is -1.

    Raises:
        ShapeError: it is beyond them.
    """
    if not -len(x) <= axis < len(x):
        raise ShapeError(
            f"has no axis {axis} to work on: its input is {show(x[1:])}",
            f"its axes are 1 to {len(x) - 1}, with 0 for the batch and -1 for the last",
            gives=[{"axis": -1}],
        )


def need_size(x: Shape, axis: int) -> None:
    """Refuses a tensor whose size along an axis isn't known, for weights need it.

    Raises:
        ShapeError: it isn't, or there is no such axis.
    """
    need_axis(x, axis)
    if x[axis] is None:
        at_batch = axis in (0, -len(x))
        raise ShapeError(
            f"needs to know the size of its input along axis {axis}"
            + (", the batch" if at_batch else f"; its input is {show(x[1:])}"),
            "give that size a number instead of null",
            gives=[{"axis": -1}] if at_batch else (),
        )


def need_rank(x: Shape, axes: str) -> None:
    """Refuses a tensor that doesn't have the axes that are named.

    Args:
        x: shape of the tensor, batch first.
        axes: their names after the batch axis, such as "height, width, channels".

    Raises:
        ShapeError: it has more or fewer.
    """
    count = axes.count(",") + 1
    if len(x) != count + 1:
        raise ShapeError(
            f"needs a tensor with the axes ({axes}); its input is {show(x[1:])}, "
            f"{len(x) - 1} {'axis' if len(x) == 2 else 'axes'} instead of {count}",
            missing=count + 1 - len(x),
            before=[{"Reshape": sizes} for sizes in _reshaped(x, axes)],
        )


def _reshaped(x: Shape, axes: str) -> Iterator[list[Size]]:
    """The same numbers with so many axes, where that may be meant."""
    count = axes.count(",") + 1
    sizes = list(x[1:])
    if None in sizes:
        return
    if len(sizes) > count:
        yield [*sizes[: count - 1], product(sizes[count - 1 :])]
    elif len(sizes) == count - 1:
        yield [*sizes, 1] if axes.endswith(("channels", "features")) else [1, *sizes]
