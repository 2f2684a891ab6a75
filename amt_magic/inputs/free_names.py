"""Names that code reads before it has bound them itself, in order of execution."""

import ast
import dis
from collections.abc import Iterable
from types import CodeType

from amt_magic.executors.names import READS, names_read

Names = frozenset[str]
_BINDS = ("STORE_NAME", "STORE_GLOBAL")
_UNBINDS = ("DELETE_NAME", "DELETE_GLOBAL")


def free_names(source: str) -> dict[str, bool]:
    """Return the names that code needs from outside, in the order it reads them.

    True for a name that the code itself binds as well: later, or on another path.

        model = make(rate)      # make, rate: False
        for batch in batches:   # batches: False
            loss = model(batch)
        print(loss)             # print: False; loss: True, there may be no batch
    """
    flow = _Flow()
    flow.run(ast.parse(source).body, frozenset())
    read = names_read(compile(source, "<cell>", "exec", dont_inherit=True))
    return {name: name in flow.ever_bound for name in flow.free if name in read}


class _Flow:
    """Goes through statements as they run, with the names bound so far.

    Where paths meet, a name is bound when it is on all of them; the body of a loop
    may not run. What a function reads counts from its definition on.
    """

    def __init__(self) -> None:
        self.free: dict[str, None] = {}
        self.ever_bound: set[str] = set()

    def run(self, statements: Iterable[ast.stmt], bound: Names) -> Names:
        """Return the names bound after the statements."""
        for statement in statements:
            bound = self._step(statement, bound)
        return bound

    def _step(self, statement: ast.stmt, bound: Names) -> Names:
        match statement:
            case ast.If():
                bound = self._expression(statement.test, bound)
                other = self.run(statement.orelse, bound)
                return self.run(statement.body, bound) & other
            case ast.While():
                bound = self._expression(statement.test, bound)
                self.run(statement.body, bound)
                self.run(statement.orelse, bound)
            case ast.For():
                bound = self._expression(statement.iter, bound)
                self.run(statement.body, self._target(statement.target, bound))
                self.run(statement.orelse, bound)
            case ast.With():
                for item in statement.items:
                    bound = self._expression(item.context_expr, bound)
                    if item.optional_vars:
                        bound = self._target(item.optional_vars, bound)
                return self.run(statement.body, bound)
            case ast.Try() | ast.TryStar():
                return self._try(statement, bound)
            case ast.Match():
                bound = self._expression(statement.subject, bound)
                for case in statement.cases:
                    self._case(case, bound)
            case ast.Break() | ast.Continue():
                pass  # cannot be compiled on their own
            case _:
                return self._simple(statement, bound)
        return bound

    def _try(self, statement: ast.Try | ast.TryStar, bound: Names) -> Names:
        after = self.run(statement.orelse, self.run(statement.body, bound))
        for handler in statement.handlers:
            within = bound | {handler.name} if handler.name else bound
            if handler.type:
                self._expression(handler.type, bound)
            after &= self.run(handler.body, within)
        return after | self.run(statement.finalbody, bound)

    def _case(self, case: ast.match_case, bound: Names) -> None:
        for node in ast.walk(case.pattern):
            if isinstance(node, ast.expr):
                self._expression(node, bound)
            captured = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(captured, str):
                self.ever_bound.add(captured)
                bound |= {captured}
        if case.guard:
            self._expression(case.guard, bound)
        self.run(case.body, bound)

    def _simple(self, statement: ast.stmt, bound: Names) -> Names:
        """Go through the instructions of a statement that has no blocks to run."""
        code = compile(ast.Module([statement], []), "<cell>", "exec", dont_inherit=True)
        defined = {getattr(statement, "name", "")}  # a function may call itself
        before = bound
        for instruction in dis.get_instructions(code):
            value = instruction.argval
            if isinstance(value, CodeType):
                self._read(names_read(value), bound | defined)
            elif instruction.opname in _BINDS:
                self.ever_bound.add(value)
                bound |= {value}
            elif instruction.opname in READS:
                self._read([value], bound)
            if instruction.opname in _UNBINDS:
                bound -= {value}
        self._read(names_read(code), before | bound)  # in the text of queries
        return bound

    def _expression(self, expression: ast.expr, bound: Names) -> Names:
        return self._simple(ast.copy_location(ast.Expr(expression), expression), bound)

    def _target(self, target: ast.expr, bound: Names) -> Names:
        nothing = ast.copy_location(ast.Constant(None), target)
        assignment = ast.Assign([target], nothing)
        return self._simple(ast.copy_location(assignment, target), bound)

    def _read(self, names: Iterable[str], bound: Names) -> None:
        self.free.update(dict.fromkeys(name for name in names if name not in bound))
