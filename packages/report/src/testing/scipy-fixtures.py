"""Fixtures for the statistics, by SciPy and NumPy: python scipy-fixtures.py > scipy-fixtures.json (needs scipy >= 1.11)."""

import json

import numpy as np
import scipy
from scipy import stats

random = np.random.default_rng(20261124)
LEVELS = [0.9, 0.95, 0.99, 0.9995]


def paired(a, b):
    test = stats.ttest_rel(a, b)
    intervals = [list(test.confidence_interval(level)) for level in LEVELS]
    differences = np.asarray(a) - np.asarray(b)
    return {
        "a": list(a),
        "b": list(b),
        "mean": differences.mean(),
        "spread": differences.std(ddof=1),
        "p": test.pvalue,
        "intervals": intervals,
    }


def summed(values):
    return {
        "values": list(values),
        "mean": np.mean(values),
        "spread": np.std(values, ddof=1),
        "median": np.median(values),
    }


def holm(p):
    """Holm (1979): statsmodels' multipletests(p, method="holm"), written out."""
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(np.asarray(p)[order] * (len(p) - np.arange(len(p))))
    result = np.empty(len(p))
    result[order] = np.minimum(1, adjusted)
    return {"p": list(p), "adjusted": list(result)}


pairs = [paired([0.975, 0.9744, 0.9768], [0.9711, 0.9702, 0.9731])]
for count in [2, 3, 5, 10, 30]:
    for shift in [0, 0.001, 0.01]:
        b = random.uniform(0.9, 1, count)
        pairs.append(paired(b + random.normal(shift, 0.003, count), b))

fixtures = {
    "scipy": scipy.__version__,
    "levels": LEVELS,
    "pairs": pairs,
    "summaries": [summed(random.normal(0.97, 0.002, count)) for count in [2, 3, 4, 11, 100]] + [summed([0.1] * 10)],
    "holm": [holm(random.uniform(0, 1, count) ** 3) for count in [1, 2, 3, 12, 60]] + [holm([0.01, 0.01, 0.04, 0.04, 0.9])],
}
print(json.dumps(fixtures, indent=1, default=float))
