"""Small files of samples, as the sources csv and image_directory read them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np


def write_csv(path: Path, labels: Sequence[object], pixels: int = 64) -> None:
    """A header, and for each label a row whose pixels are all its place, 0 to 255."""
    header = ",".join(["label", *(f"pixel{i}" for i in range(pixels))])
    rows = [
        ",".join(map(str, [label, *([place % 256] * pixels)]))
        for place, label in enumerate(labels)
    ]
    path.write_text("\n".join([header, *rows]), encoding="utf-8")


def write_people(path: Path, rows: int = 40) -> None:
    """A table of features and more, with a class and a number to learn."""
    lines = ["age,name,color,size,buys,price"]
    for k in range(rows):
        color, buys = ("red", "green", "NA")[k % 3], ("no", "yes")[k * k % 5 > 1]
        lines.append(f"{20 + k},n{k},{color},{k % 2 + 1},{buys},{k * 1.5}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def write_pairs(folder: Path, count: int = 8) -> None:
    """Grey images of 8x8 pixels in `photos`, and in `masks` a class of each pixel."""
    from PIL import Image

    for name in ("photos", "masks"):
        (folder / name).mkdir(parents=True)
    for number in range(count):
        pixels = np.arange(64).reshape(8, 8) * (number + 1) % 256
        Image.fromarray(pixels.astype("uint8")).save(
            folder / "photos" / f"{number}.png"
        )
        mask = (pixels > 99).astype("uint8")
        Image.fromarray(mask).save(folder / "masks" / f"{number}.png")


def write_list(path: Path, names: Sequence[str], each: int = 2) -> None:
    """A table that names images of `write_images` beside it, with their classes."""
    rows = [
        f"{name}/{number}.png,{name},{place + number / 2},{place * number}"
        for place, name in enumerate(names)
        for number in range(each)
    ]
    path.write_text("\n".join(["file,kind,age,size", *rows]) + "\n", encoding="utf-8")


def write_images(folder: Path, names: Sequence[str], each: int = 2) -> None:
    """A folder for each class, with images of 10x12 pixels in three colours."""
    from PIL import Image

    for place, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            pixels = np.full((10, 12, 3), 20 * place + number, "uint8")
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
