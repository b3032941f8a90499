"""The JSON Schema of the language accepts what the checks accept, and no more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from cnnspec.app.starter import starter
from cnnspec.catalogue.components import by_name
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.named import subclasses
from cnnspec.catalogue.registry import ALIASES, family_names, layer_names
from cnnspec.emit.schema.language import SECTIONS, json_schema
from cnnspec.emit.schema.objects import BY_CLASS, NAMED, SPELT
from cnnspec.ground.errors import Invalid
from cnnspec.ground.kinds import Argument
from cnnspec.ground.records import Record
from cnnspec.ground.source import Source
from cnnspec.language.document import InputTensor
from cnnspec.language.reader import read_program
from cnnspec.language.training import Train

SPECS = sorted((Path(__file__).parents[1] / "specs").rglob("*.yaml"))
# What an editor reads is JSON: tuples have become lists there.
SCHEMA = json.loads(json.dumps(json_schema()))
KEYS = SCHEMA["$defs"]["spec"]["properties"]
WHOLE = Draft7Validator(SCHEMA)


def part(name: str) -> Draft7Validator:
    """What the schema says of one of its definitions."""
    return Draft7Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def section(name: str) -> Draft7Validator:
    return Draft7Validator({**KEYS[name], "$defs": SCHEMA["$defs"]})


def data_of(text: str) -> Any:
    source = Source(text)
    assert not source.problems
    return source.data


def spec(layers: str = "[Flatten]", more: str = "") -> Any:
    return data_of(f"input: [28, 28, 1]\nlayers: {layers}\n{more}")


OWN = "custom: {Own: {import: my.layers, output: $x}}\n"
TOWER = "blocks: {눈: {model: true, params: {너비: 4}, layers: [{Dense: $너비}]}}\n"


@pytest.mark.parametrize(
    ("layers", "more", "fits"),
    [
        ("[Own, {Own: {n: 3}}]", OWN, True),
        ("[{repeat: {times: 2, layers: [Own]}}]", OWN, True),
        ("[{TimeDistributed: {layer: Own}}]", OWN, True),
        ("[Own]", "include: [own.yaml]", True),
        ("[Own]", "", False),
        ("[{repeat: {times: 2, layers: [{Own: 3}]}}]", "", False),
        ("[{if: {test: true, then: [Own]}}]", "", False),
        ("[{Conv2D: {filter: 3}}]", OWN, False),
        ("[{TimeDistributed: {layer: {눈: {너비: 3}}}}]", TOWER, True),
        ("[{눈: {name: 왼쪽}}, 눈]", TOWER, True),
        ("[{Dense: {units: 3, name: /mixed0}}]", "", True),
        ("[{Dense: {units: 3, name: mixed/0}}]", "", False),
    ],
)
def test_layers_and_names_of_the_spec_itself(
    layers: str, more: str, fits: bool
) -> None:
    assert WHOLE.is_valid(spec(layers, more)) == fits


def test_a_loss_or_metric_may_be_of_the_spec_itself() -> None:
    own = "{Mine: {import: my.losses, kind: loss}, peak: {import: my.losses}}"
    for loss in ("Mine", "{Mine: {alpha: 1}}", "{flat: Mine, other: mse}"):
        more = f"data: {{source: digits}}\ntrain: {{loss: {loss}, metrics: [peak]}}\n"
        assert not WHOLE.is_valid(spec(more=more)), loss
        assert WHOLE.is_valid(spec(more=f"{more}custom: {own}")), loss
        assert WHOLE.is_valid(spec(more=f"{more}include: [own.yaml]")), loss


STUDY = "study: What helps?\nbase: lab.yaml\n"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (STUDY, True),
        (f"{STUDY}seeds: 3\nvariants: {{base: {{}}, he: {{vars.init: he}}}}", True),
        (f"{STUDY}seeds: [3, 4]\nvariants: {{a: b.yaml, c: {{spec: b.yaml}}}}", True),
        (f"{STUDY}grid: {{train.epochs: [1, 2]}}\nexpect: {{a: {{}}}}", True),
        (f"{STUDY}sample: {{vars.w: {{int: [1, 2]}}}}\ntrials: 3", True),
        (f"{STUDY}sample: {{a: {{log: [1e-5, 1]}}}}\nhalving: {{epochs: 2}}", True),
        ("study: What helps?", False),
        (f"{STUDY}seed: 3", False),
        (f"{STUDY}seeds: 0", False),
        (f"{STUDY}seeds: [1, 1]", False),
        (f"{STUDY}variants: {{a: 3}}", False),
        (f"{STUDY}grid: {{train.epochs: 3}}", False),
        (f"{STUDY}expect: {{a: {{params: 3}}}}", False),
        (f"{STUDY}sample: {{vars.w: {{loguniform: [1, 2]}}}}", False),
        (f"{STUDY}halving: {{factor: 3}}", False),
        (f"{STUDY}layers: [Flatten]", False),
    ],
)
def test_studies_fit_as_they_are_checked(text: str, fits: bool) -> None:
    assert WHOLE.is_valid(data_of(text)) is fits


def test_study_of_a_spec_has_a_title_and_no_base() -> None:
    def with_study(said: str) -> Any:
        return spec(more=f"study: {said}")

    assert WHOLE.is_valid(with_study("{title: What helps?, seeds: 3}"))
    assert not WHOLE.is_valid(with_study("{seeds: 3}"))
    assert not WHOLE.is_valid(with_study("{title: x, base: lab.yaml}"))
    assert not WHOLE.is_valid(with_study("What helps?"))


def test_the_schema_is_one_and_leads_nowhere_else() -> None:
    Draft7Validator.check_schema(SCHEMA)
    missing = {ref for ref in references(SCHEMA) if ref not in SCHEMA["$defs"]}
    assert not missing


def references(json: Any) -> Iterator[str]:
    if isinstance(json, dict):
        if "$ref" in json:
            yield json["$ref"].removeprefix("#/$defs/")
        json = list(json.values())
    if isinstance(json, list):
        for item in json:
            yield from references(item)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_specs_fit(path: Path) -> None:
    assert not list(WHOLE.iter_errors(data_of(path.read_text(encoding="utf-8"))))


def test_the_starter_fits() -> None:
    assert not list(WHOLE.iter_errors(data_of(starter("first.yaml"))))


@pytest.mark.parametrize(
    "document",
    [
        spec("[{Conv2D: {filters: 4, kernel_size: 3}, name: a}]"),
        spec("[{Conv2d: {filters: 4, kernel_size: 3}}]"),
        spec("[{Conv2D: {filters: 4, kernal_size: 3}}]"),
        spec("[{Conv2D: {filters: 4}}]"),
        spec("[Conv2D]"),
        spec("[Flaten]"),
        spec("[Lambda]"),
        spec("[{Conv2D: {filters: '4', kernel_size: 3}}]"),
        spec("[{Conv2D: {filters: 0, kernel_size: 3}}]"),
        spec("[{Conv2D: {filters: 4, kernel_size: [3, 3, 3]}}]"),
        spec("[{Conv2D: {filters: 4, kernel_size: 3, padding: sane}}]"),
        spec("[{Conv2D: {filters: 4, kernel_size: 3, use_bias: 'no'}}]"),
        spec("[{Dense: {units: 4, activation: rellu}}]"),
        spec("[{Dense: {units: 4, activation: {ReLU: {max: 6}}}}]"),
        spec("[{Dense: {units: 4, activation: {Dense: 4}}}]"),
        spec("[{Dense: {units: 4, kernel_initializer: he_norml}}]"),
        spec("[{Dense: {units: 4, kernel_initializer: {HeNormall: {}}}}]"),
        spec("[{Dense: {units: 4, kernel_initializer: {HeNormal: {sead: 1}}}}]"),
        spec("[{Dense: {units: 4, kernel_initializer: {HeNormal: {seed: x}}}}]"),
        spec("[{Dense: {units: 4, kernel_initializer: {L2: 0.1}}}]"),
        spec("[{Dense: {units: 4, kernel_regularizer: {L2: {l3: 0.1}}}}]"),
        spec("[{Dense: {units: 4, kernel_regularizer: {L2: strong}}}]"),
        spec("[{Dense: {units: 4, kernel_regularizer: {class: L1L2, l3: 0.1}}}]"),
        spec("[{Dense: {units: 4, kernel_regularizer: {class: L5}}}]"),
        spec("[{Dense: {units: 4, kernel_regularizer: {L1: 0.1, L2: 0.1}}}]"),
        spec("[{Dense: {units: 4, kernel_constraint: {MaxNorm: {max: 2}}}}]"),
        spec("[{Dense: {units: 4, from: 3}}]"),
        spec("[{Dropout: half}]"),
        spec("[{Dropout: 1.5}]"),
        spec("[{TimeDistributed: {layer: {Dens: 4}}}]"),
        spec("[]"),
        spec("Flatten"),
        spec(more="expects: {total_params: 1}"),
        spec(more="expect: {totl_params: 1}"),
        spec(more="expect: {total_params: many}"),
        spec(more="expect: {output_shape: [0]}"),
        spec(more="expect: {layers: {dense: {parms: 1}}}"),
        spec(more="inputs: {image: [28, 28, 1]}"),
        spec(more="data: {source: mnst}"),
        spec(more="data: {source: mnist, scales: 255}"),
        spec(more="data: {source: mnist, labels: one-hot}"),
        spec(more="data: {scale: 255}"),
        spec(more="train: {loss: mse, optimiser: adam}"),
        spec(more="train: {optimizer: adam}"),
        spec(more="train: {loss: mse, optimizer: adm}"),
        spec(more="train: {loss: mse, optimizer: {Adm: {}}}"),
        spec(more="train: {loss: mse, optimizer: {Adam: {learning_rat: 0.1}}}"),
        spec(more="train: {loss: mse, optimizer: {Adam: {learning_rate: fast}}}"),
        spec(more="train: {loss: mse, optimizer: {class: Adam, lr: 0.1}}"),
        spec(
            more="train: {loss: mse, optimizer: "
            "{SGD: {learning_rate: {CosineDecay: {decay_steps: 9, alfa: 1}}}}}"
        ),
        spec(more="train: {loss: {Huber: {delt: 1}}}"),
        spec(more="train: {loss: mse, metrics: accuracy}"),
        spec(more="train: {loss: mse, metrics: [{AUC: {curve: rok}}]}"),
        spec(more="train: {loss: mse, callbacks: [EarlyStopper]}"),
        spec(more="train: {loss: mse, callbacks: [{EarlyStopping: {patients: 3}}]}"),
        spec(more="train: {loss: mse, validation_split: 20}"),
        spec(more="train: {loss: mse, epochs: 1.5}"),
        spec(more="ensemble: {members: 1}"),
        spec(more="ensemble: {members: 3, votes: soft}"),
        data_of("layers: [Flatten]"),
        data_of("input: [28, 28, 1]"),
        data_of("input: []\nlayers: [Flatten]"),
        data_of("input: [28.5, 28, 1]\nlayers: [Flatten]"),
        data_of("inputs: {image: {shap: [3]}}\nlayers: [Flatten]"),
        data_of("- input"),
    ],
    ids=str,
)
def test_what_is_wrong_fails_in_both(document: Any) -> None:
    assert not WHOLE.is_valid(document)
    assert read_problems(document)


@pytest.mark.parametrize(
    "document",
    [
        spec("[Flatten, BatchNormalization: , MaxPool2D: 2, {Dense: 4}]"),
        spec("[{Conv2D: {filters: 4, kernel_size: 3, from: [input], name: a}}]"),
        spec("[{Dense: {units: 4, activation: {LeakyReLU: 0.1}}}]"),
        spec("[{Dense: {units: 4, activation: , kernel_initializer: HeNormal}}]"),
        spec("[{Dense: {units: 4, kernel_initializer: {he_normal: {seed: 1}}}}]"),
        spec("[{Dense: {units: 4, kernel_initializer: {Zeros: }}}]"),
        spec("[{Dense: {units: 4, kernel_regularizer: {L2: 1e-4}}}]"),
        spec("[{Dense: {units: 4, kernel_regularizer: {class: L1L2, l1: 1e-5}}}]"),
        spec("[{Dense: {units: 4, kernel_constraint: {MaxNorm: 3}}}]"),
        spec("[{TimeDistributed: {layer: {Dense: 4}}}]"),
        spec("[{Bidirectional: {layer: {LSTM: 3}}}]"),
        spec(more="expect: {output_shape: 10, layers: {a: {output_shape: [null]}}}"),
        spec(more="train: {loss: mse, optimizer: {Adam: {learning_rate: 0.001}}}"),
        spec(more="train: {loss: mse, optimizer: {Adam: 0.001}}"),
        spec(more="train: {loss: mse, optimizer: {class: SGD, momentum: 0.9}}"),
        spec(
            more="train: {loss: {Huber: 2}, metrics: [acc, {AUC: }], optimizer: "
            "{SGD: {learning_rate: {CosineDecay: "
            "{initial_learning_rate: 0.1, decay_steps: 9}}}}}"
        ),
        spec(more="train: {loss: mse, callbacks: [EarlyStopping]}"),
        spec(more="train: {loss: mse, callbacks: [{EarlyStopping: {patience: 3}}]}"),
        spec(more="ensemble: {members: 3, voting: hard}"),
        data_of("input: 784\nlayers: [{Dense: 10}]"),
        data_of("inputs: {a: 3, b: {shape: [3], dtype: int32}}\nlayers: [Flatten]"),
    ],
    ids=str,
)
def test_what_is_right_fits_both(document: Any) -> None:
    assert WHOLE.is_valid(document), best_match(WHOLE.iter_errors(document))
    assert not read_problems(document)


def read_problems(document: Any) -> tuple[Any, ...]:
    """What the checks find wrong with a document, before any shape."""
    source = Source("x: y")
    source.data = document
    return read_program(source).problems


@pytest.mark.parametrize("name", [*layer_names(), *ALIASES])
def test_examples_fit(name: str) -> None:
    arguments = layer_class(ALIASES.get(name, name)).example
    entry = name if arguments is None else {name: arguments}
    part("layer").validate(entry)
    if isinstance(arguments, dict):
        assert not part("layer").is_valid({name: {**arguments, "colour": "red"}})


# ------------------------------------------------------------------ both at once

PROBES: list[Any] = [
    *(None, True, False, 0, 1, 2, 3, 8, -1, 0.25, 1.5, -0.5, 1e-3),
    *("", "same", "relu", "zeros", "L2", "float32", "int", "nonsense", "mse", "adam"),
    *([], [1], [0], [2, 2], [1, 2, 3], [None], [True], ["a"], [0.5, 0.5], [[1, 2]]),
    *({}, {"a": 1}, {"L2": 0.1}, {"L2": {"l3": 1}}, {"HeNormal": None}, {"Dense": 4}),
    *({"ReLU": 6}, {"LSTM": 4}, [{"Dense": 4}], {"class": "L2", "l2": 0.5}),
    *({"MaxNorm": [2]}, [[1, 1], [2, 2]], [["a"]], {"a": [1]}),
]
"""Values of every type, a few of them right for some arguments and wrong for most.

None is a whole number written as 1.0: an integer to JSON Schema, and not to the checks.
"""


def records() -> Iterator[tuple[str, type[Record]]]:
    for name in layer_names():
        yield name, layer_class(name)
    for base in NAMED:
        yield from ((f"{base.__name__}/{n}", c) for n, c in by_name(base).items())
    for base in (*SPELT, *BY_CLASS):
        yield from ((f"{base.__name__}/{n}", c) for n, c in subclasses(base).items())
    yield from SECTIONS.items()
    yield "input", InputTensor


RECORDS = dict(records())


@pytest.mark.parametrize("name", RECORDS)
def test_schema_and_checks_agree_on_every_argument(name: str) -> None:
    disagreed = [
        f"{argument.name}: {value!r} ({'schema' if fits else 'checks'} accept)"
        for argument in RECORDS[name].arguments().values()
        for value, fits, read in verdicts(argument)
        if fits != read
        and not (fits and is_beyond(name, value))
        and not (fits and argument.kind.holds_layers and may_be_own(value))
    ]
    assert not disagreed


def is_beyond(name: str, value: Any) -> bool:
    """Whether it takes more than a schema to find what is wrong with a value.

    Cells are layers of a kind, the numbers of a range stand in order, and which names
    are outputs of the model is known from the rest of a spec.
    """
    if name == "train":
        return isinstance(value, dict)
    if name in ("RNN", "StackedRNNCells"):
        return value in ([{"Dense": 4}], {"Dense": 4}, {"LSTM": 4}, {"ReLU": 6})
    return name in family_names("augmentation") and value in ([2, 2], [0.5, 0.5])


def may_be_own(value: Any) -> bool:
    """Whether it may be a layer or block of the spec, which is known from its rest."""
    if isinstance(value, list):
        return any(map(may_be_own, value))
    names = [value] if isinstance(value, str) else value
    return not {*names} & {*layer_names()}


BEYOND = {"exclusive-arguments", "needs-argument", "wrong-count", "wrong-order"}
"""Codes of arguments that don't go together."""


def verdicts(argument: Argument) -> Iterator[tuple[Any, bool, bool]]:
    """Each probe, whether the schema takes it, and whether the checks do."""
    schema = Draft7Validator({**plain(argument.kind.json), "$defs": SCHEMA["$defs"]})
    annotations = {"it": Annotated[Any, argument.kind]}
    probe = type("Probe", (Record,), {"__annotations__": annotations})
    for value in PROBES:
        try:
            probe.read({"it": value})
        except Invalid as error:
            # Arguments that don't go together are beyond a schema.
            read = all(problem.code in BEYOND for problem in error.problems)
        else:
            read = True
        yield value, schema.is_valid(value), read


def plain(value: Any) -> Any:
    """A value as it comes back from JSON."""
    return json.loads(json.dumps(value))


def test_sections_are_described_to_the_last_argument() -> None:
    """No value of a section is left open, where an editor could not help."""
    open_ones = [
        f"{name}.{argument.name}"
        for name, cls in RECORDS.items()
        for argument in cls.arguments().values()
        if is_open(argument.kind.json)
    ]
    assert not open_ones
    assert section("train").is_valid({"loss": "mse"})
    assert set(KEYS["train"]["properties"]) == set(Train.arguments())


def is_open(json: Any) -> bool:
    if json in ({}, {"type": "object"}, {"type": "array"}):
        return True
    inner = [*json.get("anyOf", ()), *filter(None, [json.get("items")])]
    return any(map(is_open, inner))
