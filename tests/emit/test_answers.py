"""`predict.py` beside a trained model: answers for files, as the training read them."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.keras_script.kept import answering
from cnnspec.emit.keras_script.script import render_script
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.test_script import load_script, ruff
from tests.samples import write_csv, write_images

HEAD = "name: kept\ninput: {shape}\nlayers:\n  - Flatten\n"
TEN = "  - Dense: {units: 10, activation: softmax}\n"
SPARSE = "train: {loss: sparse_categorical_crossentropy, seed: 1}\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    save_no_pictures(monkeypatch)


class Kept:
    """A trained model in another folder than that where it was trained."""

    def __init__(self, text: str, lang: str = "en", *, train: bool = True) -> None:
        model = api.loads(text, "kept.yaml")
        if train:
            code = render_script(*model[:2], style="full")
            self.script = load_script(code, Path("kept.py"))
            self.script.main()
            shutil.copytree("results/kept", "elsewhere")
        else:
            Path("elsewhere").mkdir()
            keras.utils.set_random_seed(0)
            self.model = build_model(model.summary.graph)
            self.model.save("elsewhere/model.keras")
        path = Path("elsewhere/predict.py")
        self.answers = load_script(answering(model, lang, "tensorflow"), path)
        ruff("check", "--isolated", "--extend-select", "E501", path)
        ruff("format", "--isolated", "--check", path)

    def __call__(self, capsys, *files: str, wrong: bool = False) -> list[str]:
        """The lines that are printed, those of wrong files behind."""
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            self.answers.main([*files])
        assert end.value.code == int(wrong)
        printed = capsys.readouterr()
        return [*printed.out.splitlines(), *printed.err.splitlines()]

    def scores(self) -> Any:
        """What the model gives for the samples held out, as the training has them."""
        model = keras.models.load_model("elsewhere/model.keras", compile=False)
        return model.predict(self.script.load_data()[1][0], verbose=0)


def test_images_of_a_folder(capsys) -> None:
    for part in ("train", "valid"):
        write_images(Path(part), ["cat", "dog"])
    text = HEAD.format(shape=[4, 5, 3]) + "  - Dense: {units: 1, activation: sigmoid}\n"
    text += "data: {source: image_directory, train: train, validation: valid, "
    text += "scale: 255, image_shape: [4, 5, 3]}\ntrain: {loss: binary_crossentropy}\n"
    kept = Kept(text)
    files = ["valid/cat/0.png", "valid/cat/1.png", "valid/dog/0.png", "valid/dog/1.png"]
    images = [keras.utils.load_img(file, target_size=(4, 5)) for file in files]
    samples = np.array([keras.utils.img_to_array(image) for image in images]) / 255
    model = keras.models.load_model("elsewhere/model.keras", compile=False)
    scores = model.predict(samples, verbose=0).reshape(-1)
    names = ["cat" if score <= 0.5 else "dog" for score in scores]
    assert kept(capsys, *files) == [
        f"{file}: {name} ({max(score, 1 - score):.0%})"
        for file, name, score in zip(files, names, scores, strict=True)
    ]


def test_rows_of_a_table_whose_labels_are_letters(capsys) -> None:
    write_csv(Path("a.csv"), "ABCDEFGHIK")
    write_csv(Path("b.csv"), "KA")
    text = HEAD.format(shape=[8, 8, 1]) + TEN + SPARSE
    text += "data: {source: csv, train: a.csv, validation: b.csv, scale: 255, "
    text += "image_shape: [8, 8, 1], labels: contiguous}\n"
    kept = Kept(text)
    assert json.loads(Path("elsewhere/classes.json").read_text()) == [*"ABCDEFGHIK"]
    told = [f"{'ABCDEFGHIK'[s.argmax()]} ({s.max():.0%})" for s in kept.scores()]
    assert kept(capsys, "b.csv") == [f"b.csv, row {k + 1}: {told[k]}" for k in (0, 1)]
    # What is asked about has no label, and may be an image.
    table = [line.partition(",")[2] for line in Path("b.csv").read_text().split("\n")]
    Path("c.csv").write_text("\n".join(table[:2]))
    keras.utils.save_img("one.png", np.full((8, 8, 1), 1), scale=False)
    assert kept(capsys, "c.csv", "one.png") == [
        f"c.csv: {told[0]}",
        f"one.png: {told[1]}",
    ]


@pytest.mark.parametrize("voting", [None, "soft", "hard"])
def test_digits_as_images(voting, capsys) -> None:
    text = HEAD.format(shape=[8, 8, 1]) + TEN + SPARSE
    text += "data: {source: digits, scale: 16}\n"
    if voting:
        text += f"ensemble: {{members: 2, voting: {voting}}}\n"
    kept = Kept(text, "ko")
    (_, _), (x, _) = kept.script.load_data()
    keras.utils.save_img("digit.png", np.round(x[0] * 255), scale=False)
    files = ["model"] if not voting else ["member_1/model", "member_2/model"]
    scores = [
        keras.models.load_model(f"elsewhere/{file}.keras").predict(x[:1], verbose=0)[0]
        for file in files
    ]
    if voting == "hard":
        scores = [np.eye(10)[one.argmax()] for one in scores]
    mean = np.mean(scores, axis=0)
    [told] = kept(capsys, "digit.png")
    found = re.fullmatch(r"digit\.png: (\d) \((\d+)%\)", told)
    assert found is not None
    assert int(found[1]) == mean.argmax()
    assert int(found[2]) == pytest.approx(100 * mean.max(), abs=1)


def test_masks_of_images_in_folders(capsys) -> None:
    text = "name: kept\ninput: [8, 8, 1]\nlayers:\n  - Conv2D: {filters: 2, "
    text += "kernel_size: 1, activation: softmax}\n" + SPARSE
    text += "data: {source: image_directory, train: {input: a, target: b}, "
    text += "test_size: 0.5, scale: 255, image_shape: [8, 8, 1]}\n"
    kept = Kept(text, train=False)
    pixels = np.arange(64).reshape(8, 8, 1) * 4
    keras.utils.save_img("one.png", pixels, scale=False)
    [told] = kept(capsys, "one.png")
    classes = kept.model.predict(pixels[None] / 255.0, verbose=0)[0].argmax(axis=-1)
    shares = [f"{k} ({np.mean(classes == k):.0%})" for k in np.unique(classes)]
    assert told == f"one.png: {', '.join(shares)} -> one_conv2d.png"
    mask = keras.utils.load_img("one_conv2d.png", color_mode="grayscale")
    assert (keras.utils.img_to_array(mask)[..., 0] == 255 * classes).all()


def test_a_wrong_file_gets_a_line_and_the_others_an_answer(capsys) -> None:
    text = HEAD.format(shape=[8, 8, 1]) + TEN + SPARSE
    text += "data: {source: csv, train: a.csv, validation: a.csv, scale: 255}\n"
    kept = Kept(text, train=False)
    write_csv(Path("good.csv"), [1])
    write_csv(Path("narrow.csv"), [1, 2], pixels=32)
    Path("text.csv").write_text("a,b\n1,dark\n")
    Path("empty.csv").write_text("")
    Path("none.csv").write_text(Path("good.csv").read_text().split("\n")[0])
    Path("no.png").write_text("no image")
    np.save("objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    Path("no.npy").write_text("no array")
    np.save("number.npy", np.float32(3))
    np.save("gap.npy", np.where(np.arange(64) == 5, np.nan, 1.0)[None])
    Path("gap.csv").write_text(Path("good.csv").read_text().rpartition(",")[0] + ",")
    files = [
        "gone.csv",
        "narrow.csv",
        "text.csv",
        "empty.csv",
        "none.csv",
        "no.png",
        "objects.npy",
        "no.npy",
        "number.npy",
        "gap.npy",
        "gap.csv",
        "a.txt",
    ]
    lines = kept(capsys, *files, "good.csv", wrong=True)
    assert lines[0].startswith("good.csv: ")
    for line, (file, said) in zip(
        lines[1:],
        {
            "gone.csv": "No such file",
            "narrow.csv": "a sample has 32 numbers, and the model takes 64",
            "text.csv": "could not convert string to float: 'dark'",
            "empty.csv": "No columns to parse",
            "none.csv": "a sample has 0 numbers",
            "no.png": "cannot identify image file",
            "objects.npy": "Object arrays cannot be loaded when allow_pickle=False",
            "no.npy": "",
            "number.npy": "",
            "gap.npy": "a sample holds what is no number (nan) or infinite",
            "gap.csv": "a sample holds what is no number",
            "a.txt": "it reads .bmp, .gif, .jpeg, .jpg, .png, .csv, .npy",
        }.items(),
        strict=True,
    ):
        assert line.startswith(f"{file}: ")
        assert said in line


def test_a_table_of_features(capsys) -> None:
    rows = [f"{20 + k},{['red', 'blue'][k % 2]},{k % 2}" for k in range(12)]
    Path("a.csv").write_text("\n".join(["age,color,kind", *rows]))
    text = "name: kept\ninput: [3]\nlayers:\n" + TEN.replace("10", "2") + SPARSE
    text += "data: {source: csv, train: a.csv, test_size: 0.25, label_column: kind, "
    text += "columns: {age: numeric, color: [red, blue]}, scale: 100}\n"
    kept = Kept(text, train=False)
    Path("b.csv").write_text("color,age\nblue,30\nred,40\n")
    samples = np.array([[30, 0, 1], [40, 1, 0]], "float32") / 100
    scores = kept.model.predict(samples, verbose=0)
    told = [f"{one.argmax()} ({one.max():.0%})" for one in scores]
    assert kept(capsys, "b.csv") == [f"b.csv, row {k + 1}: {told[k]}" for k in (0, 1)]
    for written, said in (
        ("color,age\nred,1\npink,3\n", "row 2 has 'pink' in the column 'color', which"),
        ("age\n3\n", "there is no column 'color'"),
        ("color,age\nred,old\n", "Unable to parse string"),
    ):
        Path("c.csv").write_text(written)
        [line] = kept(capsys, "c.csv", wrong=True)
        assert line.startswith("c.csv: ")
        assert said in line


def test_several_inputs_and_outputs_are_told_by_name(capsys) -> None:
    text = """
        name: kept
        inputs: {사진: [4, 4, 1], table: [3]}
        layers:
          - Flatten: {from: 사진}
          - Concatenate: {from: [prev, table]}
          - Dense: {units: 3, activation: softmax, name: digit}
          - Dense: {units: 1, name: tilt, from: concatenate}
        outputs: [digit, tilt]
        data:
          source: npz
          path: few.npz
          inputs: {사진: image, table: row}
          targets: {digit: label, tilt: angle}
          scale: {사진: 255}
        train: {loss: {digit: sparse_categorical_crossentropy, tilt: mse}}
        """
    kept = Kept(text, train=False)
    photo, row = np.full((2, 4, 4, 1), 200.0), np.ones((2, 3))
    np.savez("new.npz", image=photo, row=row)
    digit, tilt = kept.model.predict([photo / 255, row], verbose=0)
    assert kept(capsys, "new.npz") == [
        f"new.npz, row {k + 1}: digit: {digit[k].argmax()} ({digit[k].max():.0%}), "
        f"tilt: {tilt[k].item():.4f}"
        for k in (0, 1)
    ]
    np.savez("new.npz", image=photo)
    [said] = kept(capsys, "new.npz", wrong=True)
    assert "row is not a file in the archive" in said


NPZ = "data: {source: npz, path: few.npz"
FORMS = {
    "labels": (
        "  - Dense: {units: 3, activation: sigmoid}\n" + NPZ + ", labels: multi_hot}\n"
        "train: {loss: binary_crossentropy}\n",
        lambda s: ", ".join(f"{k} ({s[k]:.0%})" for k in range(3) if s[k] > 0.5) or "-",
    ),
    "number": (
        "  - Dense: 1\n" + NPZ + "}\ntrain: {loss: mse}\n",
        lambda s: f"{s.item():.4f}",
    ),
    "numbers": (
        "  - Dense: 3\n" + NPZ + "}\ntrain: {loss: mse}\n",
        lambda s: ", ".join(f"{x:.4f}" for x in s),
    ),
    "logits": (
        "  - Dense: 3\n" + NPZ + "}\n"
        "train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}}\n",
        lambda s: f"{s.argmax()} (score {s.max():.2f})",
    ),
    "pixel classes": (
        "  - Reshape: [4, 4, 1]\n  - Conv2D: {filters: 3, kernel_size: 1, activation: "
        "softmax}\n" + NPZ + "}\ntrain: {loss: sparse_categorical_crossentropy}\n",
        "_conv2d.png",
    ),
    "picture": (
        "  - Reshape: [4, 4, 1]\n  - Conv2D: {filters: 1, kernel_size: 1}\n"
        + NPZ
        + ", targets: input}\ntrain: {loss: mse}\n",
        "_conv2d.png",
    ),
    "sequence": (
        "  - Reshape: [4, 4]\n  - Dense: {units: 5, activation: softmax}\n"
        + NPZ
        + "}\ntrain: {loss: sparse_categorical_crossentropy}\n",
        lambda s: " ".join(map(str, s.argmax(axis=-1))),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_answer(form: str, capsys) -> None:
    text, wanted = FORMS[form]
    kept = Kept(HEAD.format(shape=[4, 4, 1]) + text, train=False)
    samples = np.random.default_rng(1).normal(size=(1, 4, 4, 1)).astype("float32")
    np.save("one.npy", samples)
    [told] = kept(capsys, "one.npy")
    scores = kept.model.predict(samples, verbose=0)[0]
    if callable(wanted):
        assert told == f"one.npy: {wanted(scores)}"
    else:
        assert told.endswith(f"one{wanted}")
        assert keras.utils.load_img(f"one{wanted}").size == (4, 4)
        Path("other").mkdir()
        np.save("other/one.npy", np.concatenate([samples, -samples]))
        lines = kept(capsys, "one.npy", "other/one.npy")
        written = [f"one_1{wanted}", f"one_2_1{wanted}", f"one_2_2{wanted}"]
        assert [line.split()[-1] for line in lines] == written
        assert all(Path(file).is_file() for file in written)


def test_layers_of_its_own_come_along(capsys) -> None:
    text = HEAD.format(shape=[8, 8, 1]) + "  - LayerScale: {init_values: 0.1, "
    text += "projection_dim: 64}\n" + TEN + SPARSE + "data: {source: digits}\n"
    kept = Kept(text)
    np.save("one.npy", np.ones((1, 64)))
    assert kept(capsys, "one.npy")[0].startswith("one.npy: ")
    assert "class LayerScale" in Path("elsewhere/predict.py").read_text("utf-8")


def test_it_is_written_with_the_training_and_an_edited_one_stays(monkeypatch) -> None:
    from cnnspec.app import running

    Path("kept.yaml").write_text(
        HEAD.format(shape=[8, 8, 1]) + TEN + SPARSE + "data: {source: digits}\n"
    )
    model = api.load("kept.yaml")
    running.training_script(model, lang="ko")
    path = Path("results/kept/predict.py")
    assert path.read_text("utf-8") == answering(model, "ko", "tensorflow")
    path.write_text("mine\n")
    running.training_script(model)
    assert path.read_text("utf-8") == "mine\n"
    running.training_script(model, force=True)
    assert path.read_text("utf-8") == answering(model, "en", "tensorflow")
    os.rename("kept.yaml", "predict.yaml")
    with pytest.raises(api.SpecError, match="rename the spec, as in my_predict.yaml"):
        running.training_script(api.load("predict.yaml"))
