"""What needs samples that are known, asked of others.

The function that python: names gives arrays or a dataset, as fit takes them,
and cnnspec never runs it. So nothing of them can be counted, shared among
devices or drawn.

Wrong:

    data: {python: "my_package.data:load"}
    train: {loss: sparse_categorical_crossentropy, class_weight: balanced}

Right:

    data: {python: "my_package.data:load"}
    train: {loss: sparse_categorical_crossentropy, class_weight: {0: 2.0}}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections
from cnnspec.language.training import FEATURE_MAPS, GRAD_CAM

CODE = "ready-samples"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds each key of train: that needs to know them."""
    data, train = sections.data, sections.train
    if data is None or train is None or not data.about_source.is_ready:
        return
    found = [("class_weight", "counts labels", "give the weights as numbers")] * (
        train.class_weight == "balanced"
    )
    found += [("distribute", "shares samples", "remove it")] * bool(train.distribute)
    drawn = {FEATURE_MAPS, GRAD_CAM}.intersection(train.show)
    found += [("show", "draws samples", "show: [filters] needs none")] * bool(drawn)
    for key, does, hint in found:
        text = f"train.{key} {does}, and what python: gives is known to fit alone"
        yield Problem(("train", key), CODE, text, hint, at_key=True)
