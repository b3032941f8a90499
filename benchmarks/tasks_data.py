"""The data of `tasks.py`: made of MNIST, or what comes with scikit-learn."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from sklearn import datasets

PARTS = {"train": 4_000, "test": 1_000}


def make(mnist: Path, folder: Path) -> None:
    """Writes the files of all tasks into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with np.load(mnist, allow_pickle=False) as file:
        parts = {
            part: (file[f"x_{part}"][:count], file[f"y_{part}"][:count])
            for part, count in PARTS.items()
        }
    for name, made in (
        ("masks", masks),
        ("pairs", pairs),
        ("placed", placed),
        ("tilted", tilted),
        ("noisy", noisy),
        ("written", written),
    ):
        arrays: dict[str, np.ndarray] = {}
        random = np.random.default_rng(0)
        for part, (images, labels) in parts.items():
            found = made(images, labels, random)
            arrays |= {f"{key}_{part}": array for key, array in found.items()}
        np.savez_compressed(folder / f"{name}.npz", **arrays)
    tables(folder)
    images_of_folder(*parts["train"], folder / "images")


def masks(images, labels, random):
    """The digit of each pixel, counted from 1; 0 where there is none."""
    mask = np.where(images > 127, labels[:, None, None] + 1, 0)
    return {"image": images[..., None], "mask": mask.astype("uint8")}


def pairs(images, labels, random):
    """Two digits side by side, and which of the ten are there."""
    other = random.permutation(len(images))
    tags = np.eye(10, dtype="uint8")[labels] | np.eye(10, dtype="uint8")[labels[other]]
    pair = np.concatenate([images, images[other]], axis=2)
    return {"image": pair[..., None], "tags": tags}


def written(images, labels, random):
    """Four digits in a line, column by column, and which digit each column is of.

    Columns without ink, between them too, are of none: 10.
    """
    line = random.integers(0, len(images), (len(images), 4))
    columns = np.concatenate([images[one] for one in line.T], axis=2).transpose(0, 2, 1)
    digit = labels[line].repeat(28, axis=1)
    inked = columns.max(axis=2) > 127
    return {"columns": columns, "digit": np.where(inked, digit, 10).astype("uint8")}


def placed(images, labels, random):
    """A digit anywhere in a larger image, and where: its centre, from 0 to 1."""
    canvas = np.zeros((len(images), 48, 48, 1), "uint8")
    corner = random.integers(0, 21, (len(images), 2))
    for image, digit, (row, column) in zip(canvas, images, corner, strict=True):
        image[row : row + 28, column : column + 28, 0] = digit
    return {"image": canvas, "place": ((corner + 14) / 48).astype("float32")}


def tilted(images, labels, random):
    """A turned digit: which, and by how many degrees."""
    angles = random.uniform(-45, 45, len(images)).round(1)
    turned = [
        np.asarray(Image.fromarray(image).rotate(angle, Image.Resampling.BILINEAR))
        for image, angle in zip(images, angles, strict=True)
    ]
    image = np.stack(turned)[..., None]
    return {"image": image, "label": labels, "angle": angles.astype("float32")}


def noisy(images, labels, random):
    """A digit with noise, and without."""
    noise = random.normal(0, 64, images.shape)
    seen = (images + noise).clip(0, 255).astype("uint8")
    return {"seen": seen[..., None], "clean": images[..., None]}


def tables(folder: Path) -> None:
    """scikit-learn's diabetes, breast cancer and wine, with a header."""
    for name, data in (
        ("diabetes", datasets.load_diabetes(as_frame=True, scaled=False)),
        ("cancer", datasets.load_breast_cancer(as_frame=True)),
        ("wine", datasets.load_wine(as_frame=True)),
    ):
        table: pd.DataFrame = data.frame
        table.columns = table.columns.str.replace(r"\W+", "_", regex=True)
        if name == "diabetes":
            table["sex"] = table["sex"].map({1: "first", 2: "second"})
        table.to_csv(folder / f"{name}.csv", index=False)


def images_of_folder(images, labels, folder: Path) -> None:
    """A file for each image, in a folder for each digit."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        file = folder / str(label) / f"{number:05}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(file)
