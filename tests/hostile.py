"""Hostile specs: what a stranger, a slip or a bad merge could make of a good one.

A spec's nodes are taken apart, and some are replaced, wrapped, swapped, doubled or
grafted from other specs; then its text may be cut, spliced or encoded otherwise. The
same seed makes the same spec.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[1]

VALUES = (
    *("", "~", "null", "true", "no", "0", "1", "-1", "1.5", "-0.0", ".nan", ".inf"),
    *("-.inf", "1e400", "-1e400", ".1e400", "1e-400", "0x10", "0o17", "010", "1_000"),
    *("2147483647", "2147483648", "9223372036854775808", "9" * 39, "9" * 41, "1:30"),
    *("2020-01-01", "2020-01-01T00:00:00Z", "=", "<<", "[]", "{}", "[[]]", "[{}]"),
    *("{[]: 1}", "{{}: 1}", "{1: 2}", "{null: []}", "{true: 1}", "{.nan: 1}"),
    *("'${'", "'${}'", "'$x'", "'${x'", "'$$'", "'${1/0}'", "'${9**9**9}'", "'$'"),
    *("'${10**100}'", "\"${'a' * 10**9}\"", "'${[0] * 10**9}'", "'${1 << 10**6}'"),
    *("'${range(10**9)}'", "'${len(1)}'", "'${int(\"x\")}'", "'${min()}'", "'${-1}'"),
    *("'${max([])}'", "'${round(1e400)}'", "'${int(1e400)}'", "'${10**400 * 1.0}'"),
    *("'${float(\"nan\")}'", "'${1e308 * 10}'", "'${[1,2][5]}'", "'${{}}'", "'${i}'"),
    *("'${[x for x in y]}'", "'${lambda: 1}'", "'${__import__(\"os\")}'", "'${a.b}'"),
    *("'${\"%s\" % 1}'", "'${f\"{x}\"}'", "'${(1,)}'", "'${1 if 2}'", "'${not 1}'"),
    *("'${\"\\x1b\"}'", "'${1j}'", "'${...}'", "'${b\"x\"}'", "'${x := 1}'", "$f"),
    *("!!str 5", "!!int x", "!!float 1", "!!null ''", "!!binary aGk=", "!!set {}"),
    *("!!omap []", "!foo bar", "!!python/object:os.system x", "! x", "!!map {}"),
    *("&a 1", "&a [*a]", "*a", "*zz", "&a {x: *a}", "? x", "- x", "@x", "`x`", "%x"),
    *('"\\0"', '"\\0x"', '"\\e[31m"', '"\\u202e"', '"a\\nb"', '"\\r"', '"\\uD800"'),
    *("prev", "input", "relu", "Dense", "ops.add", "custom", "..", "/", "../../x"),
    *("/dev/zero", "/dev/stdin", "/etc/passwd", "'C:\\x'", '"C:\\x"', "a/b", "a b"),
    *("conv2d", "x" * 300, "'" + "가" * 300 + "'", "_", "__class__", "self", "in"),
    *("'*'", "'#'", "a: b", "a #b", "[1, [2, [3]]]", "{a: {b: {c: d}}}", "'[1, 2]'"),
    *("[null]", "[true]", "[.nan]", "[1, null]", "['', ' ']", "[1.5, -1]", "['$x']"),
    *("{repeat: $f}", "[{repeat: $f}]", "{repeat: 3}", "{if: x}", "{apply: x}"),
    *("{times: 10000000, layers: [ReLU]}", "{times: 0, layers: []}"),
    *("[prev, prev, prev]", "{for: {i: [1, 2]}, layers: [ReLU]}", "{layers: [ReLU]}"),
    *("{class_name: Dense, config: {}}", "{name: x}", "{units: 3}", "[Dense, Dense]"),
    *("{for: {null: []}, layers: []}", "{for: {i: $z}, layers: [{Dense: $i}]}"),
    "[" * 60 + "]" * 60,
    "[" * 120 + "]" * 120,
    "{a: " * 60 + "1" + "}" * 60,
    "[" + "1, " * 3000 + "1]",
)
MILD = (
    *("1", "2", "3", "4", "8", "10", "1.0", "0.5", "true", "false", "null", "same"),
    *("relu", "softmax", "valid", "prev", "input", "[1, 1]", "[3, 3]", "[2, 2]", "-1"),
    *("{Dense: 10}", "Flatten", "{Dropout: 0.5}", "ReLU", "{Conv2D: [4, 3]}", "[]"),
    *("'${1 + 1}'", "'a${1}'", "한글", "'two words'", "a.b", "[prev, prev]", "{L2: 1}"),
    *("{repeat: {times: 2, layers: [{Dense: 4}]}}", "{if: {test: true, then: [ReLU]}}"),
)
KEYS = (
    *("input", "inputs", "layers", "outputs", "vars", "blocks", "defaults", "extends"),
    *(
        "include",
        "expect",
        "data",
        "train",
        "ensemble",
        "name",
        "description",
        "params",
        "from",
    ),
    *("repeat", "times", "for", "if", "test", "then", "else", "elif", "apply", "layer"),
    *("trainable", "dtype", "shape", "units", "filters", "kernel_size", "activation"),
    *("optimizer", "loss", "metrics", "callbacks", "epochs", "source", "classes"),
    *("summary", "total_params", "output_shape", "test_size", "path", "scale", "axis"),
    *("Dense", "Conv2D", "Bidirectional", "TimeDistributed", "LSTM", "Flatten", "Add"),
    *("study", "title", "base", "variants", "grid", "seeds", "sample", "spec"),
    *("custom", "import", "arguments", "output", "weights", "non_trainable", "macs"),
    *("change", "append", "model", "collect", "ops.add", "ops.get_item", "query", "x2"),
    *("targets", "labels", "limit", "python", "sample_weight", "fine_tune", "unfreeze"),
    *("show", "log", "loss_weights", "batch_size", "optional", "sparse", "training"),
)


class Map(NamedTuple):
    """A mapping, whose keys may come twice and need not be texts."""

    pairs: list[tuple[Any, Any]]


class Seq(NamedTuple):
    """A list."""

    items: list[Any]


Tree = str | Map | Seq
"""Nodes; a text is a scalar, or anything else as YAML writes it in one line."""


SMALL = (
    """
name: parts
description: What the language has, in few lines.
input: {shape: [16, 16, 3], dtype: float32}
vars: {width: 4, deep: "${width > 2}", names: [a, b], sizes: {one: 1, two: 2}}
defaults: {Conv2D: {padding: same, activation: relu}}
blocks:
  unit:
    params: {filters: , strides: 1, go: true}
    inputs: [x]
    outputs: [prev]
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, strides: $strides}
      - if: {test: $go, then: [BatchNormalization], else: [{Dropout: 0.5}]}
  join: {inputs: [a, b], layers: [{Add: {from: [a, b]}}, {ReLU: {name: out}}]}
layers:
  - unit: {filters: $width, name: stem}
  - Conv2D: {filters: 4, kernel_size: 1, from: stem, name: side}
  - join: {from: [side, stem]}
  - repeat: {for: {n: "${[1, 2]}"}, layers: [{Dense: {units: "${n * width}"}}]}
  - repeat: {times: 2, layers: [{unit: {filters: 4}}]}
  - GlobalAveragePooling2D
  - Dense: {units: 10, activation: softmax, kernel_regularizer: {L2: 1e-4}, name: probs}
""",
    """
inputs: {image: [8, 8, 1], words: {shape: [6], dtype: int32}}
layers:
  - Flatten: {from: image, name: flat}
  - Dense: {units: 8, name: seen}
  - Embedding: {input_dim: 50, output_dim: 8, from: words}
  - Bidirectional: {layer: {LSTM: {units: 4, return_sequences: true}}, merge_mode: sum}
  - MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [prev, prev]}
  - TimeDistributed: {layer: {Dense: 3}}
  - GRU: {units: 8, name: read}
  - Concatenate: {from: [seen, read]}
  - apply: {layer: seen, from: flat, name: again}
  - Dense: {units: 3, from: seen, name: a}
  - Dense: {units: 1, from: read, name: b}
outputs: [a, b]
""",
    """
input: [28, 28, 1]
layers:
  - Conv2D: {filters: 8, kernel_size: 3}
  - MaxPooling2D: 2
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: mnist, scale: 255, labels: one_hot, classes: 10}
train:
  optimizer:
    Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 9}}}
  loss: {CategoricalCrossentropy: {label_smoothing: 0.1}}
  metrics: [accuracy, {TopKCategoricalAccuracy: {k: 3}}]
  batch_size: 64
  epochs: 5
  validation_split: 0.1
  callbacks: [{EarlyStopping: {monitor: val_loss, patience: 2}}]
  class_weight: {0: 1.0, 1: 2.0}
ensemble: {members: 3}
""",
    """
input: [32, 32, 3]
layers:
  - RandomFlip: horizontal
  - Rescaling: 0.00392
  - SeparableConv2D: {filters: 8, kernel_size: 3, depthwise_initializer: he_normal}
  - DepthwiseConv2D: {kernel_size: 3, padding: same}
  - GroupNormalization: {groups: 4}
  - LeakyReLU: 0.1
  - Conv2DTranspose: {filters: 4, kernel_size: 2, strides: 2}
  - ZeroPadding2D: [[1, 0], [0, 1]]
  - Reshape: [-1, 4]
  - Conv1D: {filters: 4, kernel_size: 3, dilation_rate: 2, padding: causal}
  - Permute: [2, 1]
  - EinsumDense: {equation: "abc,cd->abd", output_shape: [null, 5]}
  - UnitNormalization: {axis: -1}
""",
    """
input: [28, 28, 1]
include: [cnnspec:attention]
vars: {width: 4}
custom:
  Coord:
    import: my_package.layers:Other
    arguments: {filters: , size: 3}
    output: ["${x[0]}", "${x[1]}", "${filters}"]
    weights: {kernel: ["${size}", "${size}", "${x[2] + 2}", "${filters}"], bias: []}
    non_trainable: {seen: []}
    macs: "${filters * size}"
  Far: {import: "my_package:far", kind: loss, labels: sparse, arguments: {margin: 1}}
blocks:
  tower: {model: true, layers: [{Conv2D: {filters: $width, kernel_size: 3}}, Flatten]}
layers:
  - Coord: {filters: 2, name: first}
  - ops.multiply: {x2: 2, name: twice}
  - ops.get_item: ":, 1:-1"
  - ops.split: {indices_or_sections: 2, axis: -1, name: halves}
  - Add: {from: [halves.0, halves.1]}
  - tower: {name: left, trainable: false}
  - repeat: {times: 2, collect: true, layers: [{Dense: {units: 4, from: left}}]}
  - Concatenate
  - Dense: {units: 10, name: "/digit"}
change: {digit: {activation: softmax}, left/conv2d: {filters: "${shape('prev')[2]}"}}
data: {source: mnist, limit: 0.5, labels: sparse}
train: {loss: {Far: {margin: 2}}, optimizer: sgd, epochs: 2,
        fine_tune: {unfreeze: left, epochs: 1, learning_rate: 1e-4}}
study: {title: Which?, seeds: 2, variants: {base: {}, wide: {vars.width: 8}},
        grid: {train.batch_size: [8, 16]}, sample: {vars.width: {choice: [4, 6]}},
        trials: 2}
""",
    """
inputs: {picture: [8, 8, 1], tokens: {shape: [6, 8], batch_size: 2, optional: true}}
layers:
  - Flatten: {from: picture, name: flat}
  - LSTM: {units: 8, return_sequences: true, return_state: true, name: enc,
           from: tokens}
  - MultiHeadAttention: {num_heads: 2, key_dim: 4, from: {query: enc.0, value: tokens}}
  - GlobalAveragePooling1D
  - Dense: {units: 3, activation: softmax, name: digit}
  - Dense: {units: 64, from: flat, name: again}
outputs: [digit, again]
data: {source: npz, path: a.npz, inputs: {picture: image, tokens: word},
       targets: {digit: label, again: far}, scale: {picture: 255}, labels: one_hot,
       sample_weight: weights}
train: {loss: {digit: categorical_crossentropy, again: mse}, loss_weights: {again: 1},
        metrics: {digit: [accuracy], again: [mae]}, epochs: 3, log: [tensorboard]}
""",
    """
study: Which one is better?
base: specs/nin.yaml
seeds: [0, 1]
variants: {base: {}, other: {spec: specs/lab.yaml, train.epochs: 1},
           he: {defaults.Dense.kernel_initializer: he_normal}}
grid: {train.epochs: [1, 2], train.batch_size: [8, 16]}
""",
)
"""Sound, but for what is said to be wrong of some parts."""


@cache
def corpus() -> tuple[list[Tree], list[Tree]]:
    """The specs of the repository, as trees: sound ones, and those with errors."""
    texts = [*SMALL, *map(_read, sorted((ROOT / "specs").rglob("*.yaml")))]
    wrong = [
        _read(path)
        for folder in ("errors", "reports")
        for path in sorted((ROOT / "tests" / folder).glob("*.yaml"))
    ]
    return list(_trees(texts, ("extends", "expect"))), list(_trees(wrong, ()))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _trees(texts: Iterable[str], without: Sequence[str]) -> Iterator[Tree]:
    for text in texts:
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            continue
        # Aliases would make large trees, one of them endless.
        if node is not None and len(text) < 5000 and "&" not in text:
            tree = _tree(node, 0)
            if isinstance(tree, Map):
                tree = Map([pair for pair in tree.pairs if pair[0] not in without])
            yield tree


def _tree(node: yaml.Node, depth: int) -> Tree:
    if depth > 20:
        return "deep"
    if isinstance(node, yaml.MappingNode):
        return Map([(_tree(k, depth + 1), _tree(v, depth + 1)) for k, v in node.value])
    if isinstance(node, yaml.SequenceNode):
        return Seq([_tree(item, depth + 1) for item in node.value])
    text = str(node.value)
    plain = not node.style and re.fullmatch(r"[\w.+-]*", text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def flow(tree: Tree) -> str:
    """A tree as YAML writes it in one line."""
    if isinstance(tree, Map):
        pairs = (f"{flow(key)}: {flow(value)}" for key, value in tree.pairs)
        return f"{{{', '.join(pairs)}}}"
    if isinstance(tree, Seq):
        return f"[{', '.join(map(flow, tree.items))}]"
    return tree


def text_of(tree: Tree) -> str:
    """A tree with its outermost keys on lines of their own."""
    if isinstance(tree, Map) and tree.pairs:
        return "".join(f"{flow(key)}: {flow(value)}\n" for key, value in tree.pairs)
    return flow(tree) + "\n"


Place = tuple[Any, int, bool]
"""A list of children, which of them, and whether it is a key."""


def places(tree: Tree) -> list[Place]:
    """Where a tree's nodes stand."""
    found: list[Place] = []
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, Map):
            for n, (key, value) in enumerate(node.pairs):
                found += [(node.pairs, n, True), (node.pairs, n, False)]
                left += [key, value]
        elif isinstance(node, Seq):
            for n, item in enumerate(node.items):
                found.append((node.items, n, False))
                left.append(item)
    return found


def _get(place: Place) -> Tree:
    holder, n, is_key = place
    found = holder[n]
    return (found[0] if is_key else found[1]) if _is_pair(found) else found


def _is_pair(found: Any) -> bool:
    return isinstance(found, tuple) and not isinstance(found, Map | Seq)


def _put(place: Place, tree: Tree) -> None:
    holder, n, is_key = place
    old = holder[n]
    if _is_pair(old):
        holder[n] = (tree, old[1]) if is_key else (old[0], tree)
    else:
        holder[n] = tree


def copy(tree: Tree) -> Tree:
    """A tree that may be changed."""
    if isinstance(tree, Map):
        return Map([(copy(key), copy(value)) for key, value in tree.pairs])
    return Seq(list(map(copy, tree.items))) if isinstance(tree, Seq) else tree


def _wrap(draw: random.Random, tree: Tree) -> Tree:
    key = draw.choice(KEYS)
    return draw.choice(
        (
            Seq([tree]),
            Map([(key, tree)]),
            Map([(tree, draw.choice(VALUES))]),
            Map([("repeat", Map([("times", "2"), ("layers", tree)]))]),
            Map([("if", Map([("test", "true"), ("then", tree)]))]),
            Seq([tree, tree]),
            f"&a {flow(tree)}",
            f"!!str {flow(tree)}",
        )
    )


def _mutate(draw: random.Random, tree: Tree, mild: bool) -> Tree:
    found = places(tree)
    if not found:
        return draw.choice(VALUES)
    place = draw.choice(found)
    holder, n, is_key = place
    what = draw.choice((5, 6, 12)) if mild else draw.randrange(14)
    if what <= 2:
        _put(place, draw.choice(KEYS if is_key and draw.random() < 0.5 else VALUES))
    elif what == 3:
        _put(place, _wrap(draw, _get(place)))
    elif what == 4:
        other = draw.choice(found)
        one, two = copy(_get(place)), copy(_get(other))
        _put(place, two)
        _put(other, one)
    elif what == 5:
        holder.insert(draw.randrange(len(holder) + 1), holder[n])
    elif what == 6:
        del holder[n]
    elif what == 7:
        graft = copy(_drawn(draw))
        _put(place, _get(draw.choice(places(graft) or [([graft], 0, False)])))
    elif what == 8 and _is_pair(holder[n]):
        holder.append((draw.choice(KEYS), draw.choice(VALUES)))
    elif what == 9 and isinstance(_get(place), str):
        _put(
            place,
            json.dumps(
                _get(place).strip('"')
                + draw.choice(("$f", "${i}", "é", "\n", "\r", " ", "0", "'", "/"))
            ),
        )
    else:
        old = _get(place)
        number = isinstance(old, str) and old.isdigit()
        _put(place, str(draw.randrange(1, 9)) if number else draw.choice(MILD))
    return tree


def _drawn(draw: random.Random) -> Tree:
    sound, wrong = corpus()
    small = sound[: len(SMALL)]
    return draw.choice(draw.choice((small, small, sound, wrong)))


def spec(seed: int) -> str:
    """A hostile spec."""
    draw = random.Random(seed)
    tree = copy(_drawn(draw))
    # Some specs stay sound or nearly so, and more than the reading is tried.
    mild = draw.random() < 0.4
    for _ in range(draw.choice((1, 1, 1, 2, 3, 5))):
        tree = _mutate(draw, tree, mild)
    text = text_of(tree)
    if not mild and draw.random() < 0.15:
        text = _cut(draw, text)
    return text


def _cut(draw: random.Random, text: str) -> str:
    one, two = sorted(draw.randrange(len(text) + 1) for _ in range(2))
    other = text_of(_drawn(draw))
    start = draw.randrange(len(other))
    odd = draw.choice(("\r", "\t", "\0", "\x85", "\u2028", "\ufeff", "- ", ": ", "\n"))
    odd = draw.choice((odd, "---\n", "...\n", "%YAML 1.1\n", '"', "'", "{", "]", "|\n"))
    return draw.choice(
        (
            text[:one],
            text[one:],
            text[:one] + text[two:],
            text[:one] + other[start : start + 80] + text[two:],
            text[:one] + odd + text[one:],
            text[:one] + text[one:two] * 3 + text[two:],
            text.replace("\n", "\r\n"),
            text.replace("\n", "\r"),
            text.replace(" ", "\t", 3),
        )
    )


ENCODINGS: Sequence[Callable[[str], bytes]] = (
    lambda t: t.encode("utf-16"),
    lambda t: t.encode("utf-16-le"),
    lambda t: t.encode("utf-32"),
    lambda t: b"\xef\xbb\xbf\xef\xbb\xbf" + t.encode(),
    lambda t: t.encode("latin-1", "replace") + b"\xe9",
    lambda t: t.encode() + b"\0",
    lambda t: t.encode()[: len(t) // 2] + b"\xff\xfe" + t.encode()[len(t) // 2 :],
    lambda t: bytes(random.Random(t).randbytes(200)),
    lambda t: b"",
)


def content(seed: int) -> bytes:
    """The bytes of a hostile file."""
    draw = random.Random(seed)
    text = spec(seed)
    if draw.random() < 0.97:
        return text.encode("utf-8", "replace")
    return draw.choice(ENCODINGS)(text)


MARK = "CANARY"
"""A name that only a file's name could have brought into what is written."""
NAMES = (
    *("a", "my net", "손글씨", "e\u0301", "\U0001f600", "x" * 90, "\udcff", "\udced"),
    *("'", '"', "'''", '"""', "\\", "`", "#", "%s", "%", "$x", "${1/0}", "{", "}"),
    *("{{ 1 }}", "{% if %}", "{#", "*", "?", "~", "-", "--", "-->", "]]>", "&amp;"),
    *("<b>", "<script>", "|", "!", ";", ":", "::error::", "=", "@", "..", ". ", "&"),
    *("\n", "\r", "\t", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\u200b"),
    *("\ufeff", "\ufffe", "[red]", "\\n", "\\x", "\\N{x}", "\\u12", "0", "_", "con"),
    *(f"\nopen('{MARK}')\n", f'"""\nopen("{MARK}")\n"""', f'"+open("{MARK}")+"'),
    *(f"'+open('{MARK}')+'", f"{{open('{MARK}')}}", f"\\\nopen('{MARK}')", "class"),
    *(f'" onload="{MARK}()', f"--><script>{MARK}()<!--", f"]]><script>{MARK}()"),
)


def file_name(seed: int) -> str:
    """The name of a hostile spec's file; mostly a usual one."""
    draw = random.Random(f"name {seed}")
    if draw.random() < 0.7:
        return "spec.yaml"
    name = "".join(draw.choice(NAMES) for _ in range(draw.choice((1, 1, 2, 4))))
    ending = draw.choice((".yaml",) * 4 + (".yml", "x", ".YAML", ".yaml.yaml"))
    # As much as file systems take.
    data = name.encode(errors="surrogateescape")[: 255 - len(ending)]
    return (data.decode(errors="surrogateescape") + ending).replace("/", "_")


def overrides(seed: int) -> list[str]:
    """Hostile arguments of `--set`; mostly none."""
    draw = random.Random(-seed)
    if draw.random() < 0.85:
        return []
    return [_assignment(draw) for _ in range(draw.choice((1, 1, 2)))]


def _assignment(draw: random.Random) -> str:
    steps: list[str] = []
    for _ in range(draw.choice((1, 2, 2, 3, 4))):
        steps.append(
            draw.choice((draw.choice(KEYS), "0", "1", "-1", "", "99999999999"))
        )
    value = draw.choice(VALUES)
    return draw.choice((f"{'.'.join(steps)}={value}",) * 6 + (value, "=", f"{value}=1"))
