r"""A line as it stands on the board, in Unicode or LaTeX, as the syntax tree that Python has for it typed.

Side by side is a product, ``ln x`` is of the next letter, a sum takes in all factors up to the next plus or minus.
Where a line has two readings, ``1/2 x``, both are named and none is guessed.
"""

import ast
from collections.abc import Callable, Container
from typing import Any

from cesym.parse.spelling import SINGLE, ParseError
from cesym.parse.tokens import Word, words

__all__ = ["TwoReadings", "board"]

END = Word("", 0, 0)
CALLED = {"binom": "binomial", "Γ": "gamma", "√": "sqrt", "lg": "log10", "lb": "log2"}
COMPARED: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "=": ast.Eq, "!=": ast.NotEq, "in": ast.In,
}  # fmt: skip
CLOSES = {"(": ")", "[": "]", "{": "}", "\\{": "\\}"}
OPENS = {*CLOSES, "∑", "∏", "√", "∂", "Γ"}  # a factor, as numbers and letters do
WORDS = {"if", "otherwise", "else", "in", "end"}
PARTS = {"half": (1, 2), "quarter": (1, 4)}


def board(text: str, functions: Container[str], letters: Container[str]) -> ast.expr:
    """The syntax tree of a line; its places are those in ``text``. Raises: ParseError."""
    return Board(text, functions, letters).whole()


class TwoReadings(ParseError):
    """A line that can be read in two ways, of which none is guessed."""


class Board:
    """A recursive descent over the words of a line."""

    def __init__(self, text: str, functions: Container[str], letters: Container[str]) -> None:
        self.text, self.functions, self.letters = text, functions, letters
        self.words, self.at = words(text), 0
        self.bars = 0

    # Words

    @property
    def word(self) -> Word:
        return self.words[self.at] if self.at < len(self.words) else END._replace(start=len(self.text))

    @property
    def said(self) -> str:
        return self.word.said

    def take(self, *expected: str) -> Word:
        word = self.word
        if expected and word.said not in expected:
            wanted = " or ".join(expected)
            what = f"{wanted} is expected" if word.said else f"the line ends where {wanted} is expected"
            raise self.wrong(what[0].upper() + what[1:] + (" here." if word.said else "."))
        if not word.said:
            raise self.wrong("The line ends here, where more is expected.")
        self.at += 1
        return word

    def wrong(self, message: str, word: Word | None = None) -> ParseError:
        return ParseError(message, self.text, (word or self.word).start)

    def two(self, readings: str) -> TwoReadings:
        return TwoReadings(f"This has two readings: {readings}", self.text, self.word.start)

    def made(self, form: type[ast.expr], start: Word, **fields: Any) -> Any:
        end = self.words[self.at - 1].end if self.at else 0
        return form(**fields, lineno=1, col_offset=start.start, end_lineno=1, end_col_offset=end)

    def constant(self, said: str, start: Word) -> ast.expr:
        # The digits as they stand: a decimal is exact.
        return self.made(ast.Constant, start, value=0, kind=said)

    def call(self, name: str, start: Word, *args: ast.expr) -> ast.expr:
        return self.made(ast.Call, start, func=self.made(ast.Name, start, id=name), args=list(args), keywords=[])

    def both(self, op: type[ast.operator], start: Word, left: ast.expr, right: ast.expr) -> ast.expr:
        return self.made(ast.BinOp, start, left=left, op=op(), right=right)

    # Lines

    def whole(self) -> ast.expr:
        self.skip_name()
        e = self.relation()
        if self.said:
            raise self.wrong(f"{self.said!r} is not expected here.")
        return e

    def skip_name(self) -> None:
        """``NLL(p) =`` or ``L =``: what a line is called, where it is no letter of the line."""
        first, self.at = self.word, self.at + 1
        if first.said.isalpha() and first.said.isupper() and first.said not in self.letters:
            if self.said == "(":
                while self.said and self.said != ")":
                    self.at += 1
                self.at += 1
            if self.said == "=":
                self.at += 1
                return
        self.at = 0

    def relation(self, single: bool = False) -> ast.expr:
        """A sum, or relations; a ``single`` = is read in a condition only."""
        start, left = self.word, self.sum()
        ops, parts = [], []
        while self.said in COMPARED:
            if self.said == "=" and not single and self.text[self.word.start : self.word.end] != "==":
                raise self.wrong(SINGLE)
            ops.append(COMPARED[self.take().said]())
            parts.append(self.set() if isinstance(ops[-1], ast.In) else self.sum())
        return self.made(ast.Compare, start, left=left, ops=ops, comparators=parts) if ops else left

    def set(self) -> ast.expr:
        start = self.take("\\{", "{")
        values = [self.sum()]
        while self.said == ",":
            self.take()
            values.append(self.sum())
        self.take(CLOSES[start.said])
        return self.made(ast.Set, start, elts=values)

    def sum(self) -> ast.expr:
        start = self.word
        sign = self.take().said if self.said in ("+", "-") else ""
        e = self.term()
        if sign == "-":
            e = self.made(ast.UnaryOp, start, op=ast.USub(), operand=e)
        while self.said in ("+", "-"):
            op = ast.Add if self.take().said == "+" else ast.Sub
            e = self.both(op, start, e, self.term())
        return e

    def term(self) -> ast.expr:
        start, e = self.word, self.factor()
        divided = False
        while True:
            if self.said in ("*", "/"):
                divided = self.take().said == "/"
                minus = self.word if self.said == "-" else None
                if minus:
                    self.take()
                right = self.factor()
                right = self.made(ast.UnaryOp, minus, op=ast.USub(), operand=right) if minus else right
                e = self.both(ast.Div if divided else ast.Mult, start, e, right)
            elif self.begins():
                if self.said[0].isdigit() and self.words[self.at - 1].said.isdigit():
                    raise self.two("one number and the product of two. Put a * between, or no blank.")  # 1 000
                # What follows a bracket, 1/(2 v) x, or is a sum, 1/N ∑, does not stand below the bar.
                if divided and self.words[self.at - 1].said != ")" and self.said not in ("∑", "∏"):
                    raise self.two("(a/b)*c and a/(b*c). Put brackets, or a * between.")
                e, divided = self.both(ast.Mult, start, e, self.factor()), False
            else:
                return e

    def begins(self) -> bool:
        """Does another factor begin here?"""
        said = self.said
        if said == "|":
            return not self.bars
        return bool(said) and (said[0].isalnum() or said in OPENS) and said not in WORDS

    def factor(self) -> ast.expr:
        start, e = self.word, self.atom()
        while True:
            if self.said == "!":
                self.take()
                e = self.call("factorial", start, e)
            elif self.said == "^":
                self.take()
                e = self.both(ast.Pow, start, e, self.exponent())
            else:
                return e

    def exponent(self) -> ast.expr:
        start = self.word
        if self.said == "-":
            self.take()
            return self.made(ast.UnaryOp, start, op=ast.USub(), operand=self.exponent())
        e = self.group() if self.said == "{" else self.atom()
        return self.both(ast.Pow, start, e, self.exponent()) if self.said == "^" and self.take() else e

    def group(self) -> ast.expr:
        """An argument in braces, or one word."""
        if self.said != "{":
            word = self.word
            if word.said.isdigit():  # \\frac12
                ones = [Word(one, word.start + n, word.start + n + 1) for n, one in enumerate(word.said)]
                self.words[self.at : self.at + 1] = ones
            return self.atom()
        self.take()
        e = self.sum()
        self.take("}")
        return e

    # Atoms

    def atom(self) -> ast.expr:
        start = self.word
        said = start.said
        if not said:
            raise self.wrong("The line ends where a number or a letter is expected.")
        if said[0].isdigit() or said[0] == ".":
            self.take()
            return self.constant(said, start)
        if said in ("(", "[", "{", "\\{"):
            return self.bracket()
        if said == "|":
            self.take()
            self.bars += 1
            e = self.sum()
            self.take("|")
            self.bars -= 1
            return self.call("abs", start, e)
        reading: Callable[[], ast.expr] | None = {
            "∑": self.big, "∏": self.big, "frac": self.fraction, "∂": self.slope, "cases": self.cases, "√": self.root,
        }.get(said)  # fmt: skip
        if reading:
            return reading()
        if said in PARTS:
            self.take()
            above, under = (self.constant(str(n), start) for n in PARTS[said])
            return self.call("Rational", start, above, under)
        if said == "binom" and self.words[self.at + 1 : self.at + 2] and self.words[self.at + 1].said == "{":
            self.take()
            return self.call("binomial", start, self.group(), self.group())
        if said[0].isalpha() or said == "Γ":
            return self.name()
        raise self.wrong(f"{said!r} is not expected here.")

    def bracket(self) -> ast.expr:
        start = self.take()
        inside, self.bars = self.bars, 0
        e = self.relation() if start.said == "(" else self.sum()
        if self.said in ("if", "otherwise"):
            e = self.branches(e, ";")
        self.take(CLOSES[start.said])
        self.bars = inside
        return e

    def branches(self, value: ast.expr, then: str) -> ast.expr:
        """``{ a if k = 1; b otherwise }``, after its first value."""
        start, cases = self.word, []
        while True:
            plain = then == "\\\\" and self.said not in ("otherwise", "else")  # & k = 1 without a word
            if plain or self.said == "if":
                self.at += self.said == "if"
                when = self.relation(single=True)
            else:
                self.take("otherwise", "else")
                when = self.made(ast.Constant, start, value=True)
            cases.append(self.made(ast.Tuple, start, elts=[value, when]))
            if self.said != then:
                return self.call("Piecewise", start, *cases)
            self.take()
            value = self.sum()
            if self.said == "&":
                self.take()

    def cases(self) -> ast.expr:
        self.take()
        value = self.sum()
        self.take("&")
        e = self.branches(value, "\\\\")
        self.take("end")
        return e

    def fraction(self) -> ast.expr:
        start = self.take()
        at = self.at
        self.at += self.said == "{"
        if self.said == "∂":
            self.at = at
            return self.slope_above(start)
        self.at = at
        return self.both(ast.Div, start, self.group(), self.group())

    def root(self) -> ast.expr:
        start = self.take()
        return self.call("sqrt", start, self.group() if self.said == "{" else self.factor())

    # Derivatives

    def slope(self) -> ast.expr:
        start = self.take()
        self.power_of()
        self.take("/")
        closed = self.said == "(" and bool(self.take())
        variables = self.variables()
        if closed:
            self.take(")")
        return self.call("Derivative", start, self.slope_of(), *variables)

    def slope_above(self, start: Word) -> ast.expr:
        braces = self.said == "{" and bool(self.take())
        self.take("∂")
        self.power_of()
        if braces:
            self.take("}")
        self.take("{")
        variables = self.variables()
        self.take("}")
        return self.call("Derivative", start, self.slope_of(), *variables)

    def power_of(self) -> None:
        if self.said == "^":
            self.take()
            self.exponent()

    def variables(self) -> list[ast.expr]:
        found: list[ast.expr] = []
        while self.said == "∂":
            start = self.take()
            x = self.atom()
            if self.said == "^":
                self.take()
                x = self.made(ast.Tuple, start, elts=[x, self.exponent()])
            found.append(x)
        return found

    def slope_of(self) -> ast.expr:
        e = self.factor()
        if self.begins():
            raise self.two("(∂/∂z a)*b and ∂/∂z (a*b). Put brackets.")
        return e

    # Sums

    def big(self) -> ast.expr:
        start = self.take()
        name = "Sum" if start.said == "∑" else "Product"
        if self.said == "(" and not (self.words[self.at + 2 : self.at + 3] and self.words[self.at + 2].said == "="):
            return self.application(name, start)
        if self.said == "(":
            self.take()
            limit = self.limit(start, "..")
            self.take(")")
        else:
            if self.said != "_":
                raise self.wrong("A range is missing: ∑ᵢ₌₁ᴺ, \\sum_{i=1}^{N} or Sum(x[i], (i, 1, N)).", start)
            self.take("_")
            if self.said != "{":
                raise self.wrong("A range starts with its letter and its first value: i=1.")
            self.take("{")
            limit = self.limit(start, "}")
            self.take("}")
            if self.said != "^":
                raise self.wrong("The end of the range is missing: \\sum_{i=1}^{N}.")
            self.take("^")
            limit.elts.append(self.group())
        return self.call(name, start, self.term(), limit)

    def limit(self, start: Word, until: str) -> ast.Tuple:
        """``i=1`` up to ``until``, or ``i=1..N``."""
        letter = self.take()
        name = self.made(ast.Name, letter, id=letter.said)
        if self.said != "=":
            raise self.wrong("A range starts with its letter and its first value: i=1.", letter)
        self.take("=")
        limit = self.made(ast.Tuple, start, elts=[name, self.sum()])
        if until == "..":
            self.take("..")
            limit.elts.append(self.sum())
        return limit

    # Letters and functions

    def name(self) -> ast.expr:
        start = self.take()
        said = CALLED.get(start.said, start.said)
        if said in self.functions and self.said != "_" and not (said in self.letters and not self.applied()):
            return self.application(said, start)
        if said == "sigma" and self.said == "(" and not self.word.apart:
            return self.application("sigmoid", start)
        e = self.made(ast.Name, start, id=said)
        if self.said == "_":
            self.take()
            indices = self.indices()
            own = spelled(indices)
            if own and f"{said}_{own}" in self.letters:
                return self.made(ast.Name, start, id=f"{said}_{own}")
            if said == "delta" and len(indices) == 2:
                return self.call("KroneckerDelta", start, *indices)
            return self.entry(e, indices, start)
        if self.said == "[" and not self.word.apart:
            self.take()
            indices = [self.sum()]
            while self.said == ",":
                self.take()
                indices.append(self.sum())
            self.take("]")
            return self.entry(e, indices, start)
        if self.said == "(" and not self.word.apart:
            inside, closing = [word.said for word in self.words[self.at + 1 : self.at + 3]] or ("", "")
            if closing == ")" and (inside in tuple("ijcm") or inside.isdigit()):
                raise self.two(f"the product {said}*{inside} and the entry {said}[{inside}].")
        return e

    def entry(self, family: ast.expr, indices: list[ast.expr], start: Word) -> ast.expr:
        at = indices[0] if len(indices) == 1 else self.made(ast.Tuple, start, elts=indices)
        return self.made(ast.Subscript, start, value=family, slice=at)

    def indices(self) -> list[ast.expr]:
        """What stands below a letter: ``i``, ``i,c``, ``ij`` for i and j, ``i+1``."""
        if self.said != "{":
            if not self.said.isalnum():
                raise self.wrong("An index is missing here.")
            word = self.take()
            if word.said.isdigit():
                return [self.constant(word.said, word)]
            return [self.made(ast.Name, word, id=one) for one in self.apart(word.said)]
        self.take()
        found = []
        while True:
            start, run = self.at, []
            while self.said and (self.said.isalpha() or self.said.isdigit()):
                run.append(self.take())
            if self.said in (",", "}") and run:
                found += [self.constant(said, one) if said.isdigit() else self.made(ast.Name, one, id=said)
                          for one in run for said in self.apart(one.said)]  # fmt: skip
            else:
                self.at = start
                found.append(self.sum())
            if self.said != ",":
                break
            self.take()
        self.take("}")
        return found

    def apart(self, said: str) -> list[str]:
        """Letters below a letter: ``ic`` is i and c where it is no letter itself."""
        several = len(said) > 1 and said not in self.letters and set(said) <= set("ijcm")
        return list(said) if several else [said]

    def applied(self) -> bool:
        return self.said == "(" and not self.word.apart

    def application(self, name: str, start: Word) -> ast.expr:
        """A function: of what stands in brackets, or of the next letter."""
        if self.said == "^":
            raise self.two(f"{name}(x)^n and {name}(x^n). Put the exponent after a bracket.")
        if name in ("ln", "log") and self.said == "Γ" and self.take():
            return self.call("loggamma", start, *self.arguments())
        if self.said == "(":
            return self.call(name, start, *self.arguments())
        if self.said == "{":
            return self.call(name, start, self.group())
        if not self.begins():
            raise self.wrong(f"{name} is a function: it is typed with its argument, {name}(...).", start)
        open_end = self.said in ("∑", "∏")
        number = self.said[0].isdigit()
        e = self.factor()
        if not open_end and (self.begins() or self.said == "/" or (number and self.said == "*")):
            sign = "/" if self.said == "/" else "*"
            raise self.two(f"{name}(a){sign}b and {name}(a{sign}b). Put brackets.")
        return self.call(name, start, e)

    def arguments(self) -> list[ast.expr]:
        self.take("(")
        inside, self.bars = self.bars, 0
        args = []
        while self.said and self.said != ")":
            args.append(self.argument())
            if self.said not in (",", "‖"):
                break
            self.take()
        self.take(")")
        self.bars = inside
        return args

    def argument(self) -> ast.expr:
        """An argument, or a range or a case in brackets: ``(i, 1, N)``."""
        at, start = self.at, self.word
        if self.said == "(":
            self.take()
            parts = [self.relation()]
            while self.said == ",":
                self.take()
                parts.append(self.relation())
            if len(parts) > 1:
                self.take(")")
                return self.made(ast.Tuple, start, elts=parts)
            self.at = at
        return self.relation()


def spelled(indices: list[ast.expr]) -> str:
    one = indices[0] if len(indices) == 1 else None
    return one.id if isinstance(one, ast.Name) else str(one.kind) if isinstance(one, ast.Constant) else ""
