"""The reference and its measures: known values, twice the precision, and planted errors, which must be found."""

import numpy as np
import pytest
from mpmath import mpf, workprec

from tests.numbers import reference
from tests.numbers.bounds import enclosed, outside
from tests.numbers.inputs import LOSSES, generate
from tests.numbers.measures import Truth, eps_error, faults, split, ulp_error
from tests.numbers.reference import truths

INF, NAN = np.inf, np.nan
LOG2 = 0.6931471805599453
# loss, derivative, arguments, values of the parts
KNOWN = [
    ("bce", 0, (0.5, 0.5), [LOG2]),
    ("bce", 0, (0.0, 5e-324), [5e-324]),
    ("bce", 0, (1.0, 5e-324), [744.4400719213812]),
    ("bce", 0, (1.0, 1.0), [0]),
    ("bce", 0, (0.5, 1.0), [INF]),
    ("bce", 1, (1.0, 0.0), [-INF]),
    ("bce", 1, (1.0, 1.0), [-1]),
    ("bce", 1, (0.3, 0.3), [0]),
    ("bce", 2, (0.0, 0.5), [4]),
    ("bce_with_logits", 0, (0.5, 0.0), [LOG2]),
    ("bce_with_logits", 0, (1.0, 37.0), [8.533047625744066e-17]),  # scikit-learn's tests have the same from mpmath
    ("bce_with_logits", 0, (1.0, 232.8), [7.874892118601446713e-102]),  # it has 1.4e-101 here, within its tolerance
    ("bce_with_logits", 0, (1.0, INF), [0]),
    ("bce_with_logits", 0, (0.5, INF), [INF]),
    ("bce_with_logits", 0, (1.0, -1e308), [1e308]),
    ("bce_with_logits", 0, (5e-324, -1e308), [4.940656458412465e-16]),
    ("bce_with_logits", 1, (1.0, -INF), [-1]),
    ("bce_with_logits", 1, (0.25, 0.0), [0.25]),
    ("bce_with_logits", 1, (1.0, 800.0), [0]),
    ("bce_with_logits", 2, (1.0, 0.0), [0.25]),
    ("bce_with_logits", 2, (1.0, -INF), [0]),
    ("cross_entropy", 0, ([[0.0, 1.0]], [[0.0, 1.0]]), [[0]]),
    ("cross_entropy", 0, ([0], [[0.0, 1.0]]), [[INF]]),
    ("cross_entropy", 1, ([[0.5, 0.5]], [[0.25, 0.75]]), [[[-2, -2 / 3]]]),
    ("cross_entropy", 2, ([1], [[0.0, 0.5]]), [[[[0, 0], [0, 4]]]]),
    ("cross_entropy_with_logits", 0, ([1], [[3.0, 3.0]]), [[LOG2]]),
    ("cross_entropy_with_logits", 0, ([1], [[INF, INF]]), [[LOG2]]),
    ("cross_entropy_with_logits", 0, ([0, 1], [[INF, 0.0]] * 2), [[0, INF]]),
    ("cross_entropy_with_logits", 0, ([0], [[745.0, 0.0]]), [[5e-324]]),
    ("cross_entropy_with_logits", 1, ([1], [[-INF, -INF]]), [[[0.5, -0.5]]]),
    ("cross_entropy_with_logits", 1, ([0], [[1e308, -1e308]]), [[[0, 0]]]),
    ("cross_entropy_with_logits", 2, ([0], [[0.0, 0.0]]), [[[[0.25, -0.25], [-0.25, 0.25]]]]),
    ("squared_error", 0, (3.0, 1.0), [4]),
    ("squared_error", 1, (3.0, 1.0), [-4]),
    ("squared_error", 1, (1e308, -1e308), [-INF]),
    ("gaussian_nll", 0, (1.0, 1.0, 1.0), [0.9189385332046728]),
    ("gaussian_nll", 0, (1.0, 1.0, 0.0), [-INF]),
    ("gaussian_nll", 0, (1.0, 2.0, 0.0), [INF]),
    ("gaussian_nll", 0, (1.0, 1.0, 0.15915494309189535), [3.09111930375610585e-17]),
    ("gaussian_nll", 1, (3.0, 1.0, 2.0), [-1, -0.25]),
    ("gaussian_nll", 2, (3.0, 1.0, 2.0), [0.5, 0.5, 0.5, 0.375]),
]


@pytest.mark.parametrize(("name", "order", "args", "values"), KNOWN)
def test_known_values(name, order, args, values):
    found = truths(name, order, *args)
    for truth, value in zip(found.values(), values, strict=True):
        np.testing.assert_allclose(truth.value, value, rtol=1e-12 if name == "gaussian_nll" else 1e-15, atol=0)


def few(batch):
    """Whether it has a scalar prediction or few classes."""
    return batch.args[1].ndim == 1 or batch.args[1].shape[-1] <= 10


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_more_bits_change_nothing(name, order, monkeypatch):
    batches = [b for b in generate(name, 150, 5) if few(b)]
    found = [truths(name, order, *b.args) for b in batches]
    bits = reference.bits_of
    monkeypatch.setattr(reference, "bits_of", lambda *a: 2 * bits(*a) + 1000)
    for batch, before in zip(batches, found, strict=True):
        for one, two in zip(before.values(), truths(name, order, *batch.args).values(), strict=True):
            np.testing.assert_array_equal(one.value, two.value)
            np.testing.assert_allclose(one.rest, two.rest, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_enclosures_hold_the_truth_and_exclude_what_is_wrong(name, order, dtype):
    planted = 0
    for batch in generate(name, 500, 6):
        if order == 2 and not few(batch):
            continue
        batch = (batch if few(batch) else batch.head(2)).astype(dtype)
        rounded = [truth.value for truth in truths(name, order, *batch.args, dtype=dtype).values()]
        for part, kinds in outside(name, order, batch.args, rounded, dtype).items():
            for kind, mask in kinds.items():
                assert not mask.any(), (part, kind, [a[np.argwhere(mask)[0][0]] for a in batch.args])
        with np.errstate(all="ignore"):
            wrong = outside(name, order, batch.args, [1.01 * value for value in rounded], dtype)
        planted += sum(int(kinds["lost"].sum()) for kinds in wrong.values())
        for (value, larger), truth in zip(enclosed(name, order, *batch.args).values(), rounded, strict=True):
            assert value.shape == larger.shape == truth.shape
    assert planted > 100


def one_truth(value, dtype=np.float64):
    with workprec(300):
        return Truth(*[np.array([part]) for part in split((value,), dtype)], dtype)


TOP = float(np.finfo(float).max)
# truth, result, error in ULP
ERRORS = [
    (mpf(1), 1.0, 0),
    (mpf(1), np.nextafter(1, 2), 1),
    (mpf(1), np.nextafter(1, 0), 0.5),
    (mpf(0), 5e-324, 1),
    (mpf("0.5") * mpf(5e-324), 0.0, 0.5),
    (mpf("0.74") * mpf(5e-324), 0.0, 0.74),
    (mpf(TOP), INF, 1),
    (mpf(2) ** 1024, INF, 0),
    (mpf(2) ** 1024, TOP, 1),
    (mpf(2) ** 1030, INF, 0),
    (mpf(2) ** 1030, TOP, INF),
    (mpf("inf"), INF, 0),
    (mpf("inf"), -INF, INF),
    (mpf("inf"), TOP, INF),
    (mpf(1), INF, INF),
    (mpf(1), NAN, INF),
    (mpf(0), NAN, INF),
    (mpf("nan"), 3.0, 0),
    (mpf(TOP), -TOP, INF),
]


@pytest.mark.parametrize(("value", "result", "error"), ERRORS)
def test_ulp_error(value, result, error):
    assert ulp_error([result], one_truth(value))[0] == pytest.approx(error, abs=1e-12)


def test_ulp_error_in_single_precision():
    third = one_truth(mpf(1) / 3, np.float32)
    assert ulp_error(np.array([1 / 3], np.float32), third)[0] < 0.5
    assert 0.5 < ulp_error([np.nextafter(np.float32(1 / 3), np.float32(1))], third)[0] < 1.5
    assert ulp_error([1e-45], one_truth(mpf(0), np.float32))[0] == pytest.approx(1, rel=0.3)
    assert one_truth(mpf(1e39), np.float32).value == INF


def test_eps_of_the_larger_term():
    with workprec(300):
        truth = Truth(*[np.array([x]) for x in split((mpf(1), -mpf(1) + mpf(2) ** -50), float)], float)
    assert ulp_error([0.0], truth)[0] > 1e15
    assert eps_error([0.0], truth)[0] == pytest.approx(4, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "result", "kind"),
    [
        (mpf(1), NAN, "NaN"),
        (mpf(1), INF, "infinity"),
        (mpf(1), -1.0, "sign"),
        (mpf("inf"), 100.0, "clipped"),
        (mpf("inf"), -INF, "sign"),
        (mpf("1e-20"), 0.0, "lost"),
        (mpf(1), 1.002, "lost"),
    ],
)
def test_faults_are_found(value, result, kind):
    found = faults([result], one_truth(value))
    assert found.pop(kind)[0]
    assert not any(mask[0] for other, mask in found.items() if other != "lost")
    assert not any(mask[0] for mask in faults(one_truth(value).value, one_truth(value)).values())


@pytest.mark.parametrize("name", LOSSES)
def test_inputs_are_the_same_for_the_same_seed(name):
    one, two, other = (generate(name, 50, seed) for seed in (1, 1, 2))
    same = [np.array_equal(a, b) for p, q in zip(one, two, strict=True) for a, b in zip(p.args, q.args, strict=True)]
    assert all(same)
    assert not all(np.array_equal(a, b) for a, b in zip(one[-1].args, other[-1].args, strict=True))
    assert not any(np.isnan(a).any() for batch in one for a in batch.args)


def test_label_smoothing_is_e_over_the_number_of_classes():
    smooth = truths("cross_entropy_with_logits", 0, [0], [[1.0, 2.0, 3.0, 4.0]], label_smoothing=0.2)[""].value
    soft = truths("cross_entropy_with_logits", 0, [[0.85, 0.05, 0.05, 0.05]], [[1.0, 2.0, 3.0, 4.0]])[""].value
    np.testing.assert_allclose(smooth, soft, rtol=1e-15)
