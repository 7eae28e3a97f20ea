"""Reads LaTeX and Unicode text the way a person reads a board, for the tests of the printers.

The rules are those of a reader, not of our printers: a fraction groups, side by side is a product, a sum
takes in all factors up to the next plus or minus, ``ln x`` is of the next letter alone and ``ln(...)`` of the
bracket. Where two readings are possible the reader raises :class:`Ambiguous`.
"""

import re
from typing import ClassVar

import mpmath
import sympy as sp

BACK = {"lambda": "lam"}
SUBS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋₌", "0123456789aehijklmnoprstuvx+-=", strict=True))
SUPS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ⁿᴺ⁺⁻", "0123456789nN+-", strict=True))
GREEK = dict(zip("μσλπνβθ", ["mu", "sigma", "lam", "pi", "nu", "beta", "theta"], strict=True))


class Ambiguous(ValueError):
    """More than one reading, or none."""


def letter(name):
    return {"pi": sp.pi, "e": sp.E}.get(name) or sp.Symbol(BACK.get(name, name))


def entry(base, indices):
    return sp.IndexedBase(BACK.get(base, base))[tuple(indices)] if indices else letter(base)


class Reader:
    """A recursive descent over tokens; subclasses know how fractions and scripts are spelled."""

    bars = False  # inside an absolute value in text: the next bar closes it

    def __init__(self, tokens):
        self.tokens, self.at = tokens, 0

    @property
    def next(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected):
        token = self.next
        if expected and token not in expected:
            raise Ambiguous(f"{token!r} where one of {expected} is expected, after {self.tokens[:self.at]}")
        self.at += 1
        return token

    def whole(self):
        e = self.relations()
        if self.next:
            raise Ambiguous(f"left over: {self.tokens[self.at:]}")
        return e

    def conditions(self):
        parts = [self.relations()]
        while self.joins("or"):
            parts.append(self.relations())
        return parts[0] if len(parts) == 1 else sp.Or(*parts)

    def relations(self):
        parts, left, signs = [], self.sum(), []
        while self.next in self.RELATIONS:
            kind = self.RELATIONS[self.take()]
            right = self.sum()
            parts.append(kind(left, right, evaluate=False))
            signs.append(kind)
            left = right
        return left if not parts else parts[0] if len(parts) == 1 else sp.And(*parts)

    def sum(self):
        terms = []
        sign = -1 if self.next in self.MINUS else 1
        if sign < 0:
            self.take()
        while True:
            terms.append(sign * self.term())
            if self.next not in ("+", *self.MINUS):
                return sp.Add(*terms)
            sign = 1 if self.take() == "+" else -1

    def ends(self):
        return self.next in (*self.ENDS, *self.RELATIONS) or (self.next == "|" and self.bars)

    def after_log(self, arg_is_letter):
        if arg_is_letter and not self.ends() and self.next not in self.LOGS:
            raise Ambiguous(f"ln of a letter, then {self.next!r}: of both, or of the letter?")
        if self.next == "^" or self.next in SUPS:
            raise Ambiguous("ln(...)^2: the power of the logarithm, or of what is inside?")


class Latex(Reader):
    """Tokens of LaTeX."""

    RELATIONS: ClassVar = {"<": sp.Lt, r"\le": sp.Le, ">": sp.Gt, r"\ge": sp.Ge, "=": sp.Eq, r"\ne": sp.Ne}
    MINUS = ("-",)
    LOGS = (r"\ln",)
    CLOSING: ClassVar = {"(": ")", "[": "]", r"\lbrace": r"\rbrace", r"\lvert": r"\rvert"}
    ENDS = ("", "+", "-", ")", "]", "}", ",", "&", "/", r"\text", r"\\", r"\end", r"\rvert")

    @classmethod
    def of(cls, s):
        s = re.sub(r"\\(?:left|right|bigl|bigr)(?![a-zA-Z])", "", s)
        return cls([t for t in re.findall(r"\\[a-zA-Z]+|\\\\|\d+|[a-zA-Z]|[^\s]", s)])

    def word(self):
        return "".join(iter(self.take, "}"))[1:]

    def joins(self, word):
        if self.next != r"\text":
            return False
        self.take()
        self.take("{")
        for mark in (*word, "}"):
            self.take(mark)
        return True

    def group(self):
        self.take("{")
        e = self.sum()
        self.take("}")
        return e

    def term(self):
        product, cdot = self.factor(), False
        while not self.ends():
            if self.next == r"\cdot":
                self.take()
                cdot = True
            if self.next.isdigit() and not cdot:
                raise Ambiguous("a number right after a factor")
            product, cdot = product * self.factor(), False
        return product

    def script(self):
        self.take("{")
        indices = [self.sum()]
        while self.next == ",":
            self.take()
            indices.append(self.sum())
        self.take("}")
        return indices

    def factor(self):
        e = self.atom()
        while self.next in ("!", "^"):
            if self.take() == "!":
                e = sp.factorial(e)
            elif self.next == "{":
                self.take("{")
                exponent = self.sum()
                if self.next == "/":
                    self.take()
                    exponent = exponent / self.sum()
                self.take("}")
                e = e**exponent
            else:
                raise Ambiguous("a power without braces")
            if self.next == "^":
                raise Ambiguous("two powers in a row")
        return e

    def bracket(self):
        close = self.CLOSING[self.take()]
        e = self.sum()
        args = [e]
        while self.next == ",":
            self.take()
            args.append(self.sum())
        self.take(close)
        return args

    def atom(self):
        token = self.next
        if token in ("(", "["):
            return self.bracket()[0]
        self.take()
        if token.isdigit():
            return sp.Integer(token)
        if token == "{":  # {x_{1}}_{i}
            base = self.take()
            self.take("_")
            base += "_" + "".join(map(str, self.script()))
            self.take("}")
            self.take("_")
            return entry(base, self.script())
        if token == r"\frac":
            if self.tokens[self.at + 1] == r"\partial":
                return self.derivative()
            return self.group() / self.group()
        if token == r"\sqrt":
            return sp.sqrt(self.group())
        if token == r"\binom":
            return sp.binomial(self.group(), self.group())
        if token in (r"\sum", r"\prod"):
            return self.big(token)
        if token == r"\ln":
            return self.log()
        if token == r"\exp":
            return sp.exp(self.bracket()[0])
        if token == "e":
            if self.next != "^":
                return sp.E
            self.take("^")
            return sp.exp(self.group())
        if token == r"\Gamma":
            return sp.gamma(self.bracket()[0])
        if token == r"\lvert":
            self.at -= 1
            return sp.Abs(self.bracket()[0])
        if token == r"\delta" and self.next == "_":
            self.take()
            return sp.KroneckerDelta(*self.script())
        if token == r"\begin":
            return self.cases()
        if token in (r"\mathrm", r"\hat", r"\bar"):
            return self.named(token)
        name = token.lstrip("\\")
        if not name.isalpha():
            raise Ambiguous(f"{token!r} is no factor")
        if self.next == "_":
            self.take()
            return entry(name, self.script())
        return letter(name)

    def named(self, token):
        self.take("{")
        name = ""
        while self.next != "}":
            name += self.take()
        self.take("}")
        if name == "B" and token == r"\mathrm":
            return sp.beta(*self.bracket())
        indices = self.script() if self.next == "_" and self.take() else []
        return entry(name, indices)

    def log(self):
        if self.next == "(":
            e = sp.log(self.bracket()[0])
            self.after_log(False)
            return e
        if self.next in (r"\prod", r"\sum"):
            return sp.log(self.atom())
        if self.next == r"\Gamma":
            e = sp.log(self.atom())
            self.after_log(False)
            return e
        e = sp.log(self.atom())
        self.after_log(True)
        return e

    def big(self, token):
        self.take("_")
        self.take("{")
        v = self.take()
        self.take("=")
        lo = self.sum()
        self.take("}")
        self.take("^")
        hi = self.group()
        return (sp.Sum if token == r"\sum" else sp.Product)(self.term(), (sp.Symbol(v), lo, hi))

    def derivative(self):
        self.take("{")
        self.take(r"\partial")
        if self.next == "^":
            self.take()
            self.group()
        self.take("}")
        self.take("{")
        variables = []
        while self.next == r"\partial":
            self.take()
            x, times = self.atom(), 1
            if self.next == "^":
                self.take()
                times = self.group()
            variables.append((x, times))
        self.take("}")
        return sp.Derivative(self.factor(), *variables)

    def cases(self):
        for token in "{cases}":
            self.take(token)
        pairs = []
        while True:
            value = self.sum()
            self.take("&")
            self.take(r"\text")
            pairs.append((value, sp.true if self.word() == "otherwise" else self.conditions()))
            if self.take(r"\\", r"\end") == r"\end":
                break
        for token in "{cases}":
            self.take(token)
        if self.next not in ("", ")", "]", "}", r"\rvert"):
            raise Ambiguous("cases are open to the right")
        return sp.Piecewise(*pairs, evaluate=False)


class Text(Reader):
    """Tokens of one line of Unicode."""

    RELATIONS: ClassVar = {"<": sp.Lt, "≤": sp.Le, ">": sp.Gt, "≥": sp.Ge, "=": sp.Eq, "≠": sp.Ne}
    MINUS = ("−",)
    LOGS = ("ln",)
    STOPS = ("", "+", "−", ")", "]", "}", ",", ";", "if", "otherwise", "or", "..", "·")
    ENDS = (*STOPS, "/")
    NAMED: ClassVar = {"exp": sp.exp, "Γ": sp.gamma, "binom": sp.binomial, "δ": sp.KroneckerDelta, "B": sp.beta, "abs": sp.Abs}

    @classmethod
    def of(cls, s):
        return cls(re.findall(r"\.\.|[0-9]+|[a-zA-Zα-ωΑ-Ω]+|[^\s]", s))

    def term(self):
        product = self.product()
        while self.next == "·":
            self.take()
            product = product * self.product()
        return product

    def product(self):
        e = self.factor()
        while not self.ends():
            if self.next.isdigit():
                raise Ambiguous("a number right after a factor")
            e = e * self.factor()
        if self.next == "/":
            self.take()
            e = e / self.factor()
            if not self.ends() or self.next == "/":
                raise Ambiguous(f"a fraction, then {self.next!r}")
        return e

    def factor(self):
        e = self.atom()
        while self.next == "!" or self.next == "^" or self.next in SUPS:
            if self.next == "!":
                self.take()
                e = sp.factorial(e)
            elif self.next == "^":
                self.take()
                e = e ** self.atom()
                if self.next == "^" or self.next in SUPS:
                    raise Ambiguous("two powers in a row")
            else:
                e = e ** sp.sympify(self.run(SUPS))
        return e

    def joins(self, word):
        return self.next == word and bool(self.take())

    def run(self, table):
        out = ""
        while self.next and self.next in table:
            out += table[self.take()]
        return out

    def args(self, close=")"):
        self.take("(", "[")
        values = [self.sum()]
        while self.next == ",":
            self.take()
            values.append(self.sum())
        self.take(close)
        return values

    def atom(self):
        token = self.take()
        if token == "(":
            self.at -= 1
            return self.args()[0]
        if token == "[":
            self.at -= 1
            return self.args("]")[0]
        if token.isdigit():
            return sp.Integer(token)
        if token == "½":
            return sp.Rational(1, 2)
        if token == "|":
            self.bars = True
            e = self.sum()
            self.take("|")
            self.bars = False
            return sp.Abs(e)
        if token == "√":
            return sp.sqrt(self.atom())
        if token == "{":
            return self.cases()
        if token in ("∑", "∏"):
            return self.big(token)
        if token == "∂":
            self.run(SUPS)
            self.take("/")
            several, variables = self.next == "(", []
            if several:
                self.take()
            while self.next == "∂":
                self.take()
                x = self.atom()
                variables.append((x, int(self.run(SUPS) or 1)))
            if several:
                self.take(")")
            return sp.Derivative(self.args()[0], *variables)
        if token == "ln":
            return self.log()
        if token in self.NAMED and self.next == "(":
            return self.NAMED[token](*self.args())
        if not token.isalpha():
            raise Ambiguous(f"{token!r} is no factor")
        return self.entry(GREEK.get(token, token))

    def entry(self, name):
        if self.next in SUBS:
            sub = self.run(SUBS)
            return entry(name, [sp.Integer(sub) if sub.isdigit() else sp.Symbol(sub)])
        if self.next == "_":
            self.take()
            return entry(name, [self.atom()])
        if self.next == "[" and self.tokens[self.at - 1] != "∑":
            return entry(name, self.args("]"))
        return letter(name)

    def log(self):
        if self.next == "(":
            e = sp.log(self.args()[0])
            self.after_log(False)
            return e
        if self.next in ("∏", "∑"):
            return sp.log(self.atom())
        letter_alone = self.next != "Γ"
        e = sp.log(self.atom())
        self.after_log(letter_alone)
        return e

    def big(self, token):
        if self.next == "(":
            self.take()
            v = self.take()
            self.take("=")
            lo = self.sum()
            self.take("..")
            hi = self.sum()
            self.take(")")
        else:
            v, lo = self.run(SUBS).split("=")
            hi = sp.sympify(self.run(SUPS), locals={"N": sp.Symbol("N")})
        body = self.term()
        return (sp.Sum if token == "∑" else sp.Product)(body, (sp.Symbol(v), sp.sympify(lo), hi))

    def cases(self):
        pairs = []
        while True:
            value = self.sum()
            pairs.append((value, sp.true if self.take("if", "otherwise") == "otherwise" else self.conditions()))
            if self.take(";", "}") == "}":
                return sp.Piecewise(*pairs, evaluate=False)


def read_latex(s):
    return Latex.of(s).whole()


def read_text(s):
    return Text.of(s).whole()


SIZES = {"N": 3, "C": 2}
COUNTS = {"k": 0, "y": 1, "n": 2, "i": 1, "j": 2, "c": 1, "m": 2}


def number(name, indices):
    """A fixed pseudo-random number of a letter: a small count for k, y, n and indices, a size for N, C, else in (0.2, 1.2)."""
    if not indices and name in SIZES:
        return mpmath.mpf(SIZES[name])
    seed = sum(ord(s) * 7 ** (at + 1) for at, s in enumerate(name)) + sum(int(v) * 31 ** (at + 1) for at,
    v in enumerate(indices))
    if name in COUNTS:
        return mpmath.mpf(COUNTS[name] + seed % 2)
    return mpmath.mpf(2 + seed * 37 % 101 / 10) / 10


def value(e, env=None):
    """The value of an expression at those numbers, by a plain walk over the tree; letters count by name alone."""
    env = env or {}

    def v(x):
        return value(x, env)

    match e:
        case sp.Symbol():
            return env[e.name] if e.name in env else number(e.name, ())
        case sp.Indexed():
            return number(e.base.label.name, [v(x) for x in e.indices])
        case sp.Rational():
            return mpmath.mpf(e.p) / e.q
        case sp.Sum() | sp.Product():
            (x, lo, hi), *_ = reversed(e.limits)
            inner = e.func(e.function, *e.limits[:-1]) if len(e.limits) > 1 else e.function
            values = [value(inner, {**env, x.name: mpmath.mpf(n)}) for n in range(int(v(lo)), int(v(hi)) + 1)]
            return mpmath.fsum(values) if isinstance(e, sp.Sum) else mpmath.fprod(values)
        case sp.Add():
            return mpmath.fsum(map(v, e.args))
        case sp.Mul():
            return mpmath.fprod(map(v, e.args))
        case sp.exp():
            return mpmath.exp(v(e.exp))
        case sp.Pow():
            return mpmath.power(v(e.base), v(e.exp))
        case sp.Piecewise():
            return next(v(x) for x, condition in e.args if truth(condition, env))
        case sp.KroneckerDelta():
            return mpmath.mpf(v(e.args[0]) == v(e.args[1]))
        case sp.Derivative():
            # Not carried out: a number that tells one derivative from another is enough here.
            return mpmath.sin(v(e.expr)) + 3 * mpmath.cos(sum(v(x) * n for x, n in e.variable_count))
    functions = {sp.log: mpmath.log, sp.Abs: abs, sp.binomial: mpmath.binomial, sp.factorial: mpmath.factorial,
                 sp.gamma: mpmath.gamma, sp.loggamma: mpmath.loggamma, sp.beta: mpmath.beta}  # fmt: skip
    if e in (sp.pi, sp.E):
        return mpmath.pi if e is sp.pi else mpmath.e
    return functions[type(e)](*map(v, e.args[:2]))


def truth(condition, env):
    if condition == True:  # noqa: E712
        return True
    if isinstance(condition, sp.And):
        return all(truth(part, env) for part in condition.args)
    if isinstance(condition, sp.Or):
        return any(truth(part, env) for part in condition.args)
    if isinstance(condition, sp.Contains):
        return any(value(condition.args[0], env) == value(x, env) for x in condition.args[1].args)
    a, b = value(condition.lhs, env), value(condition.rhs, env)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[condition.rel_op]
