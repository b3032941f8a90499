"""A value given by --set that nothing takes.

Two kinds of value can be changed to no avail: the default of a parameter that
each call gives, and what stands in layers that are not taken, in an `if` whose
test fails or a repeat of no rounds. The model is then the one without the
change, so that whoever goes on with it is misled.

Wrong:

    $ echo 'params: {n: 8}, layers: [{Dense: $n}]' > block
    $ echo "{input: 4, blocks: {b: {$(cat block)}}, layers: [{b: 16}]}" > b.yaml
    $ cnnspec check b.yaml --set blocks.b.params.n=32

Right:

    $ echo 'params: {n: 8}, layers: [{Dense: $n}]' > block
    $ echo "{input: 4, blocks: {b: {$(cat block)}}, layers: [{b: 16}]}" > b.yaml
    $ cnnspec check b.yaml --set layers.0.b=32
"""

from collections.abc import Iterable, Iterator

from cnnspec.ground.errors import Path, Problem
from cnnspec.language.blocks import each_step
from cnnspec.language.program import ApplyStep, CallStep, LayerStep, Step
from cnnspec.model.summary import Model

CODE = "unused-override"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of values from outside that change nothing, whatever they are."""
    program = model.program
    if not program.source.overridden:
        return
    from cnnspec.model.functional import written_nodes

    placed = {node.path for _, node in written_nodes(model.summary.graph)}
    every = [program.steps, *(block.steps for block in program.blocks.values())]
    steps = [step for some in every for step in each_step(some)]
    for path in program.source.overridden:
        text, hint = _given_by_all(path, steps), "set it where the block is called"
        touched = [step.path for step in steps if _makes_layer(step, path)]
        if touched and placed.isdisjoint(touched):
            text = "no layer comes of this: an if: or a repeat: never leads here"
            hint = "set what the test or the repeat looks at"
        if text:
            yield Problem(path, CODE, text, hint)


def _given_by_all(path: Path, steps: Iterable[Step]) -> str:
    """What to say of the default of a parameter that each call gives."""
    if len(path) != 4 or path[0] != "blocks" or path[2] != "params":
        return ""
    _, block, _, param = path
    calls = [s for s in steps if isinstance(s, CallStep) and s.block == block]
    if not calls or any(param not in call.arguments for call in calls):
        return ""
    return f"each call of '{block}' gives {param} itself, and none takes this"


def _makes_layer(step: Step, path: Path) -> bool:
    """Whether a step makes a layer, and its entry holds a path or stands below it."""
    together = min(len(step.path), len(path))
    made = isinstance(step, LayerStep | ApplyStep)
    return made and step.path[:together] == path[:together]
