"""The steps of one function as its statements."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cnnspec.catalogue.applications.base import Application
from cnnspec.catalogue.layers import Layer, handed_from
from cnnspec.catalogue.operations import Operation
from cnnspec.emit.code.plan.calls import (
    batch_of,
    block_call,
    input_call,
    model_call,
    sizes_of,
)
from cnnspec.emit.code.plan.comments import (
    authors,
    ends_stage,
    own_names,
    size_note,
)
from cnnspec.emit.code.plan.flow import (
    FlatInput,
    FlatModel,
    FlatNode,
    MadeBy,
    Occurrence,
)
from cnnspec.emit.code.plan.formulas import held_codes, layer_call
from cnnspec.emit.code.plan.holders import Holders
from cnnspec.emit.code.plan.names import Names
from cnnspec.emit.code.plan.operations import operation_code
from cnnspec.emit.code.plan.outline import defines
from cnnspec.emit.code.plan.places import (
    Export,
    Joined,
    LayerOf,
    LayerUsed,
    Made,
    Result,
    Value,
    is_layer,
)
from cnnspec.emit.code.plan.published import changes, made_model, said_of, title
from cnnspec.emit.code.plan.reads import ByName, Given, Reads, given_to
from cnnspec.emit.code.plan.shared import Shared, Signature
from cnnspec.emit.code.plan.tidy import if_statement
from cnnspec.emit.code.plan.values import call, text
from cnnspec.emit.code.plan.values import value as value_code
from cnnspec.emit.code.plan.words import Words
from cnnspec.emit.code.tree import (
    Assign,
    Blank,
    Call,
    CallArgument,
    Code,
    Comment,
    Evaluate,
    Expression,
    For,
    List,
    Operator,
    Return,
    Several,
    Star,
    Statement,
    Subscript,
)
from cnnspec.ground.errors import Path
from cnnspec.language.program import (
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    RepeatStep,
    Step,
    Steps,
)

Values = Sequence[Value]


class Body:
    """Makes the statements of a function, one step after the other.

    Attributes:
        statements: so far.
        function: what its runs have in common.
        returned: the value that its last step returns.
    """

    def __init__(self, shared: Shared, block: Block | None) -> None:
        self._shared, self._flow, self._block = shared, shared.flow, block
        self.function = shared.flow.functions[block.name if block else ""]
        self.returned: Value | None = None
        self.statements: list[Statement] = []
        names = Names(set(shared.names.taken))
        self.words = Words(block, shared.flow, names, shared.constants.use)
        self.variables = Holders(
            self._flow, self.function, names, shared.kinds, shared.handed
        )
        self.reads = Reads(self._flow, self.function, self.variables, self.words)
        self._said = ""
        """What the author says behind the step that is being made."""
        self._depth = 0
        """Of branches, loops and arms around the statements that are being made."""

    # ------------------------------------------------------------- steps

    def steps(self, steps: Steps, current: Values) -> Values:
        """Makes the statements of steps.

        Args:
            steps: to make them of.
            current: the tensors before them.

        Returns:
            The tensors after them.
        """
        for place, step in enumerate(steps):
            current = self._step(step, current)
            # Calls one after the other are stages themselves.
            follows = isinstance((*steps, None)[place + 1], CallStep)
            if isinstance(step, CallStep) and not follows:
                for taken in self._flow.occurrences.get(step.path, ())[:1]:
                    self._end_paragraph(taken)
        return current

    def _step(self, step: Step, current: Values) -> Values:
        remarks = self._shared.of_step(step)
        behind = not isinstance(step, IfStep) and step.path not in self._flow.flat_nodes
        self._said = remarks.behind if behind else ""
        said = authors(remarks, with_behind=not behind)
        before = len(self.statements)
        after = self._taken(step, current)
        made = self.statements[before:]
        if made:
            # What a loop begins with is set before it, and isn't what is spoken of.
            is_loop = isinstance(step, RepeatStep) and isinstance(made[-1], For)
            place = len(self.statements) - 1 if is_loop else before
            self.statements[place:place] = said
        return after

    def _taken(self, step: Step, current: Values) -> Values:
        if step.path in self._flow.flat_nodes:
            for node in self._flow.flat_nodes[step.path]:
                if isinstance(node, FlatInput):
                    self._flat_input(node)
                elif isinstance(node, FlatModel):
                    self._flat_model(node)
                else:
                    self._flat_node(node)
            return self._flow.flat_current[step.path]
        if isinstance(step, LayerStep):
            return self._layer(step, current)
        if isinstance(step, CallStep) and self._flow.makes_model(step):
            return self._model(step, current)
        if isinstance(step, CallStep):
            return self._call(step, current)
        if isinstance(step, RepeatStep):
            return self._repeat(step, current)
        if isinstance(step, IfStep):
            return self._if(step, current)
        if isinstance(step, PassStep):
            self._branches(step, current)
            return self._flow.passed.get(step.path, current)
        return self._apply(step, current)

    def _branches(
        self, step: LayerStep | CallStep | ApplyStep | PassStep, current: Values
    ) -> None:
        """Makes the statements of the branches that a step reads."""
        self.variables.expect_branches(step.path)
        for source in step.sources:
            if isinstance(source, tuple):
                self._depth += 1
                self.steps(source, current)
                self._depth -= 1

    # ------------------------------------------------------------- layers

    def _layer(self, step: LayerStep, current: Values) -> Values:
        found = self._flow.occurrences[step.path]
        said = self._said
        self._branches(step, current)
        tensors = self.reads.tensors(step.path)
        layers = self._flow.layers_made(step.path)
        _, first = layers[0]
        self.words.asked = self.reads.asked(step.path)
        codes: dict[str, Expression] = {}
        if not first.named_by_keras:
            self.statements += self._own_name(step)
            name = self.words.name(step)
            codes = {"name": Code(name)} if name else {}
        calls = [(way, self._made(call, step, way)) for way, call in step.models]
        codes |= held_codes(first, calls)
        write, outside = self.words.formula, self._shared.formula
        made = layer_call(self._shared.program, step, layers, write, outside, codes)
        assert made is not None
        value, key = Made(step.path), self._key(step)
        called = self._called(value, first, made, key, tensors, self._by_name(step))
        unpacked = self._unpacked(value, found, first)
        self._assign(value, called, key, self._note(found), said, unpacked)
        self._end_paragraph(found[0])
        return [value]

    def _unpacked(
        self, value: Made, found: Sequence[Occurrence], layer: Layer
    ) -> Expression | None:
        """The variables of the several tensors that a layer gives, each for itself.

        None where they aren't equally many each time.
        """
        shapes = [self._flow.shapes.get(taken.node) for taken in found]
        counts = {len(one) if isinstance(one, list) else 1 for one in shapes}
        count = counts.pop()
        if counts or count == 1 or value == self.returned:
            return None
        if any(len(layer.place_of(number)) > 1 for number in range(count)):
            return None
        others = layer.others_called(count - 1)
        return self.variables.unpack(value, others, layer.first_called())

    def _called(
        self,
        value: Made,
        layer: Layer,
        made: Call,
        key: str,
        tensors: Sequence[Given],
        named: ByName,
    ) -> Expression:
        """What a layer or an operation gives for tensors."""
        if isinstance(layer, Operation):
            return operation_code(layer, made, tensors, named)
        if isinstance(layer, Application):
            code = self._published(value, layer, made, tensors[0].code, key=key)
        else:
            made = self._holding(value, layer, made, tensors[0].code)
            code = self._kept_layer(value, made, key)
        return Call(code, given_to(layer, tensors, named))

    def _published(
        self,
        value: Made,
        model: Application,
        made: Call,
        given: Expression,
        axis: int = 1,
        key: str | None = None,
    ) -> Expression:
        """The code of a model of keras.applications, which is made beforehand.

        Args:
            value: what it makes, or the layer that holds it.
            model: with its arguments.
            made: the call with those that are given.
            given: the code of the tensor that it or its holder reads.
            axis: of that, from which on the model is given it, beside the batch.
            key: what it is kept by, if no layer holds it.
        """
        texts, found = self._shared.texts, self._flow.occurrences.get(value.path, ())
        read = [sizes[0] for sizes in map(self._flow.sizes, found) if sizes]
        whole = [shape for shape in dict.fromkeys(read) if isinstance(shape, tuple)]
        shapes = [(shape[0], *shape[axis:]) for shape in whole]
        is_one = self._block is None and len(shapes) == 1
        size = value_code(shapes[0][1:]) if is_one else sizes_of(given, axis)
        self.statements += said_of(model, texts, shapes)
        names = [one.value for one in made.arguments if one.keyword == "name"]
        made = made_model(model, made, size)
        code = made if key is None else self._kept_layer(value, made, key)
        if code is made:
            code = Code(self.variables.new(title(names)))
            self.statements.append(Assign(code, made))
        name = names[0] if names else None
        self.statements += changes(model, code, name, texts)
        return code

    def _holding(
        self, value: Made, layer: Layer, made: Call, given: Expression, axis: int = 1
    ) -> Call:
        """The call that makes a layer, and before it the models of Keras in it."""
        if layer.holds_model:  # its function is given other things than a layer
            return made
        axis, names = axis + layer.hands_in_from - 1, [*layer.arguments()]
        arguments = []
        for place, one in enumerate(made.arguments):
            inner, code = getattr(layer, one.keyword or names[place], None), one.value
            if isinstance(inner, Application) and isinstance(code, Call):
                code = self._published(value, inner, code, given, axis)
            elif isinstance(inner, Layer) and isinstance(code, Call):
                code = self._holding(value, inner, code, given, axis)
            arguments.append(one._replace(value=code))
        return made._replace(arguments=tuple(arguments))

    def _made(self, call: CallStep, holder: LayerStep, way: Path) -> Call:
        """The code that makes a model which a layer holds."""
        axis = handed_from(holder.type, way)
        read = [self.reads.code(use) for use in self.function.reads_of(holder.path)]
        signature = self._shared.signatures[call.block]
        shapes = [sizes_of(tensor, axis) for tensor in read[:1]]
        name = self.words.held_name(call)
        return block_call(self._shared, signature, call, shapes, self.words, name)

    def _model(self, step: CallStep, current: Values) -> Values:
        """Makes a model, and calls it."""
        found, said = self._flow.occurrences[step.path], self._said
        self._branches(step, current)
        block = self._shared.program.blocks[step.block]
        tensors = _one_by_one(self.reads.in_order(step, block), len(block.inputs))
        self.statements += self._own_name(step)
        signature = self._shared.signatures[step.block]
        self.words.asked = self.reads.asked(step.path)
        shapes = [sizes_of(tensor) for tensor in tensors]
        made = block_call(self._shared, signature, step, shapes, self.words)
        value, key = Made(step.path), self._key(step)
        code = self._kept_layer(value, made, key)
        given = tensors[0] if len(tensors) == 1 else List(tuple(tensors))
        settings = self._flow.settings[found[0].node].items()
        named = (CallArgument(name, value_code(one)) for name, one in settings)
        call = Call(code, (CallArgument("", given), *named))
        self._assign(value, call, key, self._note(found), said)
        self._end_paragraph(found[0])
        return [value]

    def _apply(self, step: ApplyStep, current: Values) -> Values:
        found, said = self._flow.occurrences[step.path], self._said
        self._branches(step, current)
        tensors = self.reads.tensors(step.path)
        code = self.reads.layer(LayerUsed(step.path), step.layer)
        value, key = Made(step.path), self._key(step)
        layer = self._flow.layers[found[0].node]
        given = given_to(layer, tensors, self._by_name(step))
        unpacked = self._unpacked(value, found, layer)
        self._assign(value, Call(code, given), key, self._note(found), said, unpacked)
        return [value]

    def _by_name(self, step: LayerStep | ApplyStep) -> ByName:
        """The arguments of a layer's call that a step names, and its settings."""
        named, [first, *_] = step.named, self._flow.occurrences[step.path]
        known = self._flow.settings.get(first.node, {})
        more = {key: value_code(one) for key, one in known.items()}
        if named is None:
            return (), more
        uses = self.function.reads_of(step.path)
        arguments = tuple(named.arguments[use.place or 0] for use in uses)
        settings = {key: self.words.data(one) for key, one in named.settings.items()}
        return arguments, {**more, **settings}

    def _flat_input(self, flat: FlatInput) -> None:
        """Makes an input of a model inside."""
        [(tensor, _)] = self.reads.tensors(flat.value.path)
        about = self._flow.input_of(flat.node)
        sizes = sizes_of(tensor, flat.axis)
        code = input_call(sizes, about.dtype, flat.name, batch_of(about.shape))
        self.statements.append(Assign(Code(self.variables.of(flat.value)), code))

    def _flat_model(self, flat: FlatModel) -> None:
        """Makes a model of what it has been given."""
        inputs = [Code(self.variables.of(value)) for value in flat.inputs]
        outputs = [
            Star(code) if self.reads.is_list(use) and len(flat.outputs) > 1 else code
            for use, code in ((use, self.reads.code(use)) for use in flat.outputs)
        ]
        code = model_call(inputs, outputs, Code(text(flat.name)))
        self.statements += own_names(flat.own, flat.name)
        self.statements.append(Assign(Code(self.variables.of(flat.value)), code))

    def _flat_node(self, flat: FlatNode) -> None:
        tensors = self.reads.tensors((flat.node,))
        settings = {key: Code(repr(one)) for key, one in flat.settings.items()}
        named = flat.arguments, settings
        if flat.is_shared and not isinstance(flat.layer, Operation):
            given = given_to(flat.layer, tensors, named)
            code = self.reads.code(LayerUsed((flat.node,)))
            self._assign(flat.value, Call(code, given), "", "")
            return
        codes: dict[str, Expression] = {}
        if not flat.layer.named_by_keras:
            local = _local(flat.node)
            self.statements += own_names(local, flat.name or local)
            codes = {"name": Code(text(flat.name))} if flat.name else {}
        held = [
            (way, self._flat_made(made, flat, place))
            for place, (way, made) in enumerate(flat.held)
        ]
        made = call(flat.layer, {**codes, **held_codes(flat.layer, held)})
        if flat.model:
            made = self._function_call(flat.model, flat)
        key = text(next(iter(self.function.names[flat.value])))
        taken = Occurrence(flat.node, flat.layer, None, flat.inputs)
        called = self._called(flat.value, flat.layer, made, key, tensors, named)
        self._assign(flat.value, called, key, self._note([taken]))
        self._end_paragraph(taken)

    def _flat_made(self, made: MadeBy | None, flat: FlatNode, place: int) -> Expression:
        """The code of a model that a node holds."""
        if made is None:
            return self.reads.code(LayerUsed((flat.node, place)))
        return self._function_call(made, flat)

    def _function_call(self, made: MadeBy, flat: FlatNode) -> Call:
        """The call that makes a model which a node is, or holds."""
        read = [tensor.code for tensor in self.reads.tensors((flat.node,))]
        shapes = [sizes_of(tensor, made.axis) for tensor in read]
        signature, name = self._shared.signatures[made.step.block], text(made.name)
        return block_call(self._shared, signature, made.step, shapes, self.words, name)

    def _kept_layer(self, value: Made, made: Expression, key: str) -> Expression:
        """The code of a layer, which is made beforehand if it is used again."""
        own, function = LayerOf(value), self.function
        if own not in function.live:
            return made
        if not function.is_own(own):
            kept = self.variables.kept("shared", key)
            self.statements.append(Assign(kept, made))
            return kept
        variable = Code(self.variables.of(own))
        self.statements.append(Assign(variable, made))
        if own in function.stored:
            kept = self.variables.kept("shared", key)
            self.statements.append(Assign(kept, variable))
        return variable

    def _assign(
        self,
        value: Made,
        code: Expression,
        key: str,
        note: str,
        said: str = "",
        unpacked: Expression | None = None,
    ) -> None:
        """Makes the statement that a layer is called."""
        if unpacked is not None:
            self.statements.append(Assign(unpacked, code, note, said))
            return
        target = self.variables.target(value)
        kept = None
        if value in self.function.stored:
            kept = self.variables.kept("tensors", key)
        variable = Code(target) if target else kept
        if value == self.returned:
            self.statements.append(Return(code, note, said))
        elif variable:
            self.statements.append(Assign(variable, code, note, said))
        elif isinstance(code, Operator | Subscript):  # alone it looks like a slip
            self.statements.append(Assign(Code("_"), code, note, said))
        else:
            self.statements.append(Evaluate(code, note, said))
        if kept and target:
            self.statements.append(Assign(kept, Code(target)))

    def _key(self, step: LayerStep | CallStep | ApplyStep) -> str:
        """The code of a step's name, if anything of the step is kept by it."""
        kept = any(value.path == step.path for value in self.function.stored)
        return self.words.key(step) if kept else ""

    # ------------------------------------------------------------- calls

    def _call(self, step: CallStep, current: Values) -> Values:
        found, said = self._flow.occurrences[step.path], self._said
        self._branches(step, current)
        tensors = self.reads.in_order(step, self._shared.program.blocks[step.block])
        self.statements += self._own_name(step)
        signature = self._shared.signatures[step.block]
        self.words.asked = self.reads.asked(step.path)
        code = block_call(self._shared, signature, step, tensors, self.words)
        values = [Result(step.path, k) for k in range(signature.results)]
        for k in range(1, signature.results):
            self.variables.slot(k, signature.result_name(k))
        targets, after = self._targets(step, signature, values)
        note = self._note(found)
        if values[0] == self.returned:
            self.statements.append(Return(code, note, said))
        elif any(target != Code("_") for target in targets):
            self.statements.append(Assign(Several(tuple(targets)), code, note, said))
        else:
            self.statements.append(Evaluate(code, note, said))
        self.statements += after
        return values

    def _targets(
        self, step: CallStep, signature: Signature, values: list[Result]
    ) -> tuple[list[Expression], list[Assign]]:
        """The variables for what a function returns, and what keeps it by name."""
        targets: list[Expression] = [
            Code(self.variables.target(value) or "_") for value in values
        ]
        key, after = self._key(step), []
        if values[0] in self.function.stored:
            kept = self.variables.kept("tensors", key)
            if targets[0] == Code("_"):
                targets[0] = kept
            else:
                after.append(Assign(kept, targets[0]))
        for inside in signature.handed:
            export = Export(step.path, inside)
            if export not in self.function.stored:
                live = export in self.function.live
                targets.append(Code(self.variables.of(export) if live else "_"))
                continue
            [name] = signature.function.names[inside]
            where = "shared" if is_layer(inside) else "tensors"
            is_whole = self._is_whole(inside)
            outside = self.words.outside(step, name, is_whole)
            kept = self.variables.kept(where, outside)
            if self.function.is_own(export):
                targets.append(Code(self.variables.of(export)))
                after.append(Assign(kept, targets[-1]))
            else:
                targets.append(kept)
        return targets, after

    def _is_whole(self, value: Value) -> bool:
        """Whether no name of a call is put before the name of a value."""
        while value.path not in self._shared.wholes and isinstance(value, Export):
            value = value.inside
        return value.path in self._shared.wholes

    # ------------------------------------------------------------- loops

    def _repeat(self, step: RepeatStep, current: Values) -> Values:
        said, counts = self._said, self._flow.rounds.get(step.path, {0})
        if counts == {0}:
            return current
        joins, live = defines(step.steps), self.function.live
        places = range(len(current) if joins else 0)
        start = [Joined(step.path, "start", k) for k in places]
        end = [Joined(step.path, "end", k) for k in places]
        comes_in = [
            k for k in places if start[k] in live or (end[k] in live and 0 in counts)
        ]
        each = Joined(step.path, "each", 0) if joins and step.collect else None
        goes_on = [
            k
            for k in places
            if end[k] in live or (start[k] in live and max(counts) > 1)
        ]
        if each in live:
            code = Code(self.variables.of(each))
            self.statements.append(Assign(code, List(())))
        path, copies = step.path, self.variables.copies
        self.statements += copies(current, (path, "first"), comes_in, {})
        loop = self.words.begin(step)
        with self._aside() as inside:
            if joins:
                self.statements += self.variables.carry(start, {})
            after = self.steps(step.steps, start if joins else current)
            if each in live:
                self.statements.append(self._appended(each, after))
            self.statements += copies(after, (path, "again"), goes_on, {})
        self.words.loops.pop()
        target, over = loop.header(max(counts), self.words)
        if inside:
            self.statements.append(For(target, over, tuple(inside), said))
        if not joins:
            return current
        if each:
            return [each]
        self.statements += self.variables.carry(end, {})
        return end

    def _appended(self, each: Joined, after: Values) -> Statement:
        """What puts a round's tensors into the list of what all rounds gave."""
        way = each.path, "each"
        items = [
            Code(self.variables.holder(value, way, place))
            for place, value in enumerate(after)
        ]
        name = self.variables.of(each)
        gives_list = any(
            self._flow.is_list(read.instance.node)
            for _, read in self.function.readers(after[0])
        )
        if len(items) == 1 and not gives_list:
            [item] = items
            call = Call(Code(f"{name}.append"), (CallArgument("", item),))
            return Evaluate(call)
        given = items[0] if gives_list else List(tuple(items))
        return Evaluate(Call(Code(f"{name}.extend"), (CallArgument("", given),)))

    # ------------------------------------------------------------- branches

    def _if(self, step: IfStep, current: Values) -> Values:
        """Makes an `if`, or the one of its arms that code can take."""
        arms, asked = self._flow.arms_of(step), self.reads.asked(step.path)
        made: dict[bool, list[Statement]] = {True: [], False: []}
        ends: dict[bool, Values] = {}
        for arm in arms:
            with self._aside(deeper=len(arms) > 1) as made[arm]:
                ends[arm] = self.steps(step.then if arm else step.otherwise, current)
        joins = defines(step.then) or defines(step.otherwise)
        values, slots = self._meet(step, ends) if joins else ([], {})
        places = [k for k in slots if values[k] in self.function.live]
        for arm in arms:
            way = step.path, str(arm)
            made[arm] += self.variables.copies(ends[arm], way, places, slots)
        if len(arms) > 1:
            self.words.asked = asked
            test = self.words.data(step.test)
            assert isinstance(test, Code)
            then, otherwise = tuple(made[True]), tuple(made[False])
            self.statements += if_statement(test.text, then, otherwise)
        else:
            self.statements += made[arms[0]]
        if not joins:
            return current
        self.statements += self.variables.carry(values, slots)
        return values

    def _meet(
        self, step: IfStep, ends: dict[bool, Values]
    ) -> tuple[list[Joined], dict[int, str]]:
        """The tensors after an `if`, and their variables."""
        count = min(map(len, ends.values()))
        values = [Joined(step.path, "if", k) for k in range(count)]
        slots: dict[int, str] = {}
        for k, value in enumerate(values):
            holders = {
                self.variables.holder(found[k], (step.path, str(arm)), k)
                for arm, found in ends.items()
            }
            if len(holders) == 1:
                slots[k] = holders.pop()
            elif self._is_for_later(value):
                slots[k] = self.variables.of(value)
            else:
                slots[k] = self.variables.slot(k)
        return values, slots

    def _is_for_later(self, value: Joined) -> bool:
        """Whether something else is made before a tensor is read, each time."""
        own = self.function.is_own(value) and value in self.function.live
        return own and not any(read.next for _, read in self.function.readers(value))

    @contextmanager
    def _aside(self, deeper: bool = True) -> Iterator[list[Statement]]:
        """Lets statements be made into the list that it gives."""
        around, self.statements = self.statements, []
        self._depth += deeper
        yield self.statements
        self._depth -= deeper
        self.statements = around

    # ------------------------------------------------------------- what is said

    def _end_paragraph(self, taken: Occurrence) -> None:
        """Leaves a line empty after a step, if the image got smaller there.

        That is done where the model is made alone, outside of loops and branches.
        """
        at_top = self._block is None and not self._depth
        if at_top and ends_stage(self._flow.sizes(taken)):
            self.statements.append(Blank())

    def _own_name(self, step: LayerStep | CallStep) -> list[Comment]:
        """The author's name of a step that is called otherwise in the code."""
        if not isinstance(step.name, str):
            return []
        names = (self._flow.names.get((step.path, named)) for named in (False, True))
        found = [keras for name in names if name for keras in name[step.name]]
        return own_names(step.name, found[0]) if found else []

    def _note(self, found: Sequence[Occurrence]) -> str:
        """The sizes that come out, where they have changed, and always alike."""
        if self._block is not None:
            return ""
        notes = {size_note(self._flow.sizes(taken)) for taken in found}
        return notes.pop() if len(notes) == 1 else ""


def _local(node: str) -> str:
    """What a node is called in the model that it stands in."""
    return node.rpartition("/")[2]


def _one_by_one(tensors: Sequence[Expression], count: int) -> list[Expression]:
    """Tensors of which a list may hold several, so that all are `count`."""
    found: list[Expression] = []
    for code in tensors:
        if isinstance(code, Star):
            places = range(count - len(tensors) + 1)
            found += (Subscript(code.items, Code(str(place))) for place in places)
        else:
            found.append(code)
    return found
