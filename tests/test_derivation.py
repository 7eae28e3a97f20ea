"""Derivations as a user builds, changes, saves and checks them; the command line; exercises."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import sympy as sp
from sympy import Abs, Interval, Product, Rational, Sum, Symbol, count_ops, exp, log
from sympy.stats import Laplace, Normal, Poisson

import cesym
from cesym import rules, symbols
from cesym.data import challenger
from cesym.derivation import Derivation, derivative
from cesym.kernel import Refused
from cesym.links import sigmoid
from cesym.saved import load
from cesym.symbols import N, i, j, k, lam, mu, p, q, scalar, sigma, x, z

Q, Z = scalar(q), scalar(z)
NAMES = list(cesym.catalogue())
LAPLACE = "Sum(Abs(x[i]-mu[i]), (i,1,N))"


def gauss() -> cesym.Derivation:
    return cesym.nll(Normal("X", mu[i], sigma), x).log_rules()


@pytest.mark.parametrize("name", NAMES)
def test_theorems_recheck_show_themselves_and_round_trip(name, tmp_path) -> None:
    d = cesym.catalogue()[name]()
    assert d.recheck().evidence == "CHECKED"
    assert all(len(line.reason) < 60 for line in d.lines)
    assert d.name == name and name in d.to_text() and name in d.to_markdown()
    d.save(tmp_path / "saved")
    assert load(tmp_path / "saved").verify().relation == d.relation
    with pytest.raises(FileExistsError):
        d.save(tmp_path / "saved")


@pytest.mark.parametrize("name", NAMES)
def test_a_forged_line_does_not_recheck(name) -> None:
    d = cesym.catalogue()[name]()
    last = d.chain[-1]._replace(after=d.exprs[-1] + 1)
    with pytest.raises(Refused):
        replace(d, chain=(*d.chain[:-1], last)).recheck()


@pytest.mark.parametrize(
    ("path", "new"),
    [(("start",), ["Rational", 1, 1]), (("steps", 0, 1), "trust me"), (("format",), "other"), (("models",), []),
     (("steps", 0, 0), ["Rational", 0.5, 1]), (("facts", 0, 0, 0), "Lt")],
)  # fmt: skip
def test_an_altered_file_is_refused(path, new, tmp_path) -> None:
    file = tmp_path / "saved"
    cesym.bce_from_bernoulli().save(file)
    data = json.loads(file.read_text("utf-8"))
    at = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = new
    file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(Refused):
        load(file).verify()


def test_a_chain_of_ones_own() -> None:
    mine = cesym.nll(Laplace("X", mu[i], sigma), x).log_rules()
    mine = mine.claim(f"{LAPLACE}/sigma + N*log(2*sigma)", because="collect terms").same_minimiser(LAPLACE, over=mu)
    assert (mine.constants.a, mine.constants.b) == (1 / sigma, N * log(2 * sigma))
    assert mine.loss(target=x, prediction=mu).expr == Abs(Symbol("mu", real=True) - Symbol("x", real=True))
    with pytest.raises(cesym.StepRefused):
        mine.claim("2*" + LAPLACE)


def test_what_contains_a_parameter_is_not_dropped() -> None:
    squares = "Sum((x[i]-mu[i])^2, (i,1,N))/(2*sigma^2)"
    assert gauss().check(squares, over=mu).accepted
    assert gauss().check(squares, over=sigma).kind == "dropped parameter"
    with pytest.raises(cesym.StepRefused):
        gauss().same_minimiser(squares, over=sigma)


def test_relations_compose_only_with_themselves() -> None:
    d = cesym.mse_from_gaussian()
    with pytest.raises(ValueError, match="only = has a derivative"):
        d.differentiate(mu[j])
    with pytest.raises(Refused):
        d.moved(cesym.bernoulli_estimate().chain[-1])


@pytest.mark.parametrize(
    ("derive", "variable", "slope"),
    [
        (cesym.bce_from_bernoulli, p[j], (1 - k[j]) / (1 - p[j]) - k[j] / p[j]),
        (lambda: gauss().apply(rules.linearity), mu[j], (mu[j] - x[j]) / sigma**2),
    ],
)
def test_derivatives(derive, variable, slope) -> None:
    assert derive().differentiate(variable).check(slope).accepted


@pytest.mark.parametrize(
    ("line", "slope"),
    [
        (log(1 + exp(Z)) - Q * Z, exp(Z) / (1 + exp(Z)) - Q),
        (-Q * log(sigmoid(Z)) - (1 - Q) * log(1 - sigmoid(Z)), sigmoid(Z) - Q),
        (exp(Z) * log(1 + exp(Z)), exp(Z) * log(1 + exp(Z)) + exp(2 * Z) / (1 + exp(Z))),
        (exp(Z) * exp(-(Z**2)), (1 - 2 * Z) * exp(Z) * exp(-(Z**2))),
    ],
)
def test_quotients_of_exponentials_are_cancelled(line, slope) -> None:
    """Where that is shorter; it need not be possible."""
    made = derivative(line, Z)
    assert made == slope or count_ops(made) < count_ops(slope)
    assert cesym.Derivation.start(made).check(slope).accepted


def test_a_link_is_a_substitution() -> None:
    d = cesym.bce_from_bernoulli().let(p[i], cesym.links.sigmoid(z[i]))
    assert d.check("Sum(log(1 + exp(z[i])) - k[i]*z[i], (i, 1, N))").accepted
    assert set(d.letters) == {"N", "k", "p", "z"}  # the index stays bound
    rate = cesym.nll(Poisson("K", lam[i]), k).log_rules()
    with pytest.raises(ValueError, match="let"):
        rate.let(lam[i], -1 - z[i] ** 2)  # a rate is positive


def test_instances_and_other_letters() -> None:
    d = cesym.bce_from_bernoulli()
    assert d.instance(N=3, k=(1, 0, 1)).exprs[-1] == -log(p[1]) - log(1 - p[2]) - log(p[3])
    best = cesym.bernoulli_estimate().instance(N=23, k=challenger.distress)
    assert best.exprs[-1] == -7 * log(Rational(7, 23)) - 16 * log(Rational(16, 23))
    assert "y" in str(d.rename(k="y", p=r"\hat y", i="n").exprs[-1])
    for wrong in ({"k": "p"}, {"nothing": "a"}, {"k": ""}):
        with pytest.raises(ValueError):
            d.rename(**wrong)
    for wrong in ({"N": 0.3}, {"k": 3}, {"M": 2}):
        with pytest.raises(ValueError):
            d.instance(**wrong)


@pytest.mark.parametrize(
    ("given", "message"),
    [([p[1] > 1, p[1] < 0], "contradict"), ([False], "false"), (["p[i]"], "relation"), ({"p": Interval(0, 1)}, "key")],
)
def test_facts_that_make_no_sense(given, message) -> None:
    with pytest.raises(ValueError, match=message):
        cesym.Derivation.start(p[1], given)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_a_rule_cannot_admit_a_wrong_line(rule) -> None:
    d = cesym.Derivation.start(Sum(x[i] ** 2, (i, 1, N)))
    wrong = replace(rule, rewrite=lambda e: -e)
    with pytest.raises(cesym.StepRefused):
        d.apply(wrong)


def test_a_law_of_logarithms_needs_its_facts() -> None:
    d = cesym.Derivation.start(log(x[1] * x[2]), [x[1] * x[2] > 0])
    with pytest.raises(cesym.StepRefused):
        d.apply(rules.log_of_factors)
    both = cesym.Derivation.start(-log(Product(x[i], (i, 1, N))), [(x[i] > 0, (i, 1, N))])
    assert both.log_rules().exprs[-1] == -Sum(log(x[i]), (i, 1, N))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "cesym", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, encoding="utf-8")


def test_the_command_line(tmp_path) -> None:
    assert "bce_from_bernoulli" in run("list").stdout
    for form in ("text", "latex", "markdown", "json"):
        assert run("derive", "bce_from_bernoulli", "--format", form).returncode == 0
    assert run("derive", "mse_from_gaussian", PYTHONIOENCODING="ascii").stdout.isascii()
    assert run("derive", "nothing").returncode == 2
    file = tmp_path / "saved"
    cesym.mse_from_gaussian().save(file)
    assert "checked" in run("check", str(file)).stdout
    file.write_text(file.read_text("utf-8").replace('"Rational", 2, 1', '"Rational", 3, 1', 1), "utf-8")
    done = run("check", str(file))
    assert (done.returncode, "refused" in done.stdout) == (1, True)
    assert run("check", str(tmp_path / "none")).returncode == 2


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("gradient_in_logit", "1/(1+exp(-z)) - k", "k - p"),
        ("bce_with_signs", "log(1 + exp(-y*z))", "log(1 + exp(y*z))"),
        ("positives_count_twice", "2*Sum(k[i],(i,1,N))/(N + Sum(k[i],(i,1,N)))", "Sum(k[i],(i,1,N))/N"),
        ("bce_in_bits", "-Sum(k[i]*log2(p[i]) + (1-k[i])*log2(1-p[i]), (i,1,N))", "0"),
        ("gaussian_gradient", "(mu - x)/sigma^2", "(x - mu)/sigma^2"),
        ("soft_minimum", "-q*log(q) - (1-q)*log(1-q)", "0"),
    ],
)
def test_exercises_are_checked_by_meaning(name, right, wrong) -> None:
    exercise = getattr(cesym.exercises, name)
    assert exercise.check(right).accepted and exercise.check(wrong).status == "refused"


def test_a_second_derivative_at_one_place_or_two():
    """Where m = b the two variables are one: the numbers that refute must see it."""
    m, b = symbols.m, sp.Symbol("b", integer=True)
    square = Sum(symbols.z[symbols.c] ** 2, (symbols.c, 1, symbols.C))
    both = [m >= 1, m <= symbols.C, b >= 1, b <= symbols.C]
    d = Derivation.start(sp.Derivative(square, symbols.z[m], symbols.z[b]), both)
    assert d.check(2 * sp.KroneckerDelta(m, b)).accepted
    for wrong in (2, 3 * sp.KroneckerDelta(m, b), sp.S.Zero):
        assert d.check(wrong).status == "refused"
