"""The tutorials' code, as Keras 2 had it, comes back as the specs of the project.

`tutorials/` has it written anew. What is compared is all that a training depends on:
layers with their arguments and connections, and the sections `data:`, `train:` and
`ensemble:`. So what a spec reaches on real data, the imported one does from one seed.
"""

from pathlib import Path
from typing import Any

import pytest

import cnnspec
from cnnspec.catalogue.optimizers import Adam
from cnnspec.read.code.program import from_code
from cnnspec.read.writing.spec import written

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "tutorials"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))


def model_of(name: str) -> Any:
    return cnnspec.load(ROOT / "specs" / f"{name}.yaml")


def layers(model: Any) -> list[Any]:
    """What is in a model: each layer, and the places of those it reads."""
    graph = model.summary.graph
    places = {tensor.name: -1 - at for at, tensor in enumerate(graph.inputs)}
    places |= {node.name: at for at, node in enumerate(graph.nodes)}
    return [
        (type(node.layer), arguments(node.layer), [places[n] for n in node.inputs])
        for node in graph.nodes
    ]


def arguments(record: Any) -> dict[str, Any]:
    """What it is given, and what it has else."""
    whole = {
        name: getattr(record, a.attribute) for name, a in record.arguments().items()
    }
    if "strides" in whole and "pool_size" in whole:
        whole["strides"] = whole["strides"] or whole["pool_size"]
    return whole


def given(section: Any) -> Any:
    """A section as it is read, without what no code says."""
    if section is None:
        return None
    unsaid = {"seed", "classes"}
    found = {key: one for key, one in vars(section).items() if key not in unsaid}
    if "batch_size" in found:
        found["batch_size"] = found["batch_size"] or 32  # what fit takes
    if isinstance(found.get("optimizer"), Adam):  # with the learning rate it has
        assert found["optimizer"].given == {"learning_rate": 0.001}
        found["optimizer"] = "adam"
    return found


def test_every_tutorial_has_its_code() -> None:
    assert [
        *("cifar10", "deep_cnn", "digits_cnn", "mlp_ensemble", "nin"),
        "sign_language",
    ] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_tutorial_comes_back(name: str) -> None:
    found = from_code((FOLDER / f"{name}.py").read_text("utf-8"))
    assert [one for one in found.unknowns if one.counts] == []
    text = written(found)
    checked = cnnspec.check(text)
    assert not checked.diagnostics, str(checked)
    ours, theirs = model_of(name), checked.model()
    assert layers(theirs) == layers(ours)
    for section in ("data", "train", "ensemble"):
        pair = [given(getattr(one.program, section)) for one in (theirs, ours)]
        assert pair[0] == pair[1], section
