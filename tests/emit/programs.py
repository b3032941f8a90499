"""Draws specs that use every feature of the language, sound ones mostly."""

import json
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from cnnspec.language.naming import keras_name

BLANK = "\0blank"
_VARS = {
    "width": "int", "i": "int", "share": "float", "deep": "bool", "how": "str",
    "steps": "ints", "start": "layer", "none": "null", "unit": "int", "x": "int",
}  # fmt: skip
"""The names of variables, some of them those of blocks and tensors, and their kinds."""
_BLOCKS = (
    "unit", "conv-block", "lambda", "x", "build_model", "main", "stem", "width", "rate",
    "블록", "_own",
)  # fmt: skip
_NAMES = (
    "a", "b", "skip", "x", "main", "keras", "if", "1_conv", "wide'", 'q"t', "{b}",
    "width", "i", "unit", "name", "가", "나 나", "ga", "_a", "-b", "a_", "a+",
)  # fmt: skip
_IMAGE, _PHOTO, _ROW = [8, 8, 3], [32, 32, 3], [6, 4]
"""Sizes of inputs; a model of Keras takes no image below the second's."""
_APPLICATIONS = {
    "MobileNet": ({"alpha": 0.25}, ["conv_pw_1_relu", "conv_dw_3"]),
    "MobileNetV2": ({"alpha": 0.35}, ["block_1_expand_relu", "block_3_expand"]),
    "MobileNetV3Small": ({}, ["expanded_conv_project", "re_lu"]),
}
"""Models of keras.applications, with what keeps them small, and layers in them."""
_BY_NAME = {
    "MultiHeadAttention": (
        ["query", "value", "key"],
        ["use_causal_mask", "training", "return_attention_scores"],
    ),
    "Gate": (["image", "text"], []),
    "Dropout": (["inputs"], ["training"]),
    "BatchNormalization": (["inputs"], ["training"]),
    "LSTM": (["sequences", "initial_state"], ["training"]),
    "Attention": (["inputs"], ["use_causal_mask", "training"]),
    "ops.average": (["x", "weights"], []),
    "StochasticDepth": (["x"], ["training"]),
}
"""Arguments of the calls of layers: of tensors in their order, and others."""
_SEVERAL = ("MultiHeadAttention", "LSTM", "GRU", "ops.split", "ops.top_k", "Gate")
"""What may give several tensors."""
_PIPED = ("Flatten", {"Rescaling": 2.0}, {"Dense": 3}, "Identity", "ReLU")
"""Layers of a pipeline."""
_CUSTOM = {
    "Own": {
        "import": "own_package.layers:Other",
        "arguments": {"filters": BLANK, "times": "${filters + 1}", "how": "same"},
        "output": "${x[:-1] + [filters]}",
        "weights": {"kernel": ["${x[-1]}", "${times}"]},
    },
    "Gate": {
        "import": "own_package.layers",
        "arguments": ["units"],
        "inputs": ["image", "text"],
        "outputs": ["$image", ["${units}"]],
        "non_trainable": {"seen": []},
    },
}
"""Layers of a spec's own."""
_PARAMS = ("filters", "rate", "flag", "sizes", "x", "layers", "range", "max_", "l")
_HIDING = (*_VARS, "stem", "skip", "a")
"""Names for parameters and repeats that something else has too."""


def draw_spec(random: Random) -> str:
    """A spec's text."""
    return written(drawn(random))


def drawn(random: Random) -> dict[str, Any]:
    """A spec as data; what a call must give, `params` has as BLANK."""
    return _Drawer(random).spec()


def written(spec: dict[str, Any]) -> str:
    """A spec's text."""
    # JSON is YAML; a parameter without a default has nothing after its colon.
    return json.dumps(spec, ensure_ascii=False).replace(json.dumps(BLANK), " ")


class _Place:
    """What may be used where steps are drawn."""

    def __init__(self, kinds: dict[str, str], known: list[str], block: int) -> None:
        self.kinds, self.known, self.block = kinds, known, block
        self.local: set[str] = set()
        self.loops: list[str] = []
        self.taken: list[str] = []
        self.layers: list[str] = []


class _Drawer:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.vars: dict[str, Any] = {}
        self.kinds: dict[str, str] = {}
        self.blocks: dict[str, Any] = {}
        self.budget = random.choice([4, 8, 15, 30])
        self.sizes = random.choice([*[_IMAGE] * 4, _PHOTO, _ROW])
        self.loops = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def spec(self) -> dict[str, Any]:
        random = self.random
        self._vars()
        names = self.random.sample(_BLOCKS, self.random.randint(0, 3))
        for name in names:
            self.blocks[name] = self._block()
        spec: dict[str, Any] = {"name": random.choice(["model", "모델", "_m"])}
        known = []
        if self.chance(0.2):
            known = [random.choice(["image", "사진"]), "x"][: self.random.randint(1, 2)]
            batch = random.choice([None, None, 2])
            spec["inputs"] = {name: self._input(batch) for name in known}
        else:
            spec["input"] = self._input(random.choice([None, None, 2]))
        place = _Place(dict(self.kinds), [*known, "input"], len(self.blocks))
        if self.chance(0.3):
            spec["defaults"] = {"Conv2D": {"padding": "same"}}
        spec["custom"] = _CUSTOM
        spec["layers"] = self._steps(place, 0, least=1)
        outputs = [n for n in place.known if n not in (*known, "input")]
        if outputs and self.chance(0.3):
            count = min(len(outputs), self.random.randint(1, 2))
            spec["outputs"] = self.random.sample(outputs, count)
        blocks = {
            name: {key: item for key, item in block.items() if key[0] != "_"}
            for name, block in self.blocks.items()
        }
        return {**spec, "vars": self.vars, "blocks": blocks}

    def _input(self, batch: int | None) -> Any:
        """The sizes of an input, and perhaps more to say of it."""
        if batch is None and self.chance(0.7):
            return self.sizes
        found: dict[str, Any] = {"shape": self.sizes}
        if batch is not None:
            found["batch_size"] = batch
        if self.chance(0.4):
            found["optional"] = True
        if self.chance(0.3):
            found["dtype"] = self.random.choice(["float16", "float32", "int32"])
        return found

    def _vars(self) -> None:
        for name, kind in _VARS.items():
            if self.chance(0.5):
                self.vars[name] = self._value(kind, dict(self.kinds), 0.4)
                self.kinds[name] = kind

    def _value(self, kind: str, kinds: dict[str, str], formula: float = 0.6) -> Any:
        """A value of some kind, or a formula that comes to one."""
        random = self.random
        fitting = [name for name, found in kinds.items() if found == kind]
        if fitting and random.random() < formula:
            name = random.choice(fitting)
            if kind == "int" and self.chance(0.4):
                return random.choice([
                    f"${{{name} + 1}}", f"${{2 * {name}}}", f"${{max({name}, 3)}}",
                    f"${{ceil({name} / 2) + 1}}", f"${{{name} if {name} > 2 else 4}}",
                ])  # fmt: skip
            if kind == "bool" and self.chance(0.4):
                return f"${{not {name}}}"
            if kind == "ints" and self.chance(0.5):
                return random.choice([
                    f"${{[n + 1 for n in {name}]}}", f"${{sorted({name})[:2]}}",
                    f"${{[a + b for a, b in zip({name}, range(1, 3)) if a < 4]}}",
                    f"${{[{name}[n] for n in range(len({name}))]}}",
                    f"${{[min(p) for p in zip({name}[::-1], {name})]}}",
                ])  # fmt: skip
            return f"${name}"
        ints = [name for name, found in kinds.items() if found == "int"]
        if kind == "bool" and ints and random.random() < formula:
            return f"${{{random.choice(ints)} {random.choice(['>', '==', '<='])} 2}}"
        lists = [name for name, found in kinds.items() if found == "ints"]
        if kind == "int" and lists and random.random() < formula / 2:
            name = random.choice(lists)
            return random.choice([f"${{{name}[0]}}", f"${{sum({name}[:1])}}"])
        return {
            "int": random.randint(1, 4),
            "float": random.choice([0.25, 0.5, 1e-4]),
            "bool": self.chance(0.5),
            "str": random.choice(["relu", "tanh", "linear"]),
            "ints": [random.randint(1, 3) for _ in range(random.randint(1, 2))],
            "layer": {"HeNormal": {"seed": random.randint(0, 1)}},
            "null": None,
        }[kind]

    def _block(self) -> dict[str, Any]:
        random = self.random
        kinds, params = dict(self.kinds), {}
        pool = _HIDING if self.chance(0.5) else _PARAMS
        for name in random.sample(pool, random.randint(0, 3)):
            kind = random.choice(["int", "float", "bool", "str", "ints"])
            if name in kinds and self.chance(0.7):
                kind = kinds[name]
            default = BLANK if self.chance(0.4) else self._value(kind, kinds, 0.7)
            if name in kinds and kinds[name] == kind and self.chance(0.3):
                default = f"${name}"
            params[name], kinds[name] = default, kind
        block: dict[str, Any] = {"params": params}
        known = ["input"]
        if self.chance(0.3):
            block["inputs"] = ["x", "skip"][: random.randint(1, 2)]
            known += block["inputs"]
        if self.chance(0.3):
            block["description"] = 'Does "things" \\ well.'
        place = _Place(kinds, known, len(self.blocks))
        place.taken += block.get("inputs", [])
        place.local |= params.keys()
        block["layers"] = self._steps(place, 0, least=1)
        for name in params:
            if kinds[name] == "int" and self.chance(0.5):
                block["layers"].append({"Dense": f"${name}"})
            elif kinds[name] == "str" and self.chance(0.5):
                block["layers"].append({"Activation": f"${name}"})
        if self.chance(0.3):
            block["outputs"] = [
                self._source(place) for _ in range(random.randint(1, 2))
            ]
        if self.chance(0.5):
            block["model"] = True
            # What it gives has to have a name outside that no drawing knows.
            block.pop("outputs", None)
        block["_kinds"] = {name: kinds[name] for name in params}
        outside = ("input", *block.get("inputs", ()))
        block["_names"] = [name for name in place.known if name not in outside]
        return block

    # ------------------------------------------------------------- steps

    def _steps(self, place: _Place, depth: int, least: int = 0) -> list[Any]:
        count = max(least, self.random.choice([0, 1, 1, 2, 2, 3, 4]))
        return [self._step(place, depth) for _ in range(count)]

    def _step(self, place: _Place, depth: int) -> Any:
        self.budget -= 1
        roll = self.random.random()
        if self.budget > 0 and depth < 3:
            if roll < 0.15:
                return self._repeat(place, depth)
            if roll < 0.3:
                return self._if(place, depth)
            if roll < 0.5 and self.blocks:
                return self._call(place, depth)
        if roll > 0.92 and place.layers:
            return self._apply(place, depth)
        return self._layer(place, depth)

    def _layer(self, place: _Place, depth: int) -> Any:
        # Half as often what fits an input of other sizes than the usual.
        special = self._special(place)
        if special and self.chance(0.5):
            kind, arguments = self.random.choice(special)
        else:
            kind, arguments = self.random.choice(self._usual(place))
        made = arguments()
        several = kind in (
            *("Add", "Concatenate", "MultiHeadAttention", "Gate", "Attention"),
            "CustomScaleLayer",
            *("ops.multiply", "ops.concatenate", "ops.where", "ops.stack"),
        )
        if kind in _BY_NAME and self.chance(0.3):
            made["from"] = self._arguments(kind, place, depth)
        else:
            self._from(made, place, depth, 2 if several else 1)
        self._named(made, place, kind)
        if kind in _SEVERAL and "name" in made:
            name = made["name"].split("$")[0] + "0" * ("$" in made["name"])
            place.known += [f"{name}.{k}" for k in range(2)]
        if not made and self.chance(0.5):
            return kind
        if list(made) in (["rate"], ["activation"]) and self.chance(0.5):
            return {kind: next(iter(made.values()))}
        return {kind: made}

    def _usual(self, place: _Place) -> list[tuple[str, Callable[[], Any]]]:
        """Layers that images take, and perhaps others, with what draws arguments."""
        value, kinds = self._value, place.kinds
        return [
            ("Conv2D", lambda: {
                "filters": self._size(place),
                "kernel_size": value("int", kinds),
                "kernel_initializer": value("layer", kinds),
            }),
            ("Conv2D", lambda: {"filters": 3, "kernel_size": [value("int", kinds), 1]}),
            ("Dropout", lambda: {"rate": value("float", kinds)}),
            ("ReLU", dict),
            ("BatchNormalization", dict),
            ("Activation", lambda: {"activation": value("str", kinds)}),
            ("Dense", lambda: {
                "units": self._size(place),
                "activation": value("str", kinds),
                "kernel_regularizer": {"L2": value("float", kinds)},
                "use_bias": value("bool", kinds),
            }),
            ("TimeDistributed", lambda: {"layer": {"Dense": {
                "units": self._size(place)
            }}}),
            ("TimeDistributed", lambda: {"layer": self._held(place)}),
            ("Add", dict),
            ("Concatenate", dict),
            ("ops.add", lambda: {"x2": value("int", kinds)}),
            ("ops.subtract", lambda: {"x1": value("float", kinds)}),
            ("ops.multiply", dict),
            ("ops.maximum", lambda: {"x2": [value("float", kinds)]}),
            ("ops.subtract", lambda: {"x1": [[value("int", kinds)]]}),
            ("ops.greater", lambda: {"x1": value("int", kinds)}),
            ("ops.mean", lambda: {"axis": -1, "keepdims": value("bool", kinds)}),
            ("ops.average", lambda: {"axis": -1}),
            ("ops.clip", lambda: {"x_min": 0, "x_max": value("int", kinds)}),
            ("ops.concatenate", lambda: {"axis": -1}),
            ("ops.get_item", lambda: {"key": ":, ..., :1"}),
            ("ops.negative", dict),
            ("ops.image.rgb_to_grayscale", dict),
            ("ops.where", lambda: {"x2": value("float", kinds)}),
            ("ops.dot", lambda: {"x2": value("int", kinds)}),
            ("ops.split", lambda: {
                "indices_or_sections": value("int", kinds), "axis": -1,
            }),
            ("ops.top_k", lambda: {"k": 1}),
            ("ops.stack", lambda: {"axis": -1}),
            ("Own", lambda: {
                "filters": self._size(place), "times": value("int", kinds),
                "how": value("str", kinds),
            }),
            ("Own", lambda: {"filters": 3}),
            ("Gate", lambda: {"units": value("int", kinds)}),
            ("TimeDistributed", lambda: {"layer": {"Own": {
                "filters": value("int", kinds)
            }}}),
            ("PositionEmbedding", dict),
            ("StochasticDepth", lambda: {"drop_path_rate": value("float", kinds)}),
            ("LayerScale", lambda: {
                "init_values": 0.5, "projection_dim": "${shape('prev')[-1]}",
            }),
            ("CustomScaleLayer", lambda: {"scale": 0.5}),
            ("Pipeline", lambda: {"layers": self.random.sample(_PIPED, 2)}),
            ("MultiHeadAttention", lambda: {
                "num_heads": value("int", kinds), "key_dim": 2,
            }),
        ]  # fmt: skip

    def _special(self, place: _Place) -> list[tuple[str, Callable[[], Any]]]:
        """Layers for the sizes of this spec's input alone."""
        value, kinds = self._value, place.kinds
        if self.sizes is _PHOTO:
            return [(name, partial(self._published, name)) for name in _APPLICATIONS]
        if self.sizes is not _ROW:
            return []
        read = {"units": 4, "return_sequences": True}
        return [
            ("LSTM", lambda: {"units": value("int", kinds), "return_sequences": True}),
            ("LSTM", lambda: {**read, "return_state": True}),
            ("GRU", lambda: {**read, "return_state": value("bool", kinds)}),
            ("Bidirectional", lambda: {"layer": {"LSTM": read}, "merge_mode": "sum"}),
            ("Conv1D", lambda: {"filters": self._size(place), "kernel_size": 1}),
            ("Attention", dict),
            ("ClassToken", dict),
        ]

    def _published(self, name: str) -> dict[str, Any]:
        """Arguments of a model of keras.applications, without weights."""
        small, layers = _APPLICATIONS[name]
        made: dict[str, Any] = {"weights": None, "include_top": False, **small}
        if self.chance(0.3):
            made |= {"include_top": True, "classes": self.random.randint(2, 5)}
        elif self.chance(0.4):
            made["outputs"] = self.random.sample(layers, self.random.randint(1, 2))
        elif self.chance(0.5):
            made["pooling"] = self.random.choice(["avg", "max"])
        if self.chance(0.3):
            made["from_layer"] = layers[1]
        elif self.chance(0.4):
            made["trainable"] = self.chance(0.3)
        return made

    def _arguments(self, kind: str, place: _Place, depth: int) -> dict[str, Any]:
        """What a layer reads, by the names of its call's arguments."""
        tensors, settings = _BY_NAME[kind]
        made = {
            name: self._source(place, depth)
            for name in self.random.sample(tensors, len(tensors))
            if name != tensors[0] or self.chance(0.5)
        }
        for name, source in made.items():
            if isinstance(source, list):
                made[name] = [source]
        for name in settings:
            if self.chance(0.4):
                made[name] = self._value("bool", place.kinds)
        return made or {settings[0]: True}

    def _held(self, place: _Place) -> Any:
        """A layer inside of a layer: a model, where a block makes one."""
        models = [
            name
            for name, block in self.blocks.items()
            if block.get("model") and len(block.get("inputs", [1])) == 1
        ]
        if not models:
            return "Flatten"
        name = self.random.choice(models)
        kinds, params = self.blocks[name]["_kinds"], self.blocks[name]["params"]
        made = {
            param: self._value(kind, place.kinds)
            for param, kind in kinds.items()
            if params[param] is BLANK or self.chance(0.3)
        }
        return {name: made}

    def _from(
        self, made: dict[str, Any], place: _Place, depth: int, count: int
    ) -> None:
        if count == 1 and self.chance(0.7):
            return
        sources = [self._source(place, depth) for _ in range(count)]
        one = len(sources) == 1 and isinstance(sources[0], str)
        made["from"] = sources[0] if one else sources

    def _source(self, place: _Place, depth: int | None = None) -> Any:
        roll = self.random.random()
        if roll < 0.25:
            return "prev" if self.chance(0.95) else f"prev.{int(self.chance(0.2))}"
        if roll > 0.96 and depth is not None:
            names = self.random.sample(place.known, min(2, len(place.known)))
            if not any(set("'\"\\{}$").intersection(name) for name in names):
                return f"${{{names}}}"
        if roll < 0.5 and depth is not None and depth < 3:
            return self._steps(place, depth + 1, least=1)
        if roll < 0.6 and place.loops:
            loop = self.random.choice(place.loops)
            return f"t${{{loop}}}" if self.chance(0.7) else f"t${{{loop} - 1}}"
        if roll < 0.65 and len(place.known) > 1:
            a, b = self.random.sample(place.known, 2)
            test = self._value("bool", place.kinds, 1)
            if isinstance(test, str) and "'" not in a + b and '"' not in a + b:
                test = test.strip("${}")
                return f"${{'{a}' if {test} else '{b}'}}"
        return self.random.choice(place.known)

    def _named(self, made: dict[str, Any], place: _Place, kind: str) -> None:
        if not self.chance(0.35):
            return
        if place.loops and self.chance(0.8):
            stem = self.random.choice(["t", "t", "s", "층", "_"])
            made["name"] = f"{stem}${{{self.random.choice(place.loops)}}}"
            place.known += [f"{stem}0", f"{stem}1"]
            return
        free = [name for name in _NAMES if name not in place.taken]
        name = self.random.choice(free) if free else f"n{len(place.taken)}"
        made["name"] = f"/{name}" if self.chance(0.1) else name
        place.taken.append(name)
        place.known.append(name)
        if self.chance(0.1):
            place.known.append(keras_name(name, kind))
        if kind in ("ReLU", "Dropout", "Conv2D"):
            place.layers.append(name)
        block = self.blocks.get(kind)
        if block and not block.get("model"):
            inside = [n for n in block["_names"] if n not in ("input",)]
            place.known += [f"{name}_{n}" for n in inside]
            place.layers += [f"{name}_{n}" for n in inside]

    def _apply(self, place: _Place, depth: int) -> Any:
        made: dict[str, Any] = {"layer": self.random.choice(place.layers)}
        self._from(made, place, depth, 1)
        self._named(made, place, "apply")
        return {"apply": made}

    def _call(self, place: _Place, depth: int) -> Any:
        name = self.random.choice(list(self.blocks))
        block = self.blocks[name]
        made: dict[str, Any] = {}
        for param, kind in block["_kinds"].items():
            if block["params"][param] is BLANK or self.chance(0.5):
                made[param] = self._value(kind, place.kinds)
        count = len(block.get("inputs", [1]))
        if count > 1 and self.chance(0.9):
            made["from"] = [self._source(place, depth) for _ in range(count)]
        else:
            self._from(made, place, depth, 1)
        self._named(made, place, name)
        if "name" not in made:
            calls = [name, f"{name}_{self.random.randint(1, 3)}"]
            place.known += calls
            if not block.get("model"):
                inside = block["_names"]
                place.known += [f"{call}_{n}" for call in calls for n in inside]
            place.layers += calls[: self.chance(0.3)]
        elif "$" not in made["name"]:
            place.layers.append(made["name"])
        return {name: made} if made or self.chance(0.5) else name

    def _repeat(self, place: _Place, depth: int) -> Any:
        made: dict[str, Any] = {}
        self.loops += 1
        inner, kinds = [], dict(place.kinds)
        outside = set(place.local)
        if self.chance(0.5):
            made["times"] = self._value("int", place.kinds, 0.4)
            if self.chance(0.1):
                made["times"] = 0
        else:
            size = self.random.randint(1, 3)
            made["for"] = {}
            for k in range(self.random.randint(1, 2)):
                name = self._loop_name(place, f"v{self.loops}{k}")
                kind = self.random.choice(["int", "float", "str", "bool"])
                values = [self._value(kind, place.kinds, 0.3) for _ in range(size)]
                made["for"][name] = values
                if kind == "int" and self.chance(0.3):
                    made["for"][name] = self.random.choice([
                        f"${{range(1, {size + 1})}}", f"${{[1, 2, 3][:{size}]}}",
                        f"${{[2 * n for n in range(1, {size + 1})]}}",
                    ])  # fmt: skip
                kinds[name] = kind
        if self.chance(0.6):
            index = self._loop_name(place, f"n{self.loops}")
            made["index"] = index
            inner = [index]
            kinds[index] = "index"
        if self.chance(0.05):
            made["trainable"] = self.chance(0.3)
        around, place.kinds = place.kinds, kinds
        place.loops += inner
        before, layers = len(place.known), len(place.layers)
        made["layers"] = self._steps(place, depth + 1, least=1)
        if self.chance(0.15):
            made["collect"] = True
        place.kinds, place.local = around, outside
        for name in inner:
            place.loops.remove(name)
        if self.chance(0.5):
            del place.known[before:], place.layers[layers:]
        return {"repeat": made}

    def _loop_name(self, place: _Place, own: str) -> str:
        """A repeat's variable, which may hide one of the spec."""
        free = [name for name in _HIDING if name not in place.local]
        if not free or self.chance(0.7):
            return own
        name = self.random.choice(free)
        place.local.add(name)
        return name

    def _size(self, place: _Place) -> Any:
        """A number, which may be worked out of a tensor's sizes."""
        if self.chance(0.75):
            return self._value("int", place.kinds)
        name = self.random.choice(["prev", "input", self._name_above(place)])
        size = f"shape('{name}')[{self.random.choice([-1, 0, 2])}]"
        return self.random.choice([
            f"${{{size}}}", f"${{min({size}, 4)}}", f"${{{size} // 2 + 1}}",
            f"${{len(shape('{name}'))}}", f"${{3 if {size} == 8 else 2}}",
            f"${{sum(shape('{name}')[:2]) % 5 + 1}}",
        ])  # fmt: skip

    def _name_above(self, place: _Place) -> str:
        names = [n for n in place.known if not set("'\"\\").intersection(n)]
        return self.random.choice(names) if names else "prev"

    def _if(self, place: _Place, depth: int) -> Any:
        test = self._value("bool", place.kinds, 0.9)
        if self.chance(0.25):
            name = self.random.choice(["prev", self._name_above(place)])
            test = f"${{shape('{name}')[-1] > {self.random.randint(1, 4)}}}"
        made: dict[str, Any] = {"test": test}
        known, layers = list(place.known), list(place.layers)
        taken = list(place.taken)
        made["then"] = self._steps(place, depth + 1, least=1)
        if self.chance(0.6):
            then, place.known = place.known, known
            place.taken = taken
            place.layers = layers
            made["else"] = self._steps(place, depth + 1)
            both = [name for name in then if name in place.known]
            place.known = both if self.chance(0.7) else then
        return {"if": made}
