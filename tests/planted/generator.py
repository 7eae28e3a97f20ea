"""What a broken code generator would believe; written by one who had not read the tests."""

FAULTS = (
    (
        'a sum of terms that all have a minus starts without one',
        'numeric/programs/lower',
        'else 0 - self.value(-negative.pop(0))',
        'else self.value(-negative.pop(0))',
    ),
    (
        'the second half of a long sum or product starts one term late',
        'numeric/programs/lower',
        'e.args[middle:]))',
        'e.args[middle + 1 :]))',
    ),
    (
        'the last part of a constant in three parts is 0',
        'numeric/programs/constants',
        'middle, float(exact - high - sp.Rational(middle))',
        'middle, 0.0',
    ),
    (
        'what has weight 0 counts 0 even where it is NaN',
        'numeric/operations/forms',
        'b.guard(zero & value.equals(value), 0, w * value)',
        'b.guard(zero, 0, w * value)',
    ),
    (
        'an infinite constant is positive',
        'numeric/programs/code',
        'float("{value}")',
        'float("{abs(value)}")',
    ),
    (
        'a choice between two arrays may be written over the second of them',
        'numeric/arrays/inplace',
        'may_overwrite = value.op in UFUNCS and UFUNCS[value.op] != "select"',
        'may_overwrite = value.op in UFUNCS',
    ),
    (
        'axes are moved from where they should go to where they are',
        'numeric/arrays/vector',
        '{tuple(range(first, first + len(order)))}, {moved})',
        '{moved}, {tuple(range(first, first + len(order)))})',
    ),
    (
        'the last row of an odd number of rows counts nothing',
        'numeric/arrays/numpy_helpers',
        '            pairs[0] += rows[-1]',
        '            pairs[0] += 0.0',
    ),
    (
        'a result of minus infinity needs no second look',
        'numeric/arrays/blocks',
        'bool(most < inf and least > -inf)',
        'bool(most < inf)',
    ),
    (
        'the difference of two sigmoids means the second less the first',
        'numeric/operations/nodes',
        'return 1 / (1 + exp(-a)) - 1 / (1 + exp(-b))',
        'return 1 / (1 + exp(-b)) - 1 / (1 + exp(-a))',
    ),
    (
        'beside a sum that is infinite its rounding error is a number',
        'numeric/loops/loops',
        '"_0 += choose(_1 - _1 == 0.0, _1, 0.0)"',
        '"_0 += _1"',
    ),
    (
        'minus anything is at most 0',
        'numeric/loops/loops',
        'return value.op == "negabs"',
        'return value.op in ("negabs", "neg")',
    ),
)  # fmt: skip
