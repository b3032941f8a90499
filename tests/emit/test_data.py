"""What a script does with the data that its spec declares, and with faulty files."""

from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from cnnspec.emit.keras_script.tables import MISSING
from tests.emit.test_script import load_script, render
from tests.samples import write_csv, write_images, write_list, write_pairs, write_people

MODEL = """
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax}
train: {loss: sparse_categorical_crossentropy, seed: 1}
"""
CSV = "source: csv, train: a.csv, validation: b.csv, image_shape: [8, 8, 1]"


@pytest.fixture
def load(tmp_path: Path, monkeypatch):
    """Loads the data of a script with this `data:`, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def load_data(data: str, model: str = MODEL):
        text = f"{model}data: {{{data}}}\n"
        script = load_script(render(text), tmp_path / "script.py")
        train, held_out = script.load_data()
        if not hasattr(script, "batches"):
            return train, held_out
        return tuple(read(script.batches(*part)) for part in (train, held_out))

    return load_data


def read(batches):
    """The samples and labels of a stream."""
    samples, labels = zip(*batches, strict=True)
    return np.concatenate(samples), np.concatenate(labels)


def complaint(load, data: str, model: str = MODEL) -> str:
    with pytest.raises(SystemExit) as caught:
        load(data, model)
    return str(caught.value)


# ------------------------------------------------------------------ csv


def test_csv_is_read(load, tmp_path) -> None:
    write_csv(tmp_path / "a.csv", range(10))
    write_csv(tmp_path / "b.csv", [9, 0])
    (x_train, y_train), (x_valid, y_valid) = load(f"{CSV}, scale: 255")
    assert x_train.shape == (10, 8, 8, 1)
    assert x_train.dtype == np.float32
    assert x_train[9].max() == pytest.approx(9 / 255)
    assert y_train.tolist() == list(range(10))
    assert y_train.dtype == np.int32
    assert y_valid.tolist() == [9, 0]
    assert x_valid.shape == (2, 8, 8, 1)


def test_contiguous_labels_are_numbered_without_gaps(load, tmp_path) -> None:
    gap = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]  # no 9, like the letter J
    write_csv(tmp_path / "a.csv", gap)
    write_csv(tmp_path / "b.csv", [10, 0])
    told = complaint(load, CSV)
    assert "a.csv: row 10 has the label 10" in told
    assert "labels are 0 to 9" in told
    assert "set labels: contiguous" in told
    (_, y_train), (_, y_valid) = load(f"{CSV}, labels: contiguous")
    assert y_train.tolist() == list(range(10))
    assert y_valid.tolist() == [9, 0]
    one_hot = MODEL.replace("sparse_", "")
    (_, y_train), _ = load(f"{CSV}, labels: [contiguous, one_hot]", one_hot)
    assert (y_train == np.eye(10)).all()


def test_contiguous_labels_may_be_letters(load, tmp_path) -> None:
    write_csv(tmp_path / "a.csv", "ABCDEFGHIK")
    write_csv(tmp_path / "b.csv", "KA")
    _, (_, y_valid) = load(f"{CSV}, labels: contiguous")
    assert y_valid.tolist() == [9, 0]
    write_csv(tmp_path / "b.csv", "AJ")
    told = complaint(load, f"{CSV}, labels: contiguous")
    assert "b.csv: row 2 has the label J, which a.csv has nowhere" in told
    write_csv(tmp_path / "a.csv", "ABC")
    told = complaint(load, f"{CSV}, labels: contiguous")
    assert "a.csv has 3 different labels, and the model has 10 classes" in told


def one_row(cell: str = "1", label: str = "3", pixels: int = 64) -> str:
    header = ",".join(["label", *(f"pixel{i}" for i in range(pixels))])
    return f"{header}\n{label},{','.join(['1'] * (pixels - 1))},{cell}\n"


FAULTS = {
    "missing": (None, "a.csv is missing: a CSV file with a column 'label' and 64"),
    "nothing": ("", "a.csv can't be read as CSV: No columns"),
    "no rows": (one_row().splitlines()[0], "a.csv has a header and no rows"),
    "no label": (one_row().replace("label", "letter"), "no column 'label'; its first"),
    "narrow": (one_row(pixels=63), "a.csv has 63 pixels a row, not 64"),
    "wide row": (one_row() + one_row().splitlines()[1] + ",7,7\n", "line 3, saw 67"),
    "short row": (one_row() + "3,1,1\n", "row 2 has 'nan' in the column 'pixel2'"),
    "text": (one_row("dark"), "row 1 has 'dark' in the column 'pixel63', where a n"),
    "blank": (one_row(""), "row 1 has 'nan' in the column 'pixel63'"),
    "bright": (one_row("256"), "a.csv has pixels that are not from 0 to 255"),
    "binary": (b"\xff\xfe\x00\x81" * 90, "a.csv is no text in UTF-8"),
}
WRONG_LABELS = {"C": "'C' in the column", "10": "label 10", "-1": "-1", "2.5": "2.5"}


@pytest.mark.parametrize("labels", ["sparse", "contiguous"])
@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_csv_file_is_told_plainly(text, said, labels, load, tmp_path) -> None:
    if isinstance(text, bytes):
        (tmp_path / "a.csv").write_bytes(text)
    elif text is not None:
        (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    write_csv(tmp_path / "b.csv", [1])
    assert said in complaint(load, f"{CSV}, scale: 255, labels: {labels}")


@pytest.mark.parametrize(("label", "said"), WRONG_LABELS.items())
def test_a_wrong_label_is_told_with_its_row(label, said, load, tmp_path) -> None:
    write_csv(tmp_path / "a.csv", [1, 2, label])
    write_csv(tmp_path / "b.csv", [1])
    told = complaint(load, CSV)
    assert "a.csv: row 3 has " in told
    assert said in told


def test_a_row_without_its_label(load, tmp_path) -> None:
    write_csv(tmp_path / "a.csv", ["A", ""])
    write_csv(tmp_path / "b.csv", ["A"])
    assert "row 2 has no label" in complaint(load, f"{CSV}, labels: contiguous")


def test_other_faults_of_csv_files(load, tmp_path) -> None:
    write_csv(tmp_path / "b.csv", [1])
    more = one_row().replace("\n3,", "\n9,3,")
    (tmp_path / "a.csv").write_text(more, encoding="utf-8")
    assert "a.csv has rows with more fields than its header" in complaint(load, CSV)
    (tmp_path / "a.csv").write_text(one_row("True", "0"), encoding="utf-8")
    (x_train, _), _ = load(CSV)
    assert x_train.max() == 1


def test_classes_are_numbered_before_a_split(load, tmp_path) -> None:
    write_csv(tmp_path / "a.csv", [*range(9), 30] + [0] * 10)
    one = "source: csv, train: a.csv, image_shape: [8, 8, 1], test_size: 0.25"
    for seed in range(4):
        (_, y_train), (_, y_test) = load(
            f"{one}, random_state: {seed}, labels: contiguous"
        )
        assert sorted({*y_train, *y_test}) == [*range(10)]


def test_one_csv_file_is_split(load, tmp_path) -> None:
    write_csv(tmp_path / "a.csv", [*range(10)] * 3)
    one = "source: csv, train: a.csv, image_shape: [8, 8, 1], test_size: 0.2"
    (x_train, y_train), (x_test, _) = load(f"{one}, random_state: 3")
    assert (len(x_train), len(x_test)) == (24, 6)
    (_, again), _ = load(f"{one}, random_state: 3")
    assert (y_train == again).all()
    (_, other), _ = load(f"{one}, random_state: 4")
    assert (y_train != other).any()


def test_what_pandas_takes_for_missing_may_be_a_category() -> None:
    from pandas._libs.parsers import STR_NA_VALUES

    assert MISSING == STR_NA_VALUES


# ------------------------------------------------------------------ features

PEOPLE = """
input: [6]
layers:
  - Dense: {units: 2, activation: softmax}
train: {loss: sparse_categorical_crossentropy, seed: 1}
"""
FEATURES = "source: csv, train: a.csv, validation: b.csv, label_column: buys, "
FEATURES += "columns: {size: [1, 2], age: numeric, color: [red, green, NA]}"


def test_features_are_read_in_their_order(load, tmp_path) -> None:
    for name in ("a.csv", "b.csv"):
        write_people(tmp_path / name, rows=4)
    (x_train, y_train), (x_valid, _) = load(
        f"{FEATURES}, classes: ['no', 'yes']", PEOPLE
    )
    rows = [[1, 0, 20, 1, 0, 0], [0, 1, 21, 0, 1, 0], [1, 0, 22, 0, 0, 1]]
    assert x_train.tolist() == [*rows, [0, 1, 23, 1, 0, 0]] == x_valid.tolist()
    assert y_train.tolist() == [0, 0, 1, 1]
    (_, y_train), _ = load(f"{FEATURES}, labels: contiguous", PEOPLE)
    assert y_train.tolist() == [0, 0, 1, 1]


WRONG_CELLS = {
    "category": ("red", "purple", "row 1 has 'purple' in the column 'color', whose ca"),
    "no category": ("red", "", "row 1 has '' in the column 'color', whose categories"),
    "number": ("20,", "old,", "row 1 has 'old' in the column 'age', where a number"),
    "no number": ("20,", ",", "row 1 has '' in the column 'age', where a number"),
    "infinite": ("20,", "1e999,", "row 1 has '1e999' in the column 'age'"),
    "class": ("yes", "maybe", "row 3 has the label 'maybe', and the classes are no, y"),
    "column": ("color", "colour", "no column 'color'; its first columns are age, name"),
    "label": ("buys", "sells", "has no column 'buys'; its first columns are age"),
    "fields": ("green", "green,7", "a.csv can't be read as CSV: "),
    "quotes": ("green", '"green', "a.csv can't be read as CSV: "),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG_CELLS.values(), ids=WRONG_CELLS)
def test_a_wrong_cell_is_told_with_its_row(old, new, said, load, tmp_path) -> None:
    for name in ("a.csv", "b.csv"):
        write_people(tmp_path / name, rows=4)
    text = (tmp_path / "a.csv").read_text("utf-8").replace(old, new, 1)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert said in complaint(load, f"{FEATURES}, classes: ['no', 'yes']", PEOPLE)


def test_several_columns_of_labels_are_a_row(load, tmp_path) -> None:
    text = "age,sun,wind\n20,1,0\n21,0,0\n22,1,1\n"
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    data = "source: csv, train: a.csv, validation: b.csv, columns: {age: numeric}, "
    data += "label_column: [wind, sun]"
    two = PEOPLE.replace("[6]", "[1]").replace(", activation: softmax", "")
    numbers = two.replace("sparse_categorical_crossentropy", "mse")
    (x_train, y_train), _ = load(data, numbers)
    assert x_train.tolist() == [[20], [21], [22]]
    assert y_train.tolist() == [[0, 1], [0, 0], [1, 1]]
    assert y_train.dtype == np.float32
    labels = two.replace("sparse_categorical_crossentropy", "binary_crossentropy")
    labels = labels.replace("units: 2", "units: 2, activation: sigmoid")
    (_, hot), _ = load(f"{data}, labels: multi_hot, classes: [wind, sun]", labels)
    assert (hot == y_train).all()
    for cell, model, more, said in (
        ("x", numbers, "", "a.csv: row 2 has 'x' in the column 'wind', where a num"),
        ("2", labels, ", labels: multi_hot", "'2' in the column 'wind', where 0 or 1"),
    ):
        wrong = text.replace("21,0,0", f"21,0,{cell}")
        (tmp_path / "a.csv").write_text(wrong, encoding="utf-8")
        assert said in complaint(load, data + more, model)
    (tmp_path / "a.csv").write_text(text.replace("wind", "gale"), encoding="utf-8")
    assert "a.csv has no column 'wind'" in complaint(load, data, numbers)


def test_each_output_has_columns_of_labels(load, tmp_path) -> None:
    text = "age,sun,wind,sky\n20,1,0.5,blue\n21,0,2,grey\n22,1,1,blue\n"
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    data = "source: csv, train: a.csv, validation: b.csv, columns: {age: numeric}, "
    data += "label_column: {both: [wind, sun], kind: sky}, classes: [grey, blue]"
    model = """
input: [1]
layers:
  - Dense: {units: 2, activation: softmax, name: kind}
  - Dense: {units: 2, name: both, from: input_layer}
outputs: [kind, both]
train: {loss: {kind: sparse_categorical_crossentropy, both: mse}}
"""
    _, (_, told) = load(data, model)
    assert told["kind"].tolist() == [1, 0, 1]
    assert told["both"].tolist() == [[0.5, 1], [2, 0], [1, 1]]
    for old, new, said in (
        ("grey", "gray", "row 2 has the label 'gray', and the classes are grey, blue"),
        (",2,", ",,", "row 2 has '' in the column 'wind', where a number has to stand"),
        ("wind", "gale", "a.csv has no column 'wind'"),
    ):
        wrong = text.replace(old, new)
        (tmp_path / "a.csv").write_text(wrong, encoding="utf-8")
        assert said in complaint(load, data, model)
    plain = data.replace("kind: sky}, classes: [grey, blue]", "kind: wind}")
    (tmp_path / "a.csv").write_text(text.replace("0.5", "0"), encoding="utf-8")
    assert "'2' in the column 'wind', where a number from 0 to 1" in complaint(
        load, plain, model
    )


def test_another_encoding_is_told(load, tmp_path) -> None:
    (tmp_path / "a.csv").write_bytes("나이,buys\n1,0\n".encode("cp949"))
    assert "a.csv is no text in UTF-8" in complaint(load, FEATURES, PEOPLE)


# ------------------------------------------------------------------ npz


NPZ = "source: npz, path: few.npz"


def save(**changed) -> None:
    labels = np.arange(10)
    arrays = {"x_train": np.ones((10, 8, 8)), "y_train": labels[:, None]}
    arrays |= {"x_test": np.ones((10, 8, 8)), "y_test": labels[:, None]}
    arrays |= changed
    np.savez("few.npz", **{k: v for k, v in arrays.items() if v is not None})


def test_npz_is_read(load) -> None:
    assert "few.npz is missing" in complaint(load, NPZ)
    save()
    (x_train, y_train), _ = load(NPZ)
    assert x_train.shape == (10, 8, 8, 1)
    assert y_train.shape == (10,)
    save(y_train=np.array([*range(9), 30]), y_test=np.array([30] * 10))
    told = complaint(load, NPZ)
    assert "y_train: row 10 has the label 30" in told
    _, (_, y_test) = load(f"{NPZ}, labels: contiguous")
    assert y_test.tolist() == [9] * 10


def test_a_faulty_npz_file_is_told_plainly(load) -> None:
    for arrays, said in [
        ({"y_test": None}, "lacks the array y_test"),
        ({"x_train": np.ones((10, 7, 8))}, "x_train has the shape (10, 7, 8), and a"),
        ({"y_train": np.eye(10)}, "y_train has the shape (10, 10), where one label"),
        ({"y_train": np.arange(9)}, "(9,), where one label for each of 10 samples"),
        ({"x_test": np.ones((0, 8, 8))}, "x_test holds no samples"),
        ({"x_test": np.full((10, 8, 8), np.nan)}, "x_test holds numbers that are inf"),
        ({"y_train": np.array(list("abcdefghij"))}, "need labels: contiguous"),
        ({"x_train": np.float32(3)}, "x_train has the shape (1,), and a"),
        ({"y_test": np.int64(3)}, "(1,), where one label for each of 10 samples"),
    ]:
        save(**arrays)
        assert said in complaint(load, NPZ)
    Path("few.npz").write_text("no archive")
    assert "can't be read as a NumPy file" in complaint(load, NPZ)
    np.save("one.npy", np.ones(3))
    Path("one.npy").rename("few.npz")
    assert "can't be read as a NumPy file" in complaint(load, NPZ)


# ------------------------------------------------------------------ folders of images


IMAGES = "source: image_directory, train: train, validation: valid"
NAMES = list("abcdefghij")


def test_images_are_read(load, tmp_path) -> None:
    write_images(tmp_path / "train", NAMES)
    write_images(tmp_path / "valid", NAMES, each=1)
    (x_train, y_train), (x_valid, y_valid) = load(f"{IMAGES}, scale: 255")
    assert x_train.shape == (20, 8, 8, 1)
    assert sorted(y_train.tolist()) == sorted([*range(10)] * 2)
    assert x_train[y_train == 9].mean() == pytest.approx(180.5 / 255)
    assert x_valid[9].max() == pytest.approx(180 / 255, abs=0.01)
    assert y_valid.tolist() == [*range(10)]
    colour = MODEL.replace("8, 8, 1", "4, 5, 3")
    (x_train, _), _ = load(f"{IMAGES}, image_shape: [4, 5, 3]", colour)
    assert x_train.shape == (20, 4, 5, 3)


def test_hidden_folders_and_files_are_no_classes_and_images(load, tmp_path) -> None:
    for part in ("train", "valid"):
        write_images(tmp_path / part, [*NAMES, ".ipynb_checkpoints"], each=1)
        (tmp_path / part / "c" / "._0.png").write_text("what an archive leaves")
    (x_train, _), _ = load(IMAGES)
    assert len(x_train) == 10


def test_a_class_without_a_folder_is_told(load, tmp_path) -> None:
    write_images(tmp_path / "train", NAMES)
    told = complaint(load, f"{IMAGES}, classes: [{', '.join(NAMES[:-1])}, zebra]")
    assert "zebra is missing: a folder of images of the class 'zebra'" in told


def test_faulty_folders_of_images_are_told_plainly(load, tmp_path) -> None:
    assert "train is missing: a folder that holds" in complaint(load, IMAGES)
    write_images(tmp_path / "train", NAMES[:3])
    told = complaint(load, IMAGES)
    assert "train holds 3 folders (a, b, c), and the model has 10 classes" in told
    write_images(tmp_path / "train", NAMES[3:])
    write_images(tmp_path / "valid", [*NAMES[1:], "z"])
    assert "valid has other folders than train" in complaint(load, IMAGES)
    (tmp_path / "valid" / "z").rename(tmp_path / "valid" / "a")
    (tmp_path / "train" / "c" / "0.png").write_text("no image")
    assert "c/0.png is no image, or damaged" in complaint(load, IMAGES)
    for image in (tmp_path / "train" / "c").iterdir():
        image.unlink()
    assert "train/c holds no image; known are .bmp" in complaint(load, IMAGES)


LISTED = "source: csv, train: list.csv, validation: list.csv, file_column: file, "
LISTED += "label_column: kind, classes: [a, b, c, d, e, f, g, h, i, j]"


def test_files_that_a_table_lists(load, tmp_path) -> None:
    write_images(tmp_path, NAMES)
    write_list(tmp_path / "list.csv", NAMES)
    _, (x_valid, y_valid) = load(f"{LISTED}, scale: 255")
    assert y_valid.tolist() == sorted([*range(10)] * 2)
    assert x_valid[19].max() == pytest.approx(181 / 255)
    text = (tmp_path / "list.csv").read_text("utf-8")
    for old, new, said in (
        ("c/0.png", "c/9.png", "list.csv: row 5 names c/9.png, which isn't there."),
        ("0.png,c", "0.png,z", "row 5 has the label 'z', and the classes are a, b, c"),
        ("file", "image", "list.csv has no column 'file'; its first columns are image"),
    ):
        (tmp_path / "list.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
        assert said in complaint(load, LISTED)
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    (tmp_path / "c" / "0.png").write_text("no image")
    assert complaint(load, LISTED) == "c/0.png is no image, or damaged: remove it."
    (tmp_path / "list.csv").unlink()
    assert "list.csv is missing: a CSV file with the columns" in complaint(load, LISTED)


# ------------------------------------------------------------------ pairs of images

PAIRS = "source: image_directory, train: {input: a/photos, target: a/masks}, "
PAIRS += "validation: {input: b/photos, target: b/masks}"
MASKED = """
input: [8, 8, 1]
layers:
  - Conv2D: {filters: 2, kernel_size: 1, activation: softmax}
train: {loss: sparse_categorical_crossentropy, seed: 1}
"""


def test_pairs_are_read_by_their_names(load, tmp_path) -> None:
    for name in "ab":
        write_pairs(tmp_path / name, count=3)
    (tmp_path / "a" / "masks" / "1.png").rename(tmp_path / "a" / "masks" / "1.PNG")
    _, (x_valid, y_valid) = load(f"{PAIRS}, scale: 255", MASKED)
    assert x_valid.shape == (3, 8, 8, 1)
    assert (y_valid == (x_valid[..., 0] * 255 > 99)).all()
    resized = MASKED.replace("[8, 8, 1]", "[16, 16, 1]")
    _, (x_valid, y_valid) = load(PAIRS, resized)
    assert x_valid.shape == (3, 16, 16, 1)
    assert np.unique(y_valid).tolist() == [0, 1]


def test_a_mask_may_be_black_and_white_or_have_a_palette(load, tmp_path) -> None:
    from PIL import Image

    for name in "ab":
        write_pairs(tmp_path / name, count=3)
    _, (_, plain) = load(PAIRS, MASKED)
    for file in [*(tmp_path / "a" / "masks").iterdir()]:
        numbers = np.array(Image.open(file))
        Image.fromarray(numbers * 255).save(tmp_path / "b" / "masks" / file.name)
    _, (_, white) = load(PAIRS, MASKED)
    assert (white == plain).all()
    for file in [*(tmp_path / "a" / "masks").iterdir()]:
        colored = Image.open(file).convert("P")
        colored.putpalette([0, 0, 0, 200, 30, 90] + [0] * 762)
        colored.save(tmp_path / "b" / "masks" / file.name)
    _, (_, colors) = load(PAIRS, MASKED)
    assert (colors == plain).all()
    ignoring = "loss: {SparseCategoricalCrossentropy: {ignore_class: 255}}"
    void = MASKED.replace("loss: sparse_categorical_crossentropy", ignoring)
    spoil(tmp_path / "b" / "masks" / "0.png", (8, 8), 255)
    _, (_, kept) = load(PAIRS, void)
    assert np.unique(kept[0]).tolist() == [255]
    spoil(tmp_path / "b" / "masks" / "0.png", (8, 8), 254)
    assert "are 0 to 1, or 255 for those that do" in complaint(load, PAIRS, void)


def spoil(path: Path, size: tuple[int, ...], value: int = 0) -> None:
    from PIL import Image

    Image.fromarray(np.full(size, value, "uint8")).save(path)


def test_pairs_that_are_none_are_told(load, tmp_path) -> None:
    assert "a/photos is missing: a folder of images" in complaint(load, PAIRS, MASKED)
    for name in "ab":
        write_pairs(tmp_path / name, count=3)
    mask = tmp_path / "a" / "masks" / "1.png"
    mask.rename(mask.with_stem("7"))
    told = complaint(load, PAIRS, MASKED)
    assert told == "a/photos/1.png has no file of the same name in a/masks."
    mask.with_stem("7").unlink()
    for size, value, said in (
        ((4, 8), 0, "1.png has 4x8 pixels, and a/photos/1.png 8x8: a mask has"),
        ((8, 8, 3), 0, "1.png has 3 channels, and a mask has one"),
        (
            (8, 8),
            7,
            "has the number 7; with 2 classes, those of pixels are 0 and 1",
        ),
    ):
        spoil(mask, size, value)
        assert said in complaint(load, PAIRS, MASKED)
    mask.write_bytes(mask.read_bytes()[:40])
    assert complaint(load, PAIRS, MASKED).startswith(
        "a/masks/1.png is no image, or dam"
    )


# ------------------------------------------------------------------ downloads


@pytest.mark.parametrize("source", ["mnist", "fashion_mnist", "cifar10", "cifar100"])
def test_downloaded_sources(source: str, load, monkeypatch) -> None:
    size = (32, 32, 3) if "cifar" in source else (28, 28)
    asked = {}

    def load_data(**arguments):
        asked.update(arguments)
        samples, labels = np.full((4, *size), 255, "uint8"), np.arange(4, dtype="uint8")
        labels = labels[:, None] if "cifar" in source else labels
        return (samples, labels), (samples[:2], labels[:2])

    stand_in = SimpleNamespace(load_data=load_data)
    monkeypatch.setattr(keras.datasets, source, stand_in)
    shape = [*size, 1][:3]
    model = MODEL.replace("[8, 8, 1]", str(shape))
    if source == "cifar100":
        model = model.replace("units: 10", "units: 20")
    extra = ", label_mode: coarse" if source == "cifar100" else ""
    data = f"source: {source}, scale: 255{extra}"
    (x_train, y_train), (x_test, _) = load(data, model)
    assert x_train.shape == (4, *shape)
    assert x_train.max() == 1
    assert y_train.tolist() == [0, 1, 2, 3]
    assert len(x_test) == 2
    assert asked == ({"label_mode": "coarse"} if extra else {})

    def fail(**_):
        raise OSError("no network")

    stand_in.load_data = fail
    with pytest.raises(SystemExit, match=r"(?s)no network.*datasets/.*source: npz"):
        load(data, model)


def test_samples_are_shuffled_once_if_asked(load) -> None:
    save(x_train=np.arange(10)[:, None, None] * np.ones((10, 8, 8)))
    (plain, _), _ = load(NPZ)
    (x_train, y_train), _ = load(f"{NPZ}, shuffle: true")
    assert (plain[:, 0, 0, 0] == np.arange(10)).all()
    assert (x_train[:, 0, 0, 0] == y_train).all()
    assert (y_train != np.arange(10)).any()
    (again, _), _ = load(f"{NPZ}, shuffle: true")
    assert (again == x_train).all()


@pytest.mark.parametrize(
    ("limit", "rows"),
    [("4", [0, 1, 4, 6]), ("0.5", [0, 1, 2, 4, 6]), ("1.0", range(10)), ("1", [0])],
)
def test_a_limit_takes_the_first_of_each_class(limit: str, rows, load) -> None:
    """In proportion: of six zeros, two ones and two twos."""
    labels = np.array([0, 0, 0, 0, 1, 0, 2, 0, 2, 1])
    save(x_train=np.arange(10)[:, None, None] * np.ones((10, 8, 8)), y_train=labels)
    (x_train, y_train), (x_test, _) = load(f"{NPZ}, limit: {limit}")
    assert x_train[:, 0, 0, 0].tolist() == [*rows]
    assert y_train.tolist() == labels[[*rows]].tolist()
    assert len(x_test) == 10
