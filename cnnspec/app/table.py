"""The commands and their options: what each takes, and what `--help` says of it.

A command is the function `run` of a module in `commands`, called as the command is
unless Python has that word itself, which is imported when it is run; whatever the
command line gives it has the parameter's name.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Operand(NamedTuple):
    """What stands in the command line by itself: `SPEC`."""

    title: str
    parameter: str
    help: str
    needed: bool = True
    several: bool = False

    def __str__(self) -> str:
        title = self.title if self.needed else f"[{self.title}]"
        return f"{title}..." if self.several else title


class Option(NamedTuple):
    """What has a name: `--format text`."""

    name: str
    parameter: str
    help: str
    takes: str = ""
    """What follows it; nothing does where it is a flag."""
    default: Any = None
    short: str = ""
    choices: Sequence[str] = ()
    several: bool = False
    whole: bool = False
    """Whether it takes a whole number above 0."""
    flag: bool = True
    """What the parameter becomes where it is given and takes nothing."""


class Command(NamedTuple):
    """What a person types behind `cnnspec`."""

    help: str
    operands: Sequence[Operand]
    options: Sequence[Option]
    examples: Sequence[str]
    module: str = ""
    """Of `commands`, where it isn't called as the command is."""


def _flag(name: str, help: str) -> Option:
    return Option(f"--{name}", name.replace("-", "_"), help, default=False)


def _format(*choices: str) -> Option:
    help, default = "What to print.", choices[0]
    return Option("--format", "format", help, "FORM", default, choices=choices)


_SPEC = Operand("SPEC", "spec", "A YAML file, or another with a model in it.")
_SET = Option(
    "--set",
    "overrides",
    "Change a value of the spec, as in train.epochs=2. May be repeated.",
    "KEY=VALUE",
    several=True,
)
_OUTSIDE = Option(
    "--allow-outside",
    "allow_outside",
    "Let specs name files outside of their project.",
)
_IMPORT = Option(
    "--allow-import",
    "allow_import",
    "Import the layers that a spec declares under custom:, for Keras.",
    default=False,
)
_LANG = Option("--lang", "lang", "Language of the texts: en, or ko.", "CODE", "en")
_CHOICE = (
    Option("--model", "model", "Which model of a program or notebook.", "NAME"),
    Option("--table", "table", "Which printed table, from 1.", "N", whole=True),
    Option("--cell", "cell", "Which cell's model, from 1.", "N", whole=True),
)
"""Which model is meant, where a file that isn't a spec holds several."""
_CHOICES = tuple(
    option._replace(
        help=f"{option.help} Given twice, the second is of B.", several=True
    )
    for option in _CHOICE
)
"""The same of two files."""
_TEMPLATES = Option(
    "--templates", "templates", "Templates that go before cnnspec's own.", "DIR"
)
_UNROLL = _flag("unroll", "Draw every round of a repeat, and not one for all.")
_SLURM = (
    Option("--time", "time", "With slurm: how long it may take.", "TIME"),
    Option("--partition", "partition", "With slurm: where it is to run.", "NAME"),
    Option(
        "--sbatch",
        "sbatch",
        "With slurm: another option of sbatch, as --mem=64G. May be repeated.",
        "OPTION",
        several=True,
    ),
    Option(
        "--setup",
        "setup",
        "With slurm: a line of shell before it runs, as 'module load cuda'. May be "
        "repeated.",
        "LINE",
        several=True,
    ),
)
"""What is asked of SLURM."""
_ON_RAY = (
    Option(
        "--address",
        "address",
        "With ray: of a cluster; else one is started on this machine.",
        "ADDRESS",
    ),
    Option("--cpus", "cpus", "With ray: processors of each run.", "N", whole=True),
    _flag("fetch", "With ray: send files to and fro, for want of a shared disk."),
)
"""What is asked of Ray."""
_DRAWING = (
    Option(
        "--look",
        "look",
        "Draw layers as boxes with texts, or tensors to scale.",
        "LOOK",
        "boxes",
        choices=("boxes", "volumes"),
    ),
    _UNROLL,
    Option("--block", "block", "Draw this call or block alone.", "NAME"),
)
"""What a picture of a model takes."""
_STYLED = (
    _LANG,
    Option(
        "--backend",
        "backend",
        "What Keras runs on unless KERAS_BACKEND says otherwise.",
        "NAME",
        "tensorflow",
        choices=("tensorflow", "jax", "torch"),
    ),
    _TEMPLATES,
)
"""How scripts are written."""
_WRITING = (
    *_STYLED,
    _flag("force", "Overwrite files that a person edited."),
    _SET,
    _OUTSIDE,
    _IMPORT,
)
"""What `build` and `train` both take."""

COMMANDS = {
    "check": Command(
        "Prove shapes and parameter counts, and hold them against expect:.",
        (
            Operand(
                "PATH",
                "paths",
                "Specs, other files with models, folders of specs; specs/ if none.",
                False,
                True,
            ),
        ),
        (
            _format("text", "json", "github", "sarif"),
            _SET,
            _flag("keras", "Build and run with Keras too, and compare."),
            Option(
                "--input",
                "sizes",
                "Hold the model, as it is built, against inputs of other sizes, too: "
                "600x600, or image=600x600x3.",
                "SIZES",
                several=True,
            ),
            Option("--select", "select", "Tell these warnings alone.", "CODES"),
            Option("--ignore", "ignore", "Leave these warnings out.", "CODES"),
            Option("--strict", "strict", "Let no warning pass."),
            Option("--no-strict", "strict", "Let warnings pass after all.", flag=False),
            *_CHOICE,
            _OUTSIDE,
            _IMPORT,
        ),
        (
            "cnnspec check specs/nin.yaml",
            "cnnspec check specs/ model.keras --strict",
            "cnnspec check unet.yaml --input 600x600",
        ),
    ),
    "show": Command(
        "Show every layer's shape, parameters, MACs, memory and receptive field.",
        (_SPEC,),
        (
            _format("text", "json", "markdown", "html"),
            _flag("why", "Show how each layer's sizes and params come about."),
            _flag("expand", "Show what is inside a model in the model, too."),
            _flag("graph", "Draw the model instead: an SVG picture."),
            *_DRAWING,
            *_CHOICE,
            _LANG,
            _SET,
            _OUTSIDE,
        ),
        (
            "cnnspec show specs/nin.yaml --why",
            "cnnspec show nin.yaml --graph > nin.svg",
        ),
    ),
    "diff": Command(
        "Compare two models: layers, shapes, params and MACs.",
        (
            Operand("A", "before", "A YAML file, or another with a model in it."),
            Operand("B", "after", "Another; A with --set if none.", False),
        ),
        (
            _format("text", "markdown", "json"),
            Option(
                "--to",
                "to",
                "Draw both models side by side instead: svg.",
                "TARGET",
                choices=("svg",),
            ),
            _UNROLL,
            *_CHOICES,
            _LANG,
            _SET,
            _OUTSIDE,
        ),
        (
            "cnnspec diff specs/deep_cnn.yaml specs/nin.yaml",
            "cnnspec diff old.h5 new.yaml",
            "cnnspec diff deep_cnn.yaml nin.yaml --to svg > diff.svg",
            "cnnspec diff specs/nin.yaml --set layers.0.Conv2D.filters=20",
        ),
    ),
    "build": Command(
        "Check specs, then write each as a Keras model and as a training script.",
        (Operand("SPEC", "specs", "YAML files, or others with models.", several=True),),
        (
            Option(
                "--to",
                "to",
                "What to write: a Keras model and a script, unless named. An unknown "
                "name lists all.",
                "TARGET,...",
            ),
            Option(
                "--output", "folder", "Where to write it.", "DIR", "generated", "-o"
            ),
            Option(
                "--style",
                "style",
                "Scripts for reading, or full ones for long runs, as train has them.",
                "NAME",
                "lesson",
                choices=("lesson", "full"),
            ),
            Option(
                "--form",
                "form",
                "How lessons write a plain chain of layers.",
                "NAME",
                "sequential",
                choices=("sequential", "functional"),
            ),
            *_DRAWING,
            *_CHOICE,
            *_WRITING,
        ),
        (
            "cnnspec build specs/nin.yaml",
            "cnnspec build specs/nin.yaml --to notebook,svg --lang ko -o lesson",
            "cnnspec build specs/digits_cnn.yaml --to worksheet -o lesson",
        ),
    ),
    "train": Command(
        "Write the training script of a spec beside its results, and run it.",
        (_SPEC,),
        (
            Option("--jobs", "jobs", "Members trained at once.", "N", whole=True),
            Option(
                "--engine",
                "engine",
                "What runs it: this machine, or SLURM, by a job that is submitted.",
                "NAME",
                "local",
                choices=("local", "slurm"),
            ),
            _flag("dry-run", "With slurm: write the job, and don't submit it."),
            Option(
                "--nodes", "nodes", "With slurm: machines; 1 if none.", "N", whole=True
            ),
            Option("--gpus", "gpus", "With slurm: GPUs of each machine.", "N"),
            *_SLURM,
            *_WRITING,
        ),
        (
            "cnnspec train specs/digits_cnn.yaml --set train.epochs=2",
            "cnnspec train specs/nin.yaml --engine slurm --gpus 4 --time 2:00:00",
        ),
    ),
    "study": Command(
        "Compare variants of a spec: check all of them, and train each from its seeds.",
        (Operand("STUDY", "path", "A study's YAML file, or a spec; see --vary."),),
        (
            Option(
                "--vary",
                "vary",
                "Compare these values, too, as in train.batch_size=8,32. May be "
                "repeated, and is crossed.",
                "KEY=VALUES",
                several=True,
            ),
            Option("--seeds", "seeds", "Train each so often.", "N", whole=True),
            Option("--jobs", "jobs", "Trained at once.", "N", whole=True),
            Option(
                "--engine",
                "engine",
                "What runs it: this machine, Ray's cluster, or SLURM by a job.",
                "NAME",
                "local",
                choices=("local", "ray", "slurm"),
            ),
            *_ON_RAY,
            Option("--gpus", "gpus", "With ray and slurm: GPUs of each run.", "N"),
            *_SLURM,
            _SET,
            _flag("dry-run", "Check the variants and tell the runs; start none."),
            _flag("strict", "Start nothing if a variant has to be left out."),
            _format("text", "json"),
            *_STYLED,
            _OUTSIDE,
            _IMPORT,
        ),
        (
            "cnnspec study studies/norm.yaml --dry-run",
            "cnnspec study studies/norm.yaml --jobs 2",
            "cnnspec study studies/norm.yaml --engine ray --address 10.0.0.1:6379",
            "cnnspec study specs/lab.yaml --vary train.batch_size=8,32,128 --seeds 3",
        ),
    ),
    "compare": Command(
        "Put results side by side: what trainings or studies have left.",
        (
            Operand(
                "RESULTS",
                "folders",
                "Folders of results, or of several; the first is the reference.",
                several=True,
            ),
        ),
        (
            Option(
                "--output",
                "output",
                "Where to write tables, pictures and a report, too.",
                "DIR",
                short="-o",
            ),
            _LANG,
            _TEMPLATES,
        ),
        (
            "cnnspec compare results/deep_cnn results/nin",
            "cnnspec compare results/norm results/width -o comparison --lang ko",
        ),
    ),
    "import": Command(
        "Read a model that isn't a spec, and write the spec of it. Nothing is run.",
        (
            Operand(
                "SOURCE",
                "source",
                "A file that Keras saved, a program or notebook; - reads stdin.",
            ),
        ),
        (
            Option(
                "--output",
                "output",
                "Where to write it; printed if none.",
                "SPEC",
                short="-o",
            ),
            _flag("flat", "Write layer by layer, without blocks and repeats."),
            _flag("strict", "Let nothing pass that the source doesn't say."),
            Option(
                "--report",
                "report",
                "What to tell: what is open and what the spec comes to, or a summary "
                "in place of both and of the spec.",
                "FORM",
                "text",
                choices=("text", "json"),
            ),
            *_CHOICE,
            Option(
                "--weights",
                "weights",
                "Write the model with its weights, too, as today's Keras has it: a "
                ".keras file.",
                "FILE",
            ),
            _flag("force", "Overwrite a file that a person edited."),
            _IMPORT,
        ),
        (
            "cnnspec import model.h5 -o model.yaml",
            "cnnspec import old.h5 -o new.yaml --weights new.keras",
            "cnnspec import lesson.ipynb --model cnn",
            "cnnspec import model.keras --report json",
        ),
        "reading",
    ),
    "blocks": Command(
        "List the blocks that come with cnnspec, to be brought in by include:.",
        (Operand("NAME", "name", "A file, or a block; all if none.", False),),
        (),
        ("cnnspec blocks", "cnnspec blocks squeeze_excite"),
    ),
    "layers": Command(
        "List the layers, or tell everything about one.",
        (Operand("NAME", "name", "A layer; all if none.", False),),
        (_format("text", "markdown"),),
        ("cnnspec layers", "cnnspec layers Conv2D"),
    ),
    "explain": Command(
        "Tell why something is an error or a warning, with a bad and a good example.",
        (Operand("CODE", "code", "Of a finding; all if none.", False),),
        (_format("text", "markdown"),),
        ("cnnspec explain shape",),
    ),
    "schema": Command(
        "Print the JSON Schema of the language, for editors.",
        (),
        (),
        ("cnnspec schema > cnnspec.schema.json",),
    ),
    "init": Command(
        "Write NAME.yaml, a small commented spec to start from, and its schema.",
        (Operand("NAME", "name", "Of the new model."),),
        (
            Option(
                "--from",
                "table",
                "A CSV file: its columns are listed, and one is to be learnt.",
                "FILE",
            ),
            Option(
                "--label",
                "label",
                "With --from: the column to learn; one called label, or the last.",
                "COLUMN",
            ),
            _flag("force", "Overwrite NAME.yaml if it is there."),
        ),
        ("cnnspec init first", "cnnspec init prices --from houses.csv --label price"),
    ),
}
