"""Values that `--set` changes: where they go, what is refused, what is told."""

from pathlib import Path
from typing import Any

import pytest

import cnnspec
from cnnspec.ground.errors import OverrideError
from cnnspec.ground.source import Source
from cnnspec.judge.overrides import apply

SPEC = """\
input: [28, 28, 1]
vars: {width: 8, open: false}
defaults: {Conv2D: {kernel_size: 3, padding: same}}
blocks:
  conv:
    params: {filters: 8, size: 3}
    layers: [{Conv2D: {filters: $filters, kernel_size: $size}}, ReLU]
layers:
  - conv: 16
  - conv: {filters: $width, name: second}
  - repeat: {times: 2, layers: [{Conv2D: {filters: $width, padding: valid}}]}
  - if: {test: $open, then: [{Dense: 4}]}
  - Flatten
  - Dense: {units: 10, name: fc1}
  - Dense: {units: 12, name: fc.2}
  - Activation: relu
  - Dense: 10
train:
  epochs: 9
  optimizer: adam
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  callbacks: [TerminateOnNaN, {EarlyStopping: loss}]
data: {source: mnist}
expect: {total_params: 49000}
"""
SET: dict[str, tuple[tuple[str, ...], Any]] = {
    # an override, and the value that then stands at a path
    "vars.width=4": (("vars", "width"), 4),
    "train.epochs=2": (("train", "epochs"), 2),
    "layers.0.conv={filters: 4}": (("layers", 0, "conv"), {"filters": 4}),
    "train.optimizer={Adam: {learning_rate: 1e-3}}": (
        ("train", "optimizer"),
        {"Adam": {"learning_rate": 0.001}},
    ),
    # a name alone
    "train.optimizer.Adam.learning_rate=0.01": (
        ("train", "optimizer"),
        {"Adam": {"learning_rate": 0.01}},
    ),
    "train.optimizer.learning_rate=0.02": (
        ("train", "optimizer"),
        {"adam": {"learning_rate": 0.02}},
    ),
    "train.optimizer.SGD.learning_rate=0.03": (
        ("train", "optimizer"),
        {"SGD": {"learning_rate": 0.03}},
    ),
    "layers.4.name=flat": (("layers", 4), {"Flatten": {"name": "flat"}}),
    "layers.4.Flatten.name=flat": (("layers", 4), {"Flatten": {"name": "flat"}}),
    # a class left out
    "layers.0.size=5": (("layers", 0, "conv"), {"filters": 16, "size": 5}),
    "layers.2.times=3": (("layers", 2, "repeat", "times"), 3),
    "layers.5.activation=relu": (("layers", 5, "Dense", "activation"), "relu"),
    "train.loss.from_logits=true": (
        ("train", "loss"),
        {"SparseCategoricalCrossentropy": {"from_logits": True}},
    ),
    # a value alone
    "layers.8.Dense.activation=relu": (
        ("layers", 8, "Dense"),
        {"units": 10, "activation": "relu"},
    ),
    "layers.7.Activation.name=act": (
        ("layers", 7, "Activation"),
        {"activation": "relu", "name": "act"},
    ),
    "layers.0.conv.size=5": (("layers", 0, "conv"), {"filters": 16, "size": 5}),
    "train.callbacks.1.EarlyStopping.patience=3": (
        ("train", "callbacks", 1, "EarlyStopping"),
        {"monitor": "loss", "patience": 3},
    ),
    # a name
    "layers.fc1.units=20": (("layers", 5, "Dense", "units"), 20),
    "layers.fc.2.units=20": (("layers", 6, "Dense", "units"), 20),
    "layers.fc1={units: 3}": (("layers", 5, "Dense"), {"units": 3}),
    "layers.dense.units=10": (("layers", 8, "Dense", "units"), 10),
    "layers.dense.use_bias=false": (
        ("layers", 8, "Dense"),
        {"units": 10, "use_bias": False},
    ),
    "layers.flatten.name=flat": (("layers", 4), {"Flatten": {"name": "flat"}}),
    "layers.second.size=1": (("layers", 1, "conv", "size"), 1),
    # a section taken out
    "expect=null": (("expect",), None),
    "train=": (("train",), None),
}


@pytest.mark.parametrize("override", SET)
def test_an_override_goes_where_it_says(override: str) -> None:
    source = Source(SPEC)
    apply(source, [override])
    path, value = SET[override]
    assert source.value(path) == value
    key = override.partition("=")[0]
    if tuple(key.split(".")) == path and value is not None:
        told = source.diagnostic("error", "wrong-type", tuple(key.split(".")), "no")
        assert f"(given by --set {override})" in str(told)


@pytest.mark.parametrize("override", [o for o in SET if not o.startswith("train=")])
def test_a_spec_with_an_override_is_sound(override: str) -> None:
    checked = cnnspec.check(SPEC, [*{override, "expect=null"}])
    assert checked.ok, str(checked)


def test_a_section_set_to_null_is_as_if_it_were_not_there() -> None:
    for key in ("expect", "data", "train", "ensemble", "description", "name"):
        source = Source(SPEC)
        apply(source, [f"{key}=null"])
        assert key not in source.data
    assert cnnspec.check(SPEC, ["expect=null", "train=null", "data=null"]).ok
    keys = ["train.callbacks=null", "train.epochs=null", "data.seed=null"]
    source = Source(SPEC)
    apply(source, keys)
    assert "callbacks" not in source.data["train"]
    assert cnnspec.check(SPEC, ["expect=null", *keys]).ok
    assert cnnspec.check(SPEC, "expect=null").ok


def test_overrides_may_be_a_mapping_of_values() -> None:
    told = cnnspec.load(SPEC, ["expect=null", "layers.fc1.units=20", "vars.width=4"])
    given = {"expect": None, "layers.fc1.units": 20, "vars.width": 4}
    assert cnnspec.load(SPEC, given).to_dict() == told.to_dict()


REFUSED = {
    "epochs": "'epochs' is not of the form KEY=VALUE",
    "=3": "'=3' is not of the form KEY=VALUE",
    "a=[1": "'a=[1': brackets don't match; write [1]",
    "a=(3, 3)": "'a=(3, 3)': YAML has no tuples in round brackets; write",
    "extends=base.yaml": "'extends': only the file itself can extend one",
    "layers.9.Dense=3": "'layers.9.Dense': layers has 9 items, counted from 0",
    "layers[0].conv=3": (
        "'layers[0].conv': items of a list are counted behind a dot; set layers.0.conv"
    ),
    "layers.Dense.units=3": (
        "'layers.Dense.units': the model has no layer 'Dense'; what is Dense there is "
        "called 'fc1', 'fc.2' and 'dense'"
    ),
    "train.callbacks.2=SwapEMAWeights": (
        "'train.callbacks.2': train.callbacks has 2 items, counted from 0; to add one, "
        "set train.callbacks='[TerminateOnNaN, {EarlyStopping: loss}, SwapEMAWeights]'"
    ),
    "layers.-1.Dense=3": (
        "'layers.-1.Dense': layers is a list; say 0 to 8 instead of '-1'"
    ),
    "vars.width.x=3": "'vars.width.x': vars.width is 8 and no mapping",
    "vars.widht=3": (
        "'vars.widht': the spec has no variable 'widht'; did you mean 'width'?"
    ),
    "layers.fc9.units=3": (
        "'layers.fc9.units': the model has no layer 'fc9'; did you mean 'fc1'?"
    ),
    "layers.conv2d_1.filters=3": (
        "'layers.conv2d_1.filters': 'conv2d_1' is one of 2 that line 11 makes; to "
        "change them all, set layers.2.repeat.layers.0.Conv2D.filters"
    ),
    "layers.second_conv2d.filters=3": (
        "'layers.second_conv2d.filters': 'second_conv2d' is one of 2 that line 7 "
        "makes; to change them all, set blocks.conv.layers.0.Conv2D.filters"
    ),
}


@pytest.mark.parametrize("override", REFUSED)
def test_an_override_that_leads_nowhere_is_refused(override: str) -> None:
    with pytest.raises(OverrideError) as caught:
        apply(Source(SPEC), [override])
    assert str(caught.value).startswith(REFUSED[override])


@pytest.mark.parametrize(
    "override", [text for text in REFUSED.values() if "to change them all" in text]
)
def test_what_is_said_to_change_all_changes_all(override: str) -> None:
    key = override.partition("to change them all, set ")[2]
    changed = cnnspec.load(SPEC, {key: 3, "expect": None})
    assert sum(row.output_shape[-1] == 3 for row in changed.summary.rows) >= 2


@pytest.mark.parametrize(
    ("overrides", "undone"),
    [
        (["vars.width=2", "vars.width=3"], "'vars.width': --set vars.width=3"),
        (["layers.fc1.units=2", "layers.5=Flatten"], "'layers.fc1.units': --set"),
        (["vars.width=2", "vars=null"], "'vars.width': --set vars=null undoes it"),
    ],
)
def test_an_override_that_another_one_undoes_is_refused(
    overrides: list[str], undone: str
) -> None:
    with pytest.raises(OverrideError) as caught:
        apply(Source(SPEC), overrides)
    assert str(caught.value).startswith(undone)


NO_EFFECT = {
    # overrides, and what is told of them
    "blocks.conv.params.filters=32": "unused-override",
    "defaults.Conv2D.filters=32": "unused-default",
    "defaults.LSTM.units=32": "unused-default",
    "layers.3.if.then.0.Dense=5": "unused-override",
    "layers.3.if.then={}": None,
    "layers.3.if.then=[{Dense: 3}]": "unused-override",
    "blocks.conv.params.more=3": "unused-variable",
    "blocks.conv.params.size=5": None,
    "defaults.Conv2D.padding=valid": None,
    "defaults.Dense.use_bias=false": None,
}


@pytest.mark.parametrize("override", NO_EFFECT)
def test_an_override_to_no_avail_is_told(override: str) -> None:
    found = cnnspec.check(SPEC, ["expect=null", override]).diagnostics
    code = NO_EFFECT[override]
    told = [d.code for d in found if f"given by --set {override}" in d.message]
    if code is None:
        assert "unused" not in "".join(d.code for d in found)
    else:
        assert told == [code]


def test_a_variable_of_a_base_that_nothing_uses_is_told_where_it_is_set(
    tmp_path: Path,
) -> None:
    (tmp_path / "base.yaml").write_text(f"{SPEC}".replace("$width", "8"))
    child = tmp_path / "child.yaml"
    child.write_text("extends: base.yaml\n")
    assert not cnnspec.check(child).diagnostics
    [found] = cnnspec.check(child, ["vars.width=9"]).diagnostics
    assert found.code == "unused-variable"


def test_a_long_override_is_told_in_one_short_line() -> None:
    source = Source(SPEC)
    apply(source, ["name='a\n" + "b" * 200 + "'"])
    [line] = str(source.diagnostic("error", "wrong-type", ("name",), "no")).splitlines()
    assert len(line) < 140


@pytest.mark.parametrize("entry", ["ops.mean: {axis: 1}", "ops.mean: 1", "ops.mean"])
def test_an_operation_has_dots_in_its_name(entry: str) -> None:
    text = f"input: [4, 6]\nlayers:\n  - Dense: 3\n  - {entry}\n"
    model = cnnspec.loads(text, overrides=["layers.1.ops.mean.axis=2"])
    assert model.summary.rows[-1].output_shape == (None, 4)
