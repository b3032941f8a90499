"""The code of what a function's steps read."""

from typing import TYPE_CHECKING

from cnnspec.emit.code.record import Site, Thing, Unfaithful
from cnnspec.emit.code.steps import choice
from cnnspec.ground.errors import Path
from cnnspec.language.expressions import Formula
from cnnspec.language.program import ApplyStep, CallStep, LayerStep

if TYPE_CHECKING:
    from cnnspec.emit.code.body import Body


class Reader:
    """Writes what places read."""

    def __init__(self, body: "Body") -> None:
        self._body, self._flow, self._unit = body, body.flow, body.unit

    def tensors(
        self, step: LayerStep | CallStep | ApplyStep, current: list[Thing]
    ) -> list[tuple[str, bool]]:
        """The tensors that a step is given, and which of them are lists.

        Its branches are written first.
        """
        self._body.variables.expect_branches(step.path)
        branches: dict[int, list[Thing]] = {}
        for place, source in enumerate(step.sources):
            if isinstance(source, tuple):
                self._body.depth += 1
                branches[place] = self._body.steps(source, current)
                self._body.depth -= 1
        found = []
        for site in self._unit.reads_of(step.path):
            place = site[2]
            implied = current if place is None else branches.get(place, current)
            code = self.read(site, step.path, implied[site[3] : site[3] + 1])
            listed = {
                self._flow.is_list(read.ref.node) for read in self._unit.sites[site]
            }
            if len(listed) > 1:
                raise Unfaithful(self._flow.parents[step.path])
            found.append((code, listed.pop()))
        return found

    def read(self, site: Site, path: Path, implied: list[Thing]) -> str:
        """The code of what a place reads.

        Args:
            site: the place.
            path: where the step or the block stands.
            implied: what it reads where it names nothing.

        Raises:
            Unfaithful: no one code reads it each time.
        """
        source = self._source_of(site)
        if site in self._unit.by_key:
            if source is None or site[-1]:
                raise Unfaithful(self._around(path))
            return self.stored(self._body.words.text(source))
        if site in self._unit.chosen:
            assert isinstance(source, Formula)
            return self._choice(site, source)
        named = {bool(read.by) for read in self._unit.sites[site]}
        if len(named) > 1:
            raise Unfaithful(self._around(path))
        if named == {False} and self._unit.things_at(site) != {*implied}:
            raise Unfaithful(self._around(path))
        return self._body.variables.read(site)

    def stored(self, key: str) -> str:
        """The tensor that is kept by a name.

        Args:
            key: the name's code.
        """
        self._body.variables.keeps.add("tensors")
        return f"tensors[{key}]"

    def layer(self, step: ApplyStep) -> str:
        """The layer that a step uses again."""
        site = ("layer", step.path)
        if site not in self._unit.by_key:
            return self._body.variables.read(site)
        self._body.variables.keeps.add("shared")
        return f"shared[{self._body.words.text(step.layer)}]"

    def flat(self, site: Site) -> str:
        """What a node reads that is written by itself.

        Raises:
            Unfaithful: only the structure that made it can say its variable.
        """
        if site not in self._unit.by_key:
            return self._body.variables.read(site)
        thing = self._unit.sites[site][0].ref.thing
        if thing.kind in ("call", "export", "export layer"):
            raise Unfaithful(thing.path)
        raise Unfaithful(self._flow.parents.get(thing.path, ()))

    def _around(self, path: Path) -> Path:
        """What to write flat where a step or block can't be written."""
        blocks = self._flow.program.blocks.values()
        if any(block.path == path for block in blocks):
            return path
        return self._flow.parents[path]

    def _source_of(self, site: Site) -> str | Formula | None:
        """What a place names, in the spec's words."""
        if site in self._flow.sources:
            return self._flow.sources[site]
        names = {read.by for read in self._unit.sites[site]}
        return names.pop() if len(names) == 1 else None

    def _choice(self, site: Site, source: Formula) -> str:
        """`skip if test else x` for a formula that chooses between names."""
        tests = choice(source, self._body.words.rename)
        things = {read.by: read.ref.thing for read in self._unit.sites[site]}
        assert tests is not None
        if not tests.keys() <= things.keys():
            raise Unfaithful(self._around(site[1]))
        variables = {name: self._body.variables.of(things[name]) for name in tests}
        return "".join(
            f"{variables[name]} if {test} else " if test else variables[name]
            for name, test in tests.items()
        )


def bracketed(codes: list[str]) -> list[str]:
    """Tensors one beside the other, with brackets around those that a test chooses."""
    if len(codes) == 1:
        return codes
    return [f"({code})" if " if " in code else code for code in codes]
