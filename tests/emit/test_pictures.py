"""What the pictures of a training show; read from Matplotlib's objects, not pixels."""

from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.targets import FULL
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.same import reset_names
from tests.emit.test_script import load_script, ruff

CHAIN = """
name: seen
input: [8, 8, 1]
layers:
  - Conv2D: {filters: 5, kernel_size: 3, activation: relu}
  - Conv2D: {filters: 4, kernel_size: 3}
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train: {loss: sparse_categorical_crossentropy, metrics: [accuracy], SHOW}
"""
ALL = "show: [filters, feature_maps, grad_cam]"
SEEN = CHAIN.replace("SHOW", ALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a script of a model called seen leaves its pictures."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    plt.close("all")
    results = tmp_path / "results" / "seen"
    results.mkdir(parents=True)
    return results


@pytest.fixture
def unsaved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out what takes most of the time."""
    monkeypatch.setattr(Figure, "savefig", lambda *_: None)


def script(text: str, lang: str = "en", backend: str = "tensorflow") -> ModuleType:
    """The module that the full script of a spec is."""
    written = render_script(*api.loads(text)[:2], lang, backend, style=FULL)
    reset_names()
    return load_script(written, Path("script.py"))


def drawn(folder: Path, name: str) -> Any:
    """The figure that was drawn last, which was saved under a name."""
    with Image.open(folder / f"{name}.png") as saved:
        width, height = saved.size
        assert saved.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    figure = plt.gcf()
    size = figure.get_size_inches() * 150
    assert (width, height) == pytest.approx(tuple(size), rel=0.1)
    assert all(text.get_fontsize() >= 11 for text in figure.findobj(plt.Text))
    return figure


def titles(figure: Any) -> list[str]:
    return [axis.get_title() or axis.get_title(loc="left") for axis in figure.axes]


# ------------------------------------------------------------------ curves

COURSE = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.75], "learning_rate": [0.1, 0.01]}
VALIDATED = {"val_loss": [3.0, 2.5], "val_accuracy": [0.4, 0.6]}
SCHEDULE = (
    "optimizer: {Adam: {learning_rate: {ExponentialDecay: "
    "{initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.9}}}}"
)
PLATEAU = "callbacks: [{ReduceLROnPlateau: {monitor: loss, patience: 1}}]"


@pytest.mark.parametrize(
    ("train", "expected"),
    [
        ("", ["loss", "accuracy"]),
        ("validation_split: 0.2", ["loss", "accuracy"]),
        (SCHEDULE, ["loss", "accuracy", "learning rate"]),
        (f"{PLATEAU}, validation_split: 0.2", ["loss", "accuracy", "learning rate"]),
    ],
)
def test_curves_have_a_panel_each_and_the_rate_where_it_changes(
    train: str, expected: list[str], folder: Path
) -> None:
    module = script(CHAIN.replace("SHOW", train))
    module.plot_history(COURSE | VALIDATED)
    figure = drawn(folder, "history")
    assert titles(figure) == expected
    for axis, name in zip(figure.axes, COURSE, strict=False):
        courses = [list(line.get_ydata()) for line in axis.lines]
        validation = VALIDATED.get(f"val_{name}") if "validation" in train else None
        assert courses == [COURSE[name], *([validation] if validation else [])]


def test_members_share_the_panels(folder: Path) -> None:
    text = CHAIN.replace("SHOW", SCHEDULE + ", validation_split: 0.1")
    module = script(text + "ensemble: {members: 2}\n")
    module.plot_histories([COURSE | VALIDATED] * 2)
    figure = drawn(folder, "history")
    assert titles(figure) == ["loss", "accuracy", "learning rate"]
    assert [len(axis.lines) for axis in figure.axes] == [4, 4, 2]
    colors = [line.get_color() for line in figure.axes[0].lines]
    assert colors[0] == colors[1] != colors[2] == colors[3]


def test_a_schedule_is_noted_and_another_backend_told(folder: Path, capsys) -> None:
    text = SEEN.replace("show:", f"{SCHEDULE}, epochs: 2, batch_size: 449, show:")
    script(text, backend="jax").main()
    printed = capsys.readouterr().out
    assert "takes gradients with jax, and Keras runs on tensorflow" in printed
    pictures = {path.stem for path in folder.glob("*.png")}
    assert pictures == {"history", "confusion", "images", "filters", "feature_maps"}
    header, *rows = (folder / "history.csv").read_text().splitlines()
    at = header.split(",").index("learning_rate")
    rates = [float(row.split(",")[at]) for row in rows]
    # 1,347 samples: three batches an epoch.
    assert rates == pytest.approx([0.1 * 0.9**0.3, 0.1 * 0.9**0.6])


# ------------------------------------------------------------------ answers

TRUTH = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
PREDICTED = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 3])
SURE = np.linspace(0.1, 1, 10)


def test_mistakes_come_first_with_their_probability(folder: Path) -> None:
    module = script(CHAIN.replace("SHOW", "seed: 0"))
    images = np.arange(10 * 64).reshape(10, 8, 8, 1)
    module.plot_images(images, PREDICTED, SURE, TRUTH)
    figure = drawn(folder, "images")
    assert titles(figure)[:2] == ["3 (100%)\nis 9", "0 (10%)"]
    colors = [axis.title.get_color() for axis in figure.axes]
    assert colors == ["red"] + ["black"] * 7
    first = figure.axes[0].images[0].get_array()
    assert np.array_equal(first, images[9, :, :, 0])
    assert figure.get_suptitle().startswith("Wrong: 1 of 10, shown first")


def test_classes_have_their_names_in_korean_too(folder: Path) -> None:
    names = "classes: [영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구]"
    text = CHAIN.replace("scale: 16", f"scale: 16, {names}").replace("SHOW", "seed: 0")
    module = script(text, "ko")
    module.plot_images(np.ones((10, 8, 8, 1)), PREDICTED, SURE, TRUTH)
    figure = drawn(folder, "images")
    assert titles(figure)[:2] == ["삼 (100%)\n정답 구", "영 (10%)"]
    assert figure.axes[0].title.get_fontname() == "NanumGothic"
    plt.rcdefaults()


def test_few_samples_leave_places_empty(folder: Path) -> None:
    module = script(CHAIN.replace("SHOW", "seed: 0"))
    module.plot_images(np.ones((3, 8, 8, 1)), PREDICTED[:3], SURE[:3], TRUTH[:3])
    figure = drawn(folder, "images")
    assert [len(axis.images) for axis in figure.axes] == [1] * 3 + [0] * 5
    assert not any(axis.axison for axis in figure.axes)


def test_the_confusion_matrix_tells_mistakes_by_their_colour(folder: Path) -> None:
    module = script(CHAIN.replace("SHOW", "seed: 0"))
    module.plot_confusion(TRUTH, PREDICTED)
    figure = drawn(folder, "confusion")
    [axis] = figure.axes
    right, wrong = (image.get_array() for image in axis.images)
    assert np.argwhere(~wrong.mask).tolist() == [[9, 3]]
    assert np.argwhere(~right.mask).tolist() == [[k, k] for k in range(9)]
    assert [image.get_cmap().name for image in axis.images] == ["Blues", "Reds"]
    assert sorted(text.get_text() for text in axis.texts) == ["1"] * 10
    assert axis.get_title() == "What each class was taken for"


@pytest.mark.parametrize(
    ("end", "loss", "expected"),
    [
        ("{units: 10, activation: softmax}", "sparse_categorical_crossentropy", ".0%"),
        ("10", "{SparseCategoricalCrossentropy: {from_logits: true}}", ".1f"),
    ],
)
def test_scores_are_no_probabilities(end: str, loss: str, expected: str) -> None:
    text = CHAIN.replace("{units: 10, activation: softmax}", end)
    text = text.replace("sparse_categorical_crossentropy", loss)
    model = api.loads(text.replace("SHOW", "seed: 0"))
    written = render_script(*model[:2], style=FULL)
    assert f"{{confidence[k]:{expected}}}" in written


# ------------------------------------------------------------------ convolutions


def convolutions(model: Any) -> list[Any]:
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


def test_each_filter_of_the_first_convolution_is_drawn(folder: Path) -> None:
    module = script(SEEN)
    model = module.build_model()
    module.plot_filters(convolutions(model))
    figure = drawn(folder, "filters")
    kernels = model.layers[1].get_weights()[0]
    shown = [axis.images[0] for axis in figure.axes if axis.images]
    assert len(shown) == 5
    for k, image in enumerate(shown):
        assert np.array_equal(image.get_array(), kernels[:, :, 0, k])
        assert image.get_clim() == (-np.abs(kernels).max(), np.abs(kernels).max())
    assert "conv2d" in figure.get_suptitle()


OTHER_FIRST = {
    "colours": ("[8, 8, 3]", "Conv2D: {filters: 5, kernel_size: 3}", (3, 3, 3)),
    "many": ("[8, 8, 4]", "Conv2D: {filters: 5, kernel_size: 2}", (2, 2)),
    "depthwise": ("[8, 8, 3]", "DepthwiseConv2D: {kernel_size: 2}", (2, 2)),
    "separable": (
        "[8, 8, 3]",
        "SeparableConv2D: {filters: 7, kernel_size: 2, depth_multiplier: 2}",
        (2, 2),
    ),
    "transposed": (
        "[8, 8, 1]",
        "Conv2DTranspose: {filters: 5, kernel_size: 3}",
        (3, 3),
    ),
}
COUNTS = {"depthwise": 3, "separable": 6}


@pytest.mark.usefixtures("folder", "unsaved")
@pytest.mark.parametrize("case", OTHER_FIRST)
def test_filters_of_every_convolution_are_pictures(case: str) -> None:
    sizes, layer, shape = OTHER_FIRST[case]
    text = SEEN.replace("[8, 8, 1]", sizes).replace(
        "source: digits, scale: 16", "SOURCE"
    )
    text = text.replace("Conv2D: {filters: 5, kernel_size: 3, activation: relu}", layer)
    module = script(text.replace("SOURCE", "source: npz, path: a.npz"))
    ruff("check", "--isolated", "--extend-select", "E501", "script.py")
    model = module.build_model()
    module.plot_filters([model.layers[1]])
    shown = [axis.images[0].get_array() for axis in plt.gcf().axes if axis.images]
    assert [image.shape for image in shown] == [shape] * COUNTS.get(case, 5)
    kernels = model.layers[1].get_weights()[0]
    if case == "separable":
        assert np.array_equal(shown[3], kernels[:, :, 1, 1])
    if case == "transposed":
        assert np.array_equal(shown[3], kernels[:, :, 3, 0])
    if case == "many":
        assert np.allclose(shown[3], kernels[:, :, :, 3].mean(axis=-1))


def test_feature_maps_are_what_the_convolutions_give(folder: Path) -> None:
    module = script(SEEN)
    model = module.build_model()
    samples = np.random.default_rng(0).random((2, 8, 8, 1), "float32")
    module.plot_feature_maps(model, convolutions(model), samples)
    figure = drawn(folder, "feature_maps")
    grid = np.reshape(figure.axes, (3, 8))
    assert np.array_equal(grid[0, 0].images[0].get_array(), samples[0, :, :, 0])
    assert [len([a for a in row if a.images]) for row in grid] == [1, 5, 4]
    assert grid[2, 0].get_title(loc="left") == "conv2d_1: (4, 4, 4)"
    given = keras.Model(model.inputs[0], model.layers[2].output)(samples[:1])
    maps = np.asarray(given)
    for k in range(4):
        assert np.allclose(
            grid[2, k].images[0].get_array(), maps[0, :, :, k], atol=1e-5
        )


@pytest.mark.usefixtures("folder", "unsaved")
def test_one_convolution_is_drawn_too() -> None:
    module = script(SEEN.replace("  - Conv2D: {filters: 4, kernel_size: 3}\n", ""))
    model = module.build_model()
    samples = np.random.default_rng(0).random((2, 8, 8, 1), "float32")
    module.plot_feature_maps(model, convolutions(model), samples)
    grid = np.reshape(plt.gcf().axes, (2, 8))
    assert [len([a for a in row if a.images]) for row in grid] == [1, 5]
    maps = np.asarray(keras.Model(model.inputs[0], model.layers[1].output)(samples))
    shown = grid[1, 4].images[0].get_array()
    assert np.allclose(shown, maps[0, :, :, 4], atol=1e-5)


@pytest.mark.usefixtures("folder", "unsaved")
def test_of_many_convolutions_every_so_manieth_is_drawn() -> None:
    many = "  - Conv2D: {filters: 2, kernel_size: 1}\n" * 30
    module = script(SEEN.replace("  - Flatten", f"{many}  - Flatten"))
    model = module.build_model()
    module.plot_feature_maps(
        model, convolutions(model), np.ones((1, 8, 8, 1), "float32")
    )
    named = [title for title in titles(plt.gcf()) if title]
    assert named[:2] == ["conv2d: (6, 6, 5)", "conv2d_3: (4, 4, 2)"]
    assert len(named) == 11


def heat(module: ModuleType, model: Any, samples: Any) -> tuple[Any, Any]:
    """What Grad-CAM shows of samples that are all right, and the figure."""
    predicted = np.zeros(len(samples), int)
    module.plot_grad_cam(model, convolutions(model), samples, predicted, predicted)
    figure = plt.gcf()
    return [axis.images[1].get_array() for axis in figure.axes if axis.images], figure


def test_grad_cam_is_what_its_paper_says(folder: Path) -> None:
    """By hand: behind the last convolution of this model is one linear map."""
    module = script(SEEN)
    model = module.build_model()
    samples = np.random.default_rng(0).random((4, 8, 8, 1), "float32")
    before = model.predict(samples, verbose=0)
    shown, _ = heat(module, model, samples)
    given = keras.Model(model.inputs[0], model.layers[2].output)(samples)
    maps, kernel = np.asarray(given), model.layers[4].get_weights()[0]
    for k, seen in enumerate(shown):
        answer = before[k].argmax()
        slopes = kernel[:, answer].reshape(4, 4, 4)
        by_hand = np.maximum((slopes.mean(axis=(0, 1)) * maps[k]).sum(axis=-1), 0)
        assert np.allclose(seen, by_hand, atol=1e-5)
    assert any(seen.max() > 0 for seen in shown)
    drawn(folder, "grad_cam")
    assert np.allclose(model(samples), before, atol=1e-6)  # softmax is back


ENDS = {
    "layer": ("  - Dense: 10\n  - Softmax\n", "sparse_categorical_crossentropy"),
    "function": (
        "  - Dense: 10\n  - Activation: softmax\n",
        "sparse_categorical_crossentropy",
    ),
    "scores": (
        "  - Dense: 10\n",
        "{SparseCategoricalCrossentropy: {from_logits: true}}",
    ),
    "two": ("  - Dense: {units: 1, activation: sigmoid}\n", "binary_crossentropy"),
    "two scores": ("  - Dense: 1\n", "hinge"),
    "hard": (
        "  - Dense: {units: 1, activation: hard_sigmoid}\n",
        "binary_crossentropy",
    ),
}


@pytest.mark.usefixtures("folder", "unsaved")
@pytest.mark.parametrize("end", ENDS)
def test_grad_cam_asks_the_score_of_the_answer(end: str) -> None:
    layers, loss = ENDS[end]
    text = SEEN.replace("  - Dense: {units: 10, activation: softmax}\n", layers)
    text = text.replace("sparse_categorical_crossentropy", loss)
    text = text.replace("source: digits, scale: 16", "source: npz, path: a.npz")
    module = script(text.replace("metrics: [accuracy], ", ""))
    model = module.build_model()
    samples = np.random.default_rng(1).random((8, 8, 8, 1), "float32")
    shown, _ = heat(module, model, samples)
    kernel, bias = next(x for x in model.layers[::-1] if x.get_weights()).get_weights()
    maps = np.asarray(keras.Model(model.inputs[0], model.layers[2].output)(samples))
    scores = maps.reshape(8, -1) @ kernel + bias
    for k, seen in enumerate(shown):
        slopes = kernel[:, scores[k].argmax()].reshape(4, 4, 4)
        if kernel.shape[1] == 1:
            slopes = slopes * np.sign(scores[k]) / (6 if end == "hard" else 1)
        by_hand = np.maximum((slopes.mean(axis=(0, 1)) * maps[k]).sum(axis=-1), 0)
        assert np.allclose(seen, by_hand, atol=1e-5)


def test_an_ensemble_shows_its_first_member(folder: Path) -> None:
    text = SEEN.replace("show:", "epochs: 1, batch_size: 500, seed: 0, show:")
    module = script(text + "ensemble: {members: 2, voting: hard}\n")
    ruff("check", "--isolated", "--extend-select", "E501", "script.py")
    ruff("format", "--isolated", "--check", "script.py")
    module.main()
    pictures = {path.stem for path in folder.glob("*.png")}
    assert pictures >= {"filters", "feature_maps", "grad_cam", "images", "history"}
    saved = keras.saving.load_model(folder / "member_1" / "model.keras")
    figures = {f.get_suptitle(): f for f in map(plt.figure, plt.get_fignums())}
    [filters] = [f for title, f in figures.items() if "filters of" in title]
    first = filters.axes[0].images[0].get_array()
    assert np.array_equal(first, saved.layers[1].get_weights()[0][:, :, 0, 0])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("classes", [10, 1])
def test_so_does_the_lesson_of_one(classes: int, monkeypatch) -> None:
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    save_no_pictures(monkeypatch)
    text = SEEN.replace("show:", "epochs: 1, seed: 0, show:")
    if classes == 1:
        text = text.replace("units: 10, activation: softmax", "units: 1")
        text = text.replace("sparse_categorical_crossentropy", "hinge")
        text = text.replace("metrics: [accuracy], ", "")
        text = text.replace("source: digits", "source: npz, path: few.npz")
        x, y = np.ones((40, 8, 8)), np.arange(40) % 2
        np.savez("few.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    written = render_script(*api.loads(text + "ensemble: {members: 2}\n")[:2])
    reset_names()
    module = load_script(written, Path("lesson.py"))
    assert module.model is module.members[0]
    alone = module.model.predict(module.x_test, verbose=0)
    alone = alone.argmax(axis=1) if classes > 1 else (alone[:, 0] > 0).astype(int)
    assert np.array_equal(module.predicted, alone)
    assert Path("lesson.py").with_name("spec_grad_cam.png").exists()


def test_half_precision_is_drawn_too(folder: Path) -> None:
    text = SEEN.replace("show:", "mixed_precision: mixed_bfloat16, show:")
    module = script(text)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = module.build_model()
        samples = np.random.default_rng(0).random((3, 8, 8, 1), "float32")
        module.plot_feature_maps(model, convolutions(model), samples)
        assert drawn(folder, "feature_maps").axes
        maps, _ = heat(module, model, samples)
        assert all(np.isfinite(one).all() for one in maps)
        assert len(maps) == len(samples)
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.usefixtures("folder")
def test_a_lesson_shows_them_too_and_the_course_of_the_rate() -> None:
    text = SEEN.replace("show:", f"{SCHEDULE}, epochs: 2, batch_size: 449, show:")
    written = render_script(*api.loads(text)[:2], "ko")
    reset_names()
    module = load_script(written, Path("lesson.py"))
    found = [plt.figure(number) for number in plt.get_fignums()]
    assert [len(figure.axes) for figure in found] == [8, 3, 8, 6, 24, 8]
    assert titles(found[1]) == ["loss", "accuracy", "learning_rate"]
    rates = found[1].axes[2].lines[0].get_ydata()
    assert list(rates) == pytest.approx([0.1 * 0.9**0.3, 0.1 * 0.9**0.6])
    # In English, since Matplotlib's own font has no Hangul.
    assert "first 8 channels" in found[4].get_suptitle()
    wrong = module.predicted[module.shown] != module.truth[module.shown]
    assert list(wrong) == sorted(wrong, reverse=True)
    colors = [axis.title.get_color() for axis in found[5].axes]
    assert colors == ["red" if one else "black" for one in wrong]
    assert len(list(Path().glob("*.png"))) == 6
