"""What every model of keras.applications has: arguments, and what Keras demands.

Source of the rules: keras/src/applications, Keras 3.15. The layers of a model stand in
its spec in the zoo, which is read only when a spec names the model.
"""

from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.layers.arguments import ACTIVATIONS, SOFTMAX
from cnnspec.catalogue.layers.base import Layer, need_rank, need_size
from cnnspec.ground.errors import ArgumentError, ShapeError, nearest
from cnnspec.ground.kinds import Name, Positive, choice, kind, kind_of, list_of
from cnnspec.ground.shapes import Shape, Size, show

IMAGENET = "imagenet"
"""What `weights` calls those that Keras publishes."""
_ENDINGS = (".keras", ".h5", ".hdf5")
_CLASSES = 1000
_PIXELS = {
    "": "0 to 255, red, green, blue; it scales them itself",
    "tf": "-1 to 1, red, green, blue",
    "torch": "0 to 1, less the mean of ImageNet's colours and over their deviation",
    "caffe": "0 to 255, less the mean of ImageNet's colours; blue, green, red",
}
_POOLING = {"avg": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}


def _weights(value: Any) -> Any:
    if value is None or value == IMAGENET:
        return value
    if isinstance(value, str) and value.endswith(_ENDINGS):
        return value
    raise ValueError


Weights = Annotated[
    str | None,
    kind(
        _weights,
        "'imagenet', null, or a file that ends in .keras or .h5",
        {
            "anyOf": [
                {"enum": [IMAGENET, None]},
                {"type": "string", "pattern": r"\.(keras|h5|hdf5)$"},
            ]
        },
        [IMAGENET],
        lambda found: nearest(found, [IMAGENET]),
    ),
]
"""Where a model's weights come from."""
Pooling = Annotated[str, choice("avg", "max")]
ActivationName = Annotated[str, choice(*ACTIVATIONS)]
Names = Annotated[tuple[str, ...], list_of(kind_of(Name), least=1)]


class Application(Layer):
    """A model of keras.applications, which is a layer of other models.

    Its arguments are those of Keras, but for `input_shape` and `input_tensor`, which
    what it reads tells, and three that Keras has elsewhere: `trainable`, `from_layer`
    and `outputs`.
    """

    is_application = True
    module = "applications"
    call_settings = ("training",)
    by_name = True
    beside = ("trainable", "from_layer", "outputs")
    lacks = ("activity_regularizer", "dtype", "autocast")
    renamed: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(
            ("input_shape", "input_tensor", "default_size"),
            "what it reads says it; remove it",
        ),
        "weights_name": "its class says it; remove it",
    }
    spelt_as: ClassVar[dict[str, str]] = {
        "classes": "num_classes n_classes units",
        "weights": "pretrained weight",
        "include_top": "top head",
        "name": "layer_name id",
        "outputs": "output feature_maps layers",
    }
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 224, 224, 3),)
    example: ClassVar[Any] = {
        "weights": "imagenet",
        "include_top": False,
        "pooling": "avg",
        "trainable": False,
    }

    shape_rule = "that of its classifier, of its pooling, or of its last layer"
    weight_rule = "those of its layers, which cnnspec show --expand lists"

    home: ClassVar[str] = ""
    """Its module in keras.applications, which has `preprocess_input`."""
    spec: ClassVar[str] = ""
    """The name of its spec in the zoo."""
    automatic: ClassVar[str] = ""
    """What Keras calls it."""
    default_size: ClassVar[int] = 224
    """Height and width of the images that its classifier was trained on."""
    min_size: ClassVar[int] = 32
    """The least height and width that Keras lets it take."""
    scaling: ClassVar[str] = ""
    """How `preprocess_input` treats images, in the words of `imagenet_utils`; nothing
    where a layer of the model does it."""
    own_scaling: ClassVar[str] = ""
    """The same of that layer, which `include_preprocessing: false` leaves out."""
    normalizes_batches: ClassVar[bool] = True
    """Whether it has BatchNormalization, which works otherwise in training."""
    top: ClassVar[int] = 2
    """How many entries at the end of its spec's layers are the classifier."""
    names_pooling: ClassVar[bool] = False
    """Whether its pooling without a classifier is called `avg_pool` or `max_pool`."""
    after_pooling: ClassVar[tuple[Any, ...]] = ()
    """Layers that Keras puts behind that, as a spec writes them."""
    pads_by_size: ClassVar[bool] = False
    """Whether its padding depends on the size of the images."""
    needs_size: ClassVar[bool] = True
    """Whether its classifier takes images of one size alone."""
    keeps_name: ClassVar[bool] = False
    """Whether Keras finds weights or layers by its automatic name, so that it can be
    called otherwise only once it is made."""
    kernels: ClassVar[str] = ""
    """What Keras's files of its weights have behind its name."""
    spelt_in_file: ClassVar[tuple[str, ...]] = ()
    """Numbers that stand in the names of its files as Python prints them."""
    headless: ClassVar[str] = "_notop"
    """What the file without the classifier's has at its end."""

    include_top: bool = True
    weights_: Weights = IMAGENET
    pooling: Pooling | None = None
    classes: Positive = _CLASSES
    classifier_activation: ActivationName | None = SOFTMAX
    from_layer: str | None = None
    outputs: Names | None = None

    @property
    def pretrained(self) -> bool:
        """Whether its weights come from somewhere."""
        return self.weights_ is not None

    @property
    def published(self) -> bool:
        """Whether its weights are those that Keras publishes."""
        return self.weights_ == IMAGENET

    @property
    def infers(self) -> bool:
        """Whether it is called with training=False, whoever trains around it."""
        return self.pretrained or self.from_layer is not None or not self.trainable

    def rules(self) -> None:
        """Refuses what Keras refuses of the arguments alone."""
        if self.from_layer is not None and "trainable" in self.given:
            raise ArgumentError(
                "from_layer",
                "exclusive-arguments",
                f"{self.title()} has both trainable and from_layer",
                "keep one of the two",
            )
        if not self.include_top:
            return
        if self.published and self.classes != _CLASSES:
            raise ArgumentError(
                "classes",
                "out-of-range",
                f"{self.title()} has {self.classes:,} classes, and its weights "
                f"'imagenet' are for {_CLASSES:,}",
                "write include_top: false, with a Dense layer of your own behind it",
            )
        if self.pretrained and self.classifier_activation not in (None, SOFTMAX):
            raise ArgumentError(
                "classifier_activation",
                "unknown-value",
                f"{self.title()}.classifier_activation is "
                f"'{self.classifier_activation}', and Keras takes 'softmax' or null "
                "with weights",
                "write classifier_activation: softmax; or write weights: null",
            )

    def check(self, x: Shape) -> None:
        need_rank(x, "height, width, channels")
        need_size(x, -1)
        height, width, channels = x[1:]
        if self.published and channels != 3:
            raise ShapeError(
                f"has weights for images of 3 channels; its input is {show(x[1:])}",
                "write weights: null, or give it images in colour",
                gives=[{"weights": None}],
            )
        self._check_top(x)
        self._check_least(height, width)
        if self.pads_by_size and height is not None and width is None:
            raise ShapeError(
                "pads by height and width, and knows only the height",
                "give both a number, or both null",
            )

    def _check_top(self, x: Shape) -> None:
        if not (self.include_top and self.needs_size):
            return
        size = self.usual_size(x)
        if self.published and x[1:3] != (size, size):
            raise ShapeError(
                f"has a classifier for {size}x{size} images with its weights "
                f"'imagenet'; its input is {show(x[1:])}",
                f"write include_top: false, or give it images of {size}x{size}",
                gives=[{"include_top": False}],
                before=[{"Resizing": [size, size]}],
            )
        if None in x[1:]:
            raise ShapeError(
                f"has a classifier, for images of one size; its input is {show(x[1:])}",
                "write include_top: false, or give height and width numbers",
                gives=[{"include_top": False}],
            )

    def _check_least(self, height: Size, width: Size) -> None:
        least = self.min_size
        if any(size is not None and size < least for size in (height, width)):
            raise ShapeError(
                f"needs images of {least}x{least} or more; its input has "
                f"{show((height, width))}",
                f"enlarge them before it, with Resizing: [{least}, {least}]",
                before=[{"Resizing": [least, least]}],
            )

    def usual_size(self, x: Shape) -> int:
        """Height and width that its classifier's weights are for."""
        return self.default_size

    @classmethod
    def pixels(cls) -> str:
        """What its published weights take for the numbers of a picture."""
        return _PIXELS[cls.scaling]

    def given_as(self) -> str:
        """How its published weights are given images; as `scaling` says it."""
        includes = getattr(self, "include_preprocessing", True)
        return self.scaling or ("" if includes else self.own_scaling)

    def takes(self) -> tuple[float, float] | None:
        """From what to what its published weights know pixels; None: not told so."""
        return {"tf": (-1.0, 1.0), "": (0.0, 255.0)}.get(self.given_as())

    def keras_name(self, x: Shape) -> str:
        """Keras's automatic name of the model for images of that shape."""
        return self.automatic

    def weights_file(self, x: Shape) -> str:
        """The file of Keras's that holds its weights, as it lies in Keras's cache."""
        return f"{self.automatic}{self.kernels}{self.ending}.h5"

    @property
    def ending(self) -> str:
        """What tells its file without a classifier from that with one."""
        return "" if self.include_top else self.headless

    def first_called(self) -> str:
        return self.outputs[0] if self.outputs else ""

    def others_called(self, count: int) -> list[str]:
        return [*self.outputs[1:]] if self.outputs else super().others_called(count)

    def pooled_layers(self) -> list[Any]:
        """What Keras has in place of the classifier, as a spec writes it."""
        found: list[Any] = []
        if self.pooling:
            name = f"{self.pooling}_pool" if self.names_pooling else None
            found.append({_POOLING[self.pooling]: {"name": name}})
        return [*found, *self.after_pooling]

    def variables(self) -> dict[str, Any]:
        """The variables of its spec in the zoo that its arguments decide."""
        return {
            name: getattr(self, argument.attribute)
            for name, argument in self.arguments().items()
            if name not in _NO_VARIABLES
        }


_NO_VARIABLES = frozenset(Application.arguments()) - {"classes"}
