"""The coefficients in `arrays.numba_math`: ``python -m benchmarks.polynomials`` prints them as they stand there.

Each polynomial is the best one of its degree (Remez exchange, in 140 bits) for a relative error of the function
it serves, then rounded to doubles. It takes a second.
"""

from collections.abc import Callable

from mpmath import atanh, cos, expm1, log, lu_solve, matrix, mpf, pi, polyval, sqrt, workprec

TERMS = 10
GRID = 599  # odd, so that no point is 0, where the weight of EXP is 0


def exp_rest(r: mpf) -> mpf:
    """exp(r) = 1 + r + r**2*exp_rest(r)."""
    return (expm1(r) - r) / r**2


def log_rest(w: mpf) -> mpf:
    """log(1 + f) = 2*s + s*w*log_rest(w), where s = f/(2 + f) and w = s**2."""
    s = sqrt(w)
    return (2 * atanh(s) / s - 2) / w


def best(f: Callable[[mpf], mpf], weight: Callable[[mpf], mpf], low: mpf, high: mpf) -> tuple[list[mpf], mpf]:
    """The polynomial with the least maximum of weight*|f - polynomial|, lowest coefficient first, and that maximum."""
    middle, radius = (low + high) / 2, (high - low) / 2
    points = [middle - radius * cos(pi * (i + mpf(1) / 2) / (GRID + 1)) for i in range(GRID + 1)]
    rows = [(x, f(x), weight(x)) for x in points]
    chosen = [rows[round(i * GRID / TERMS)] for i in range(TERMS + 1)]
    while True:
        powers = [[x**j for j in range(TERMS)] + [(-1) ** i / w] for i, (x, _, w) in enumerate(chosen)]
        solved = list(lu_solve(matrix(powers), matrix([y for _, y, _ in chosen])))[:TERMS]
        peaks: list[tuple[mpf, tuple[mpf, mpf, mpf]]] = []
        for row in rows:  # the largest error of each run of one sign
            error = row[2] * (row[1] - polyval(solved[::-1], row[0]))
            if peaks and (peaks[-1][0] > 0) == (error > 0):
                peaks[-1] = max(peaks[-1], (error, row), key=lambda peak: abs(peak[0]))
            else:
                peaks.append((error, row))
        while len(peaks) > TERMS + 1:
            peaks.pop(0 if abs(peaks[0][0]) < abs(peaks[-1][0]) else -1)
        before, chosen = chosen, [row for _, row in peaks]
        if chosen == before:
            return solved, max(abs(error) for error, _ in peaks)


def polynomials() -> dict[str, tuple[list[float], float]]:
    """Name -> coefficients in doubles, and the error of the exact ones in units of 2**-53."""
    with workprec(140):
        half = log(2) / 2 * mpf("1.001")
        fits = {
            "EXP": best(exp_rest, lambda r: r * r, -half, half),
            "LOG": best(log_rest, lambda w: w / 2, mpf(0), mpf(1) / 9),
        }
        return {name: ([float(c) for c in found], float(error * 2**53)) for name, (found, error) in fits.items()}


def main() -> None:
    for name, (coefficients, error) in polynomials().items():
        rows = [coefficients[i : i + 4] for i in range(0, TERMS, 4)]
        print(f"{name} = (  # error {error:.2g} * 2**-53")
        print(*("    " + " ".join(f"{c!r}," for c in row) for row in rows), ")  # fmt: skip", sep="\n")


if __name__ == "__main__":
    main()
