"""A learner's line, typed as a string, made a SymPy expression over our symbols, without ``eval``.

Python's own parser makes a syntax tree and a walker reads it: what is not listed here is refused in one
sentence, with a caret below the place. SymPy computes while it builds (``9**9**9`` would never end), so
sizes are checked before anything is built. What is shown afterwards is what was read: ``x/x`` reads as 1.
"""

import ast
import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sympy as sp

from cesym import symbols
from cesym.letters import ascii_name
from cesym.parse.build import TooLarge, absolute, bounded, countable, delta, exponential, logarithm, power, relation
from cesym.parse.spelling import DEEPEST, LONGEST, ParseError, syntax_message, typed

__all__ = ["ParseError", "parse"]

DIGITS = 60  # of a number as typed
SHARED = {name: getattr(symbols, name) for name in symbols.__all__ if name != "scalar"}
INDICES = {name: SHARED[name] for name in "ijcm"}
CONSTANTS = {"pi": sp.pi, "E": sp.E, "e": sp.E}
RELATIONS: dict[type, type] = {
    ast.Lt: sp.Lt, ast.LtE: sp.Le, ast.Gt: sp.Gt, ast.GtE: sp.Ge, ast.Eq: sp.Eq, ast.NotEq: sp.Ne,
}  # fmt: skip
NAMED_RELATIONS = {"Eq": sp.Eq, "Ne": sp.Ne, "Lt": sp.Lt, "Le": sp.Le, "Gt": sp.Gt, "Ge": sp.Ge}
NOT_REAL = (sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I)


def parse(text: str, names: Mapping[str, Any] | None = None) -> sp.Basic:
    """The expression or the relation that ``text`` says, over ``names`` first and then the shared symbols.

    ``names`` maps a letter to its Symbol or IndexedBase. A bound letter of a sum or product is local to it.
    Convention: ``^`` is a power, ``log`` is natural, decimals are exact (0.5 is 1/2). A family without an
    index reads as one number for all samples, a scalar with an index as a family: whether a line means what
    it says is for the diagnosis to tell.
    Raises: ParseError (a ValueError).

    >>> parse("-Sum(k[i]*ln(p[i]) + (1 - k[i])*ln(1 - p[i]), (i, 1, N))")
    -Sum((1 - k[i])*log(1 - p[i]) + log(p[i])*k[i], (i, 1, N))
    >>> parse("0.5·x^2") == sp.Rational(1, 2) * symbols.scalar(symbols.x) ** 2
    True
    >>> parse("0 < p[i] < 1")
    (p[i] > 0) & (p[i] < 1)
    """
    if not isinstance(text, str):
        raise ParseError(f"text: a line is a str, not {type(text).__name__}.")
    if len(text) > LONGEST:
        raise ParseError(f"text: this line has {len(text)} characters, and {LONGEST} is the limit.")
    code, places = typed(text, names or {})
    if not code.strip():
        raise ParseError("text: this line is empty.")
    reader = Reader(text, places, code, names or {})
    try:
        return reader.read(ast.parse(code, mode="eval").body)
    except SyntaxError as error:
        place = places[min(max((error.offset or 1) - 1, 0), len(places) - 1)]
        raise ParseError(syntax_message(code, error), text, place) from None
    except (RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError("text: this line is too long or too deeply nested to be read.") from None


class Reader:
    """Walks a syntax tree; ``scope`` holds the bound letters of the sums and products around the place."""

    def __init__(self, text: str, places: list[int], code: str, names: Mapping[str, Any]) -> None:
        self.text, self.places, self.code = text, places, code
        # A letter that is LaTeX already (\hat y) is typed by its readable name (y_hat).
        self.names = {ascii_name(name): letter for name, letter in names.items()} | dict(names)
        self.scope: dict[str, sp.Symbol] = {}
        self.depth = 0

    def refuse(self, node: ast.AST, message: str) -> ParseError:
        return ParseError(message, self.text, self.places[getattr(node, "col_offset", 0)])

    def read(self, node: ast.AST) -> sp.Basic:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.refuse(node, f"This is nested more than {DEEPEST} deep.")
        method = getattr(self, f"read_{type(node).__name__}", None)
        if method is None:
            raise self.refuse(node, f"{WHAT.get(type(node), 'This')} is not read in a formula.")
        result = method(node)
        self.depth -= 1
        return result

    def number(self, node: ast.AST) -> sp.Expr:
        value = self.read(node)
        if not isinstance(value, sp.Expr):
            raise self.refuse(node, "A relation stands where a number is expected.")
        return value

    @contextmanager
    def building(self, node: ast.AST) -> Iterator[None]:
        """What SymPy says while it builds becomes one sentence of ours."""
        try:
            yield
        except (ParseError, RecursionError):
            raise
        except TooLarge as error:
            raise self.refuse(node, f"{error} is too large to be computed here.") from None
        except Exception as error:  # SymPy raises of all kinds
            raise self.refuse(node, f"SymPy cannot build this ({type(error).__name__}: {error}).") from None

    def real(self, node: ast.AST, build: Callable[..., sp.Expr], *args: Any) -> sp.Expr:
        with self.building(node):
            value = build(*args)
        if value.has(*NOT_REAL):
            raise self.refuse(node, "This is no real number: a division by 0, or the root or log of no positive number.")
        return value

    # Letters and numbers

    def read_Constant(self, node: ast.Constant) -> sp.Expr:
        source = self.code[node.col_offset : node.end_col_offset].replace("_", "")
        if type(node.value) not in (int, float):
            raise self.refuse(node, f"{source} is not a number, and only numbers and letters are read.")
        if len(source) > DIGITS or not re.fullmatch(r"\d+|(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", source):
            raise self.refuse(node, f"Numbers are typed as 12 or 0.5, with at most {DIGITS} digits.")
        return sp.Integer(source) if source.isdigit() else sp.Rational(source)

    def read_Name(self, node: ast.Name) -> sp.Expr:
        letter = self.letter(node)
        return symbols.scalar(letter) if isinstance(letter, sp.IndexedBase) else letter

    def letter(self, node: ast.Name) -> Any:
        for known in (self.scope, self.names, SHARED, CONSTANTS):
            if node.id in known:
                return known[node.id]
        if node.id in FUNCTIONS:
            raise self.refuse(node, f"{node.id} is a function: it is typed with its argument, {node.id}(...).")
        raise self.refuse(node, self.unknown(node.id))

    def unknown(self, name: str, what: str = "name") -> str:
        known = [*self.scope, *self.names, *SHARED, *CONSTANTS, *FUNCTIONS]
        base, _, index = name.rpartition("_")
        if base in known and index:
            return f"I do not know the {what} {name!r}; an index is typed in brackets: {base}[{index}]."
        lower = {k.lower(): k for k in reversed(known)}
        near = difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.55)
        if near:
            return f"I do not know the {what} {name!r}; the nearest that I know: {', '.join(lower[n] for n in near)}."
        letters = ", ".join(sorted({*self.scope, *self.names, *SHARED}, key=str.lower))
        return f"I do not know the {what} {name!r}; the letters that I know: {letters}."

    def read_Subscript(self, node: ast.Subscript) -> sp.Expr:
        if not isinstance(node.value, ast.Name):
            raise self.refuse(node, "Only a letter has an index: it is typed p[i].")
        family = self.letter(node.value)
        if isinstance(family, sp.Symbol):
            family = sp.IndexedBase(family)
        if not isinstance(family, sp.IndexedBase):
            raise self.refuse(node, f"{node.value.id} is a number and has no index.")
        at = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if not at:
            raise self.refuse(node, "An index is missing between the brackets.")
        indices = [self.number(part) for part in at]
        with self.building(node):
            return family[tuple(indices)]

    # Arithmetic

    def read_UnaryOp(self, node: ast.UnaryOp) -> sp.Basic:
        if not isinstance(node.op, ast.USub | ast.UAdd):
            raise self.refuse(node, "Of the signs before a term only + and - are read.")
        value = self.number(node.operand)
        return value if isinstance(node.op, ast.UAdd) else self.real(node, sp.Mul, sp.S.NegativeOne, value)

    def read_BinOp(self, node: ast.BinOp) -> sp.Expr:
        # A long sum is a tree that leans to the left: read as one level.
        for ops, build in (((ast.Add, ast.Sub), sp.Add), ((ast.Mult, ast.Div), sp.Mul)):
            if isinstance(node.op, ops):
                parts: list[sp.Expr] = []
                left: ast.AST = node
                while isinstance(left, ast.BinOp) and isinstance(left.op, ops):
                    part = self.number(left.right)
                    if isinstance(left.op, ast.Sub):
                        part = sp.Mul(sp.S.NegativeOne, part)
                    elif isinstance(left.op, ast.Div):
                        part = self.real(left, sp.Pow, part, sp.S.NegativeOne)
                    parts.append(part)
                    left = left.left
                return self.real(node, build, self.number(left), *reversed(parts))
        if isinstance(node.op, ast.Pow):
            return self.real(node, power, self.number(node.left), self.number(node.right))
        raise self.refuse(node, "Of the operators only +, -, *, / and ^ are read.")

    # Relations

    def read_Compare(self, node: ast.Compare) -> sp.Basic:
        parts, left = [], self.number(node.left)
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.In) and isinstance(right_node, ast.Set):
                values = [self.number(value) for value in right_node.elts]
                parts.append(sp.Contains(left, sp.FiniteSet(*values), evaluate=False))
                break
            if type(op) not in RELATIONS:
                raise self.refuse(node, "Of the relations only <, <=, >, >=, ==, != and 'in {0, 1}' are read.")
            right = self.number(right_node)
            parts.append(relation(RELATIONS[type(op)], left, right))
            left = right
        if len(parts) < len(node.ops):
            raise self.refuse(node, "Nothing can follow 'in {...}'.")
        with self.building(node):
            return parts[0] if len(parts) == 1 else sp.And(*parts)

    def condition(self, node: ast.AST) -> sp.Basic:
        if isinstance(node, ast.Constant) and node.value is True:
            return sp.true
        value = self.read(node)
        if not isinstance(value, sp.logic.boolalg.Boolean) or isinstance(value, sp.Symbol):
            raise self.refuse(node, "A relation is expected here, such as k[i] == 1, or True.")
        return value

    def read_BoolOp(self, node: ast.BoolOp) -> sp.Basic:
        parts = [self.condition(part) for part in node.values]
        with self.building(node):
            return sp.And(*parts) if isinstance(node.op, ast.And) else sp.Or(*parts)

    # Functions

    def read_Call(self, node: ast.Call) -> sp.Basic:
        if not isinstance(node.func, ast.Name):
            raise self.refuse(node, "Only a function named here can be called; a product is typed with *.")
        name = node.func.id
        if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
            raise self.refuse(node, f"{name} takes no keywords and no stars.")
        if name in self.scope or name not in FUNCTIONS:
            if any(name in known for known in (self.scope, self.names, SHARED, CONSTANTS)):
                raise self.refuse(node, f"{name} is no function: a product is typed {name}*(...), an index {name}[...].")
            raise self.refuse(node, self.unknown(name, "function"))
        least, most, build = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            wanted = f"{least}" if least == most else f"at least {least}" if most == MANY else f"{least} or {most}"
            raise self.refuse(node, f"{name} takes {wanted} argument{'s' * (wanted != '1')}, not {len(node.args)}.")
        if isinstance(build, str):
            return getattr(self, build)(node)
        return self.real(node, build, *map(self.number, node.args))

    def call_big(self, node: ast.Call) -> sp.Expr:
        """``Sum`` and ``Product``: limits in the order of SymPy, the first the innermost."""
        outside, limits = self.scope, []
        for limit in reversed(node.args[1:]):
            if not (isinstance(limit, ast.Tuple) and len(limit.elts) == 3 and isinstance(limit.elts[0], ast.Name)):
                raise self.refuse(limit, "A range is typed (i, 1, N): the letter, the first value, the last value.")
            name = limit.elts[0].id
            if any(name == bound.name for bound, *_ in limits):
                raise self.refuse(limit, f"The letter {name} is bound twice.")
            ends = [self.end(end) for end in limit.elts[1:]]
            bound = self.bound(name)
            self.scope = {**self.scope, name: bound}
            limits.append((bound, *ends))
        body = self.number(node.args[0])
        self.scope = outside
        big = {"Sum": sp.Sum, "Product": sp.Product}[node.func.id]  # type: ignore[attr-defined]
        value = self.real(node, big, body, *reversed(limits))
        with self.building(node):
            countable(value)
        return value

    def end(self, node: ast.AST) -> sp.Expr:
        value = self.number(node)
        plain = sp.Add, sp.Mul, sp.Rational, sp.Symbol, sp.Indexed, sp.IndexedBase
        if (value.is_number and not value.is_Integer) or not all(isinstance(part, plain) for part in sp.preorder_traversal(value)):
            raise self.refuse(node, "The end of a range is a whole number or a size: N, 2*N - 1, n[i].")
        return value

    def bound(self, name: str) -> sp.Symbol:
        own = self.names.get(name)
        if isinstance(own, sp.Symbol) and own.is_integer:
            return own
        return INDICES[name] if name in INDICES and own is None else sp.Symbol(name, integer=True)

    def call_piecewise(self, node: ast.Call) -> sp.Expr:
        pairs = []
        for pair in node.args:
            if not (isinstance(pair, ast.Tuple) and len(pair.elts) == 2):
                raise self.refuse(pair, "A case is typed (value, condition), the last one (value, True).")
            value, when = self.number(pair.elts[0]), self.condition(pair.elts[1])
            if when.has(sp.Sum, sp.Product, sp.Piecewise, sp.Derivative):
                # SymPy simplifies conditions as soon as the cases stand in a sum.
                raise self.refuse(pair.elts[1], "A condition compares plain terms, without sums and cases.")
            pairs.append((value, when))
        with self.building(node):
            return sp.Piecewise(*pairs, evaluate=False)

    def call_derivative(self, node: ast.Call) -> sp.Expr:
        body, variables = self.number(node.args[0]), []
        for variable in node.args[1:]:
            times = sp.S.One
            if isinstance(variable, ast.Tuple) and len(variable.elts) == 2:
                variable, times = variable.elts[0], self.number(variable.elts[1])
            x = self.number(variable)
            if not isinstance(x, sp.Symbol | sp.Indexed) or times not in range(1, 9):
                raise self.refuse(variable, "A derivative is taken in a letter, Derivative(f, p[i]) or (f, (p[i], 2)).")
            variables.append((x, times))
        return self.real(node, sp.Derivative, body, *variables)

    def call_rational(self, node: ast.Call) -> sp.Expr:
        values = [self.number(arg) for arg in node.args]
        if not all(isinstance(value, sp.Rational) for value in values):
            raise self.refuse(node, "Rational takes numbers.")
        return self.real(node, lambda p, q=sp.S.One: sp.Mul(p, sp.Pow(q, -1)), *values)

    def call_relation(self, node: ast.Call) -> sp.Basic:
        left, right = map(self.number, node.args)
        return relation(NAMED_RELATIONS[node.func.id], left, right)  # type: ignore[attr-defined]

    def call_logic(self, node: ast.Call) -> sp.Basic:
        parts = [self.condition(arg) for arg in node.args]
        with self.building(node):
            return {"And": sp.And, "Or": sp.Or}[node.func.id](*parts)  # type: ignore[attr-defined]


MANY = 50
FUNCTIONS: dict[str, tuple[int, int, str | Callable[..., sp.Expr]]] = {
    "Sum": (2, MANY, "call_big"), "Product": (2, MANY, "call_big"), "Piecewise": (1, MANY, "call_piecewise"),
    "Derivative": (2, 5, "call_derivative"), "Rational": (1, 2, "call_rational"),
    **dict.fromkeys(NAMED_RELATIONS, (2, 2, "call_relation")), **dict.fromkeys(("And", "Or"), (2, MANY, "call_logic")),
    "log": (1, 2, logarithm), "ln": (1, 1, logarithm), "log2": (1, 1, lambda x: logarithm(x, sp.Integer(2))),
    "log10": (1, 1, lambda x: logarithm(x, sp.Integer(10))), "exp": (1, 1, exponential),
    "sqrt": (1, 1, lambda x: power(x, sp.S.Half)), "Abs": (1, 1, absolute), "abs": (1, 1, absolute),
    "KroneckerDelta": (2, 2, delta), "delta": (2, 2, delta), "binomial": (2, 2, bounded(sp.binomial)),
    "factorial": (1, 1, bounded(sp.factorial)), "gamma": (1, 1, bounded(sp.gamma)),
    "loggamma": (1, 1, bounded(sp.loggamma)), "beta": (2, 2, bounded(sp.beta)),
}  # fmt: skip
WHAT: dict[type, str] = {
    ast.Attribute: "A dot", ast.Lambda: "A lambda", ast.NamedExpr: "An assignment", ast.Tuple: "A tuple",
    ast.List: "A list", ast.Dict: "A dictionary", ast.Set: "A set on its own", ast.IfExp: "if ... else",
    ast.ListComp: "A comprehension", ast.SetComp: "A comprehension", ast.DictComp: "A comprehension",
    ast.GeneratorExp: "A generator (a sum is typed Sum(x[i], (i, 1, N)))", ast.JoinedStr: "A string",
    ast.Starred: "A star", ast.Await: "await", ast.Slice: "A slice",
}  # fmt: skip
