"""Letters, numbers, arithmetic and relations of a syntax tree, as SymPy."""

import ast
import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sympy as sp

from cesym import symbols
from cesym.notation.letters import MARKS, ascii_name
from cesym.parse.build import TooLarge, power, relation
from cesym.parse.spelling import DEEPEST, ParseError

__all__ = ["INDICES", "Reader", "SideBySide"]

DIGITS = 60  # of a number as typed
SHARED = {name: getattr(symbols, name) for name in symbols.__all__ if name != "scalar"}
INDICES = {name: SHARED[name] for name in "ijcm"}
CONSTANTS = {"pi": sp.pi, "E": sp.E, "e": sp.E}
RELATIONS: dict[type, type] = {
    ast.Lt: sp.Lt, ast.LtE: sp.Le, ast.Gt: sp.Gt, ast.GtE: sp.Ge, ast.Eq: sp.Eq, ast.NotEq: sp.Ne,
}  # fmt: skip
NOT_REAL = (sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I)


WHAT: dict[type, str] = {
    ast.Attribute: "A dot", ast.Lambda: "A lambda", ast.NamedExpr: "An assignment", ast.Tuple: "A tuple",
    ast.List: "A list", ast.Dict: "A dictionary", ast.Set: "A set on its own", ast.IfExp: "if ... else",
    ast.ListComp: "A comprehension", ast.SetComp: "A comprehension", ast.DictComp: "A comprehension",
    ast.GeneratorExp: "A generator (a sum is typed Sum(x[i], (i, 1, N)))", ast.JoinedStr: "A string",
    ast.Starred: "A star", ast.Await: "await", ast.Slice: "A slice",
}  # fmt: skip


class SideBySide(Exception):
    """Brackets that Python takes for a call or a set, 2(x + 1) or e^{x}: a product or a group, as on the board."""


class Reader:
    """Walks a syntax tree; ``scope`` holds the bound letters of the sums and products around the place.

    ``functions`` are the names that can be called; a subclass reads the calls.
    """

    functions: Mapping[str, Any] = {}

    def __init__(
        self, text: str, places: list[int], code: str, names: Mapping[str, Any], definitions: Mapping[str, Any]
    ) -> None:
        self.definitions = definitions
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
            raise self.refuse(
                node, "This is no real number: a division by 0, or the root or log of no positive number."
            )
        return value

    # Letters and numbers

    def read_Constant(self, node: ast.Constant) -> sp.Expr:
        source = node.kind or self.code[node.col_offset : node.end_col_offset].replace("_", "")
        if type(node.value) not in (int, float):
            raise self.refuse(node, f"{source} is not a number, and only numbers and letters are read.")
        if len(source) > DIGITS or not re.fullmatch(r"\d+|(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", source):
            raise self.refuse(node, f"Numbers are typed as 12 or 0.5, with at most {DIGITS} digits.")
        return sp.Integer(source) if source.isdigit() else sp.Rational(source)

    def read_Name(self, node: ast.Name) -> sp.Expr:
        if entry := self.underscored(node):
            return entry
        letter = self.letter(node)
        return symbols.scalar(letter) if isinstance(letter, sp.IndexedBase) else letter

    def underscored(self, node: ast.Name) -> sp.Expr | None:
        """y_i, which is no letter of its own, as the entry y[i]."""
        tables = (self.scope, self.names, SHARED, CONSTANTS)
        family, _, index = node.id.rpartition("_")
        if any(node.id in known for known in tables):
            return None
        base = next((known[family] for known in tables if family in known), None)
        at = next((known[index] for known in (*tables[:3], INDICES) if index in known), None)
        at = sp.Integer(index) if index.isdigit() and len(index) < 4 else at
        if not isinstance(base, sp.IndexedBase) or not isinstance(at, sp.Integer | sp.Symbol):
            return None
        return base[at] if isinstance(at, sp.Integer) or at.is_integer else None

    def letter(self, node: ast.Name) -> Any:
        for known in (self.scope, self.names, SHARED, CONSTANTS):
            if node.id in known:
                return known[node.id]
        if node.id in self.functions or node.id in self.definitions:
            told = f"{node.id} is a function here: it is typed with its argument, {node.id}(...)."
            raise self.refuse(node, f"{told} No letter of this name is known.")
        raise self.refuse(node, self.unknown(node.id))

    def unknown(self, name: str, what: str = "name") -> str:
        """Of a function the functions that are near are told, of a letter the letters."""
        letters = [*self.scope, *self.names, *SHARED, *CONSTANTS]
        base, _, index = name.rpartition("_")
        if base in letters and index and index not in MARKS.values():
            return f"I do not know the {what} {name!r}; an index is typed in brackets: {base}[{index}]."
        if what == "name" and 1 < len(name) < 4 and all(letter in letters for letter in name):
            return f"I do not know the name {name!r}; a product is typed {'*'.join(name)}, or {' '.join(name)}."
        known = letters if what == "name" else [*self.functions, *self.definitions]
        lower = {k.lower(): k for k in reversed(known)}
        near = difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.55)
        if near:
            return f"I do not know the {what} {name!r}; the nearest that I know: {', '.join(lower[n] for n in near)}."
        shown = ", ".join(sorted({*known} - CONSTANTS.keys(), key=str.lower))
        kind = "letter" if what == "name" else what
        return f"I do not know the {what} {name!r}; the {kind}s that I know: {shown}."

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

    def read_Set(self, node: ast.Set) -> sp.Expr:
        if len(node.elts) != 1:
            raise self.refuse(node, "A set on its own is not read in a formula.")
        raise SideBySide

    def read_List(self, node: ast.List) -> sp.Expr:
        if len(node.elts) != 1:
            raise self.refuse(node, "A list is not read in a formula; brackets in it are typed ( ) or [ ].")
        return self.number(node.elts[0])

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
