"""Derivations as a user builds, changes, saves and checks them; the command line; exercises."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import sympy as sp
from sympy import Abs, Interval, Piecewise, Product, Rational, S, Sum, Symbol, count_ops, exp, log
from sympy.stats import Laplace, Normal, Poisson

import cesym
from cesym import rules, symbols
from cesym.__main__ import main
from cesym.data import challenger
from cesym.derivation import Derivation, derivative
from cesym.derivation.file import load
from cesym.given import Assumption, Given
from cesym.kernel import Refused, admit
from cesym.kernel.calculus import LARGEST_WORK, PATIENCE
from cesym.kernel.reader import Reader
from cesym.kernel.steps import follows
from cesym.likelihoods import categorical
from cesym.links import sigmoid
from cesym.rules import linearity
from cesym.rules.account import needed_facts
from cesym.symbols import C, N, c, i, j, k, lam, m, mu, p, q, scalar, sigma, x, y, z

R = Symbol("r", real=True)

Q, Z = scalar(q), scalar(z)
NEGATIVE = Symbol("a", negative=True)
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


@pytest.mark.parametrize("name", NAMES[::4])
def test_a_line_needs_the_facts_without_which_it_is_refused(name) -> None:
    d = cesym.catalogue()[name]()
    given = d.given.kernel
    for step in d.kernel_steps:
        used = {n for n, _ in step.using}
        for n in set(range(len(given.facts))) - used:
            fewer = given._replace(facts=given.facts[:n] + given.facts[n + 1 :])
            alone = step._replace(using=tuple((m - (m > n), way) for m, way in step.using))
            try:
                admit(fewer, alone)
                refused = False
            except Refused:
                refused = True
            assert refused is (n in needed_facts(given.facts, step))


def test_the_limits_of_a_step_are_not_used_up_by_others() -> None:
    d = cesym.cross_entropy_one_hot()
    (step,) = [step for step in d.kernel_steps if step.using][-1:]
    reader = Reader(d.given.kernel.facts, step.using)
    reader.K.uses, reader.K.work = PATIENCE, LARGEST_WORK
    assert follows(reader, step).relation == "="


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


def test_a_bound_has_no_derivative() -> None:
    d = Derivation.start(R**2 + 1).at_least("1", by=((1, "square", "r"),))
    with pytest.raises(ValueError, match="joined by ≥; only = has a derivative"):
        d.differentiate(R)


def test_the_moves_of_a_constant_under_two_sums() -> None:
    moves = Derivation.start(Sum(sigma, (c, 1, C), (i, 1, N))).moves()
    assert [after for rule, after in moves if rule.name == "constants_out"] == [sigma * Sum(1, (c, 1, C), (i, 1, N))]


def test_more_may_be_given_to_a_likelihood() -> None:
    scale = sp.IndexedBase("s", real=True)
    fact, normal = (scale[i] > 0, (i, 1, N)), Normal("X", mu[i], scale[i])
    known = Given.of([fact], assumptions=[Assumption("exact", "exact")])
    for start in (cesym.nll, cesym.likelihood):
        texts = [[h.text for h in start(normal, x, given=given).hypotheses] for given in (fact, [fact], known)]
        assert texts[0] == texts[1] and sorted(texts[2]) == sorted([*texts[0], "exact"])
    named = cesym.likelihood(normal, x, given=fact, because="mine", label=("M", "M"))
    assert (named.opening, named.label) == ("mine", ("M", "M"))


@pytest.mark.parametrize("at", [x[1], x[j], sigma, 3])
def test_the_samples_are_a_family_over_their_index(at) -> None:
    with pytest.raises(ValueError, match=r"nll: the samples are a family such as x, or its entry x\[i\]"):
        cesym.nll(Laplace("X", mu[1], sigma), at)


def test_a_link_is_put_in_at_the_indices_of_each_entry() -> None:
    d = Derivation.start(Sum(log(p[j]), (j, 1, N)), {p: Interval.open(0, 1)}).let(p[i], sigmoid(z[i]))
    assert d.exprs[-1] == Sum(log(1 / (1 + exp(-z[j]))), (j, 1, N))


def test_the_labels_of_a_few_classes() -> None:
    assert [f.prop for f in categorical(y[i], p, 3).facts] == [p[c] > 0, y[i] >= 1, y[i] <= 3]


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
    assert d.instance(k=(1, 0, 1)).exprs == d.instance(N=3, k=(1, 0, 1)).exprs
    for wrong in ({"N": 3, "k": (1, 0)}, {"N": 3, "k": (1, 0, 1, 0)}, {"k": ()}):
        with pytest.raises(ValueError, match=r"and its index runs up to|is declared"):
            d.instance(**wrong)
    for wrong in ({"N": 0.3}, {"k": 3}, {"M": 2}):
        with pytest.raises(ValueError):
            d.instance(**wrong)


def test_a_case_of_what_is_below_0_is_split_at_0() -> None:
    size = Piecewise((-R, R < 0), (R, True))
    assert Derivation.start(exp(-size), []).check(Piecewise((exp(R), R < 0), (exp(-R), True))).accepted


def test_numbers_of_a_family_are_for_its_entries_from_1_on() -> None:
    assert Derivation.start(Sum(x[i], (i, 0, N)), []).instance(N=2, x=(10, 20)).exprs == (x[0] + 30,)


def test_counts_start_where_their_distribution_does() -> None:
    for density, first in ((sp.stats.Geometric("K", p[i]), "kᵢ ≥ 1"), (Poisson("K", lam[i]), "kᵢ ≥ 0")):
        assert first in [h.text for h in cesym.nll(density, k).hypotheses]


def test_the_letters_of_a_sum_in_a_sum_are_those_that_are_free() -> None:
    assert Derivation.start(Sum(x[j], (j, 1, i), (i, 1, N)), []).letters.keys() == {"N", "x"}


def test_a_line_says_which_equation_it_uses_whatever_stands_before_it() -> None:
    s, u = Symbol("s", real=True), Symbol("u", real=True)
    d = Derivation.start(R + 1, [u > 0, sp.Eq(R, s**2, evaluate=False)]).claim(s**2 + 1)
    assert d.lines[1].uses == (2,)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (NEGATIVE + 2, {"a": 3}),
        (Symbol("u", nonnegative=True) + 2, {"u": -1}),
        (Symbol("w", real=True, nonzero=True) + 2, {"w": 0}),
        (Sum(k[i] * x[i], (i, 1, N)), {"N": 1, "k": (Rational(1, 2),)}),
    ],
)
def test_numbers_that_are_not_what_is_declared(line, wrong) -> None:
    with pytest.raises(ValueError, match=r"is declared .*, which .* is not"):
        Derivation.start(line, []).instance(**wrong)


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


def test_the_command() -> None:
    command = [sys.executable, "-m", "cesym", "derive", "mse_from_gaussian"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0 and b"sigma" in done.stdout and done.stdout.isascii()


def test_what_the_command_does(tmp_path, capsys) -> None:
    assert main(["list"]) == 0 and "bce_from_bernoulli" in capsys.readouterr().out
    for form in ("text", "latex", "markdown", "json"):
        assert main(["derive", "bce_from_bernoulli", "--format", form]) == 0
    for wrong, told in (("nothing", "`cesym list` shows them"), ("bce_form_bernoulli", "did you mean bce_from_bernoulli")):
        with pytest.raises(SystemExit, match="2"):
            main(["derive", wrong])
        assert told in capsys.readouterr().err
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"cesym {cesym.__version__}\n"
    another, nothing = ("[]", "a part of it has another form"), ("{}", "it has no 'format'")
    for text, told in (another, nothing, ("no JSON", "its text is no JSON"), ("[" * 10**5, "is no JSON, or nested")):
        (tmp_path / "bad").write_text(text, "utf-8")
        assert main(["check", str(tmp_path / "bad")]) == 1 and told in capsys.readouterr().out
    file = tmp_path / "saved"
    cesym.mse_from_gaussian().save(file)
    capsys.readouterr()
    assert main(["check", str(file)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("checked: mse_from_gaussian, 4 steps") and shown.count("\n  = ") == 3
    assert "so that the first line ≃ the last over mu" in shown
    file.write_text(file.read_text("utf-8").replace('"Rational", 2, 1', '"Rational", 3, 1', 1), "utf-8")
    assert main(["check", str(file)]) == 1 and "refused" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "none")]) == 2


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


# Letters that are new in a line

COUNT = Symbol("M", integer=True, positive=True)
V = sp.IndexedBase("a", real=True)
LOGSUMEXP = log(Sum(exp(z[c]), (c, 1, C)))
SHIFTED = R + log(Sum(exp(z[c] - R), (c, 1, C)))
SQUARES = Sum((x[i] - mu[i]) ** 2, (i, 1, N))


def test_a_line_may_bring_in_a_letter():
    d = Derivation.start(LOGSUMEXP, name="shift")
    assert d.check(SHIFTED).accepted and "r" not in d.letters
    longer = d.claim(SHIFTED, because="any shift")
    assert longer.letters["r"] == R and longer.recheck().evidence == "CHECKED"
    assert "z_c, r real" in longer.to_text(unicode=True) and "$r$ real" in longer.to_markdown()
    assert longer.claim("r + log(exp(-r)*Sum(exp(z[c]), (c, 1, C)))").conclusion.lhs == LOGSUMEXP
    assert longer.differentiate(R).exprs[-1] == 0
    assert longer.rename(r="rho").recheck().letters["rho"] and longer.instance(C=2, r=3).recheck()


def test_a_letter_that_is_given_can_be_typed(tmp_path, capsys):
    typed = "r + log(Sum(exp(z[c] - r), (c, 1, C)))"
    with pytest.raises(ValueError, match="I do not know the name 'r'"):
        Derivation.start(LOGSUMEXP).claim(typed)
    d = Derivation.start(LOGSUMEXP, {R: S.Reals, V: S.Reals})
    assert {"r", "a"} <= d.letters.keys() and "z_c, r, aᵢ real" in d.to_text(unicode=True)
    other = d.rename(r="s", a="b")
    assert {"s", "b"} <= other.letters.keys() and "z_c, s, bᵢ real" in other.to_text(unicode=True)
    assert {"r", "a"} <= d.instance(C=2).letters.keys()
    longer = d.claim(typed).claim("log(Sum(exp(z[c]), (c, 1, C))) + a[1] - a[1]")
    longer.save(tmp_path / "saved")
    saved = load(tmp_path / "saved")
    assert saved.verify().relation == "=" and saved.letters == longer.given.declared
    assert main(["check", str(tmp_path / "saved")]) == 0 and "given    z_c, r, aᵢ real" in capsys.readouterr().out
    assert Derivation.start("r + z[1]", {R: S.Reals}).expr == R + z[1]


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (log(sigma), log(sigma * COUNT) - log(COUNT)), (log(sigma), sp.Derivative(R * log(sigma), R)),
        (log(sigma), log(sigma * exp(V[1])) - V[1]), (SQUARES, Sum((x[i] + V[i]) ** 2 - 2 * (x[i] + V[i]) * (mu[i] + V[i]) + (mu[i] + V[i]) ** 2, (i, 1, N))),
        (log(sigma), Sum(log(sigma), (j, 1, COUNT)) / COUNT), (log(sigma), log(sigma * exp(j)) - j),
    ],
    ids=str,
)  # fmt: skip
def test_right_lines_with_new_letters(before, line):
    d = Derivation.start(before)
    assert d.check(line).accepted and d.claim(line).recheck()


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (LOGSUMEXP, SHIFTED + R), (LOGSUMEXP, SHIFTED.subs(R, -R) - 3 * R), (LOGSUMEXP, R), (log(sigma), log(sigma) + log(1 + R**2)),
        (log(sigma), log(sigma) * COUNT), (log(sigma), log(sigma) + V[1]), (Sum(x[i], (i, 1, N)), x[j]), (log(sigma), sp.Derivative(R**2, R)),
        (log(sigma), log(sigma) * R / R + sp.Abs(R) - R),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_lines_with_new_letters_are_refused_with_numbers(before, line):
    verdict = Derivation.start(before).check(line)
    assert verdict.status == "refused" and verdict.counterexample
    with pytest.raises(cesym.StepRefused):
        Derivation.start(before).claim(line)


def test_new_letters_and_minimisers():
    d = Derivation.start(SQUARES)
    plus, times = SQUARES + R, SQUARES * COUNT
    assert d.check(plus, over=mu).accepted and d.same_minimiser(plus, over=mu).constants.b == -R
    assert d.check(times, over=mu).accepted and d.same_minimiser(times, over=mu).recheck().constants.a == 1 / COUNT
    assert "M positive integer" in d.same_minimiser(times, over=mu).to_text(unicode=True)
    for wrong in (SQUARES * R, SQUARES + R * mu[1], Sum((x[i] - R) ** 2, (i, 1, N))):
        assert d.check(wrong, over=mu).status == "refused"
        with pytest.raises(cesym.StepRefused):
            d.same_minimiser(wrong, over=mu)
    assert "Sum it over r" not in d.check(SQUARES * R, over=mu).message


def test_a_new_letter_that_is_not_declared_real():
    asked = Derivation.start(log(sigma)).check(log(sigma * R) - log(R))
    assert (asked.kind, asked.so.text) == ("missing fact", "Add given=[r > 0].")
    d = Derivation.start(LOGSUMEXP)
    r = Symbol("r")
    verdict = d.check(SHIFTED.subs(R, r))
    assert (verdict.status, verdict.kind) == ("not shown", "namesake") and "neither real nor integer" in verdict.what.text
    with pytest.raises(cesym.StepRefused):
        d.claim(SHIFTED.subs(R, r))
    namesake = d.claim(SHIFTED).check(SHIFTED.subs(R, Symbol("r", positive=True)))
    assert namesake.kind == "namesake" and "Two different symbols are both called r" in namesake.what.text


def test_a_letter_brought_in_by_a_line_keeps_what_it_declares():
    d = Derivation.start(log(sigma)).claim(log(sigma * COUNT) - log(COUNT))
    with pytest.raises(ValueError, match="M is declared integer and positive"):
        d.instance(M=-1)
    t = Symbol("t", nonnegative=True)
    longer = Derivation.start(log(sigma)).claim(log(sigma * (1 + t)) - log(1 + t))
    assert "t ≥ 0" in longer.to_text(unicode=True) and "t real" not in longer.to_text(unicode=True)


def test_a_second_derivative_at_one_place_or_two():
    """Where m = b the two variables are one: the numbers that refute must see it."""
    m, b = symbols.m, sp.Symbol("b", integer=True)
    square = Sum(symbols.z[symbols.c] ** 2, (symbols.c, 1, symbols.C))
    both = [m >= 1, m <= symbols.C, b >= 1, b <= symbols.C]
    d = Derivation.start(sp.Derivative(square, symbols.z[m], symbols.z[b]), both)
    assert d.check(2 * sp.KroneckerDelta(m, b)).accepted
    for wrong in (2, 3 * sp.KroneckerDelta(m, b), sp.S.Zero):
        assert d.check(wrong).status == "refused"


@pytest.mark.parametrize(
    ("theorem", "sizes"),
    [
        (cesym.mse_from_gaussian, {"N": 6}), (cesym.mse_from_gaussian, {"N": 50}), (cesym.bce_from_bernoulli, {"N": 12}),
        (cesym.bce_from_two_class_cross_entropy, {"N": 12}), (cesym.cross_entropy_from_categorical, {"N": 2, "C": 3}),
        (cesym.nll_is_cross_entropy, {"N": 3, "C": 2}), (cesym.cross_entropy_one_hot, {"N": 3, "C": 2}),
        pytest.param(cesym.bce_from_bernoulli, {"N": 50}, marks=pytest.mark.long),
        pytest.param(cesym.cross_entropy_from_categorical, {"N": 2, "C": 10}, marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_an_instance_at_many_samples(theorem, sizes):
    d = theorem().instance(**sizes)
    assert d.evidence == "CHECKED" and d.exprs[-1].has(*[sp.Integer(size) for size in sizes.values()])
    assert not d.exprs[-1].has(Sum, sp.Product)


def test_an_instance_that_is_too_large_says_so():
    with pytest.raises(ValueError, match="N = 12: more than the kernel can check"):
        cesym.bernoulli_estimate().instance(N=12)


def test_entries_in_an_instance_stand_in_the_order_of_their_numbers():
    shown = cesym.bce_from_bernoulli().instance(k=(1,) * 11).to_text(unicode=True)
    assert "− ln p₂ − ln p₃" in shown and shown.index("p₂ ") < shown.index("p₁₀")


def test_a_loss_with_one_number_for_all_samples():
    import sympy.stats

    rate = Symbol("r", positive=True)
    loss = cesym.nll(sympy.stats.Exponential("X", rate), x).log_rules().loss(target=x, prediction=rate)
    assert loss.expr == rate * scalar(x) - log(rate) and loss.prediction == rate


@pytest.mark.parametrize(
    ("theorem", "said"),
    [(cesym.bernoulli_estimate, "N ≥ 1 at which the facts can hold (found from N = 2 on)"), (cesym.gaussian_estimates, "N = 2 on"),
     (cesym.bce_from_bernoulli, "N ≥ 1\n"), (cesym.nll_is_cross_entropy, "N, C ≥ 1\n")],
)  # fmt: skip
def test_a_card_says_from_which_size_on_its_facts_can_hold(theorem, said):
    assert said in theorem().to_text(unicode=True) + "\n"


def test_a_rule_and_a_parameter_by_name():
    d = Derivation.start(Sum(x[i] + 1, (i, 1, N)), {mu: sp.S.Reals})
    assert d.apply("linearity").exprs == d.apply(linearity).exprs
    error = Derivation.start(2 * Sum((x[i] - mu[i]) ** 2, (i, 1, N)))
    assert error.check("Sum((x[i] - mu[i])^2, (i, 1, N))", over="mu").accepted
    assert error.same_minimiser("Sum((x[i] - mu[i])^2, (i, 1, N))", over="mu").constants.a == 2
    assert error.differentiate("mu[m]").exprs == error.differentiate(mu[m]).exprs
    for wrong, message in (
        (lambda: d.apply("linear"), "there is no rule 'linear'; there are .*linearity"),
        (lambda: error.check("0", over="nu"), "over: there is no letter 'nu' here; there are N, mu, x"),
        (lambda: error.check("0", over=sigma), "over: sigma stands in neither line"),
        (lambda: error.same_minimiser(error.exprs[-1], over=sigma), "over: sigma stands in neither line"),
        (lambda: error.check("0", over=3), "over: a parameter is a letter or a whole family"),
        (lambda: error.differentiate(mu), "differentiate: mu has an index here: in which entry, mu.m. say"),
        (lambda: error.differentiate("mu"), "differentiate: mu has an index here"),
        (lambda: error.differentiate(mu[m] ** 2), "differentiate: expected a letter or an entry"),
        (lambda: error.differentiate(3), "differentiate: expected a letter or an entry"),
        (lambda: error.differentiate(N), "differentiate: N is a whole number"),
        (lambda: error.to_latex(show=[99]), "there is no line 99; the lines are numbered 0 to 0"),
    ):
        with pytest.raises((ValueError, IndexError), match=message):
            wrong()
