"""Makes ../splits.json: scikit-learn's own splits, sizes and refusals.

Run with scikit-learn 1.9.1:  python test/golden/make/splits.py
Long index lists are kept as the first 16 hex digits of the SHA-256 of their little-endian uint32 bytes.
"""

import hashlib
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.model_selection import (
    KFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    check_cv,
    train_test_split,
)
from sklearn.model_selection._split import _validate_shuffle_split
from sklearn.utils.extmath import _approximate_mode

warnings.simplefilter("ignore")
SEEDS = [0, 1, 42, 2**32 - 1]
SHORT = 12


def indices(values):
    values = np.asarray(values, dtype="<u4")
    if len(values) <= SHORT:
        return values.tolist()
    return hashlib.sha256(values.tobytes()).hexdigest()[:16]


def splits(splitter, n, y=None):
    y = None if y is None else np.asarray(y)
    return [[indices(train), indices(test)] for train, test in splitter.split(np.zeros(n), y)]


def from_counts(counts, seed, names=None):
    """Labels with these counts in a random order, as codes or as names."""
    y = np.repeat(np.arange(len(counts)), counts)
    np.random.RandomState(seed).shuffle(y)
    return y.tolist() if names is None else [names[c] for c in y]


LABELS = {
    "balanced pair": [0, 1] * 10,
    "sorted thirds": [0] * 7 + [1] * 7 + [2] * 7,
    "uneven": from_counts([31, 11, 7], 1),
    "last class appears first": [2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 2, 1],
    "strings": from_counts([10, 6, 9], 2, ["pear", "Apple", "fig"]),
    "booleans": from_counts([9, 8], 3, [False, True]),
    "gapped and negative": from_counts([12, 5, 6, 10], 4, [100, -3, 7, 0]),
    "many ties": from_counts([4] * 9, 5),
    "one rare class": from_counts([20, 3, 17], 6),
    "larger": from_counts([501, 333, 120, 77], 7),
}

result = {"scikitLearn": sklearn.__version__, "numpy": np.__version__, "labels": LABELS}

result["randomState"] = []
for seed in [*SEEDS, 12345, 2**31]:
    random = np.random.RandomState(seed)
    words = random.randint(0, 2**32, size=1500, dtype=np.uint32)
    shuffled = {n: indices(np.random.RandomState(seed).permutation(n)) for n in (0, 1, 2, 8, 1000, 70000)}
    result["randomState"].append(
        {"seed": seed, "first": words[:5].tolist(), "all": indices(words), "permutations": shuffled}
    )

result["kFold"] = [
    {"n": n, "nSplits": k, "randomState": seed, "splits": splits(KFold(k, shuffle=seed is not None, random_state=seed), n)}
    for n, k in [(2, 2), (5, 5), (10, 3), (11, 2), (97, 10), (1000, 7)]
    for seed in [None, *SEEDS]
]

result["stratifiedKFold"] = []
for name, y in LABELS.items():
    for k in [2, 3, 5]:
        for seed in [None, *SEEDS]:
            splitter = StratifiedKFold(k, shuffle=seed is not None, random_state=seed)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    outcome = splits(splitter, len(y), y)
                except ValueError:
                    outcome = "error"
            result["stratifiedKFold"].append(
                {"labels": name, "nSplits": k, "randomState": seed, "warns": len(caught) > 0, "splits": outcome}
            )

SIZES = [(None, None), (0.33, None), (None, 0.5), (0.2, 0.3), (7, None), (None, 8), (5, 6), (0.25, 10)]


def random_cases(kind, n_splits):
    for (test, train) in SIZES:
        for seed in SEEDS:
            yield test, train, seed, kind(n_splits, test_size=test, train_size=train, random_state=seed)


result["shuffleSplit"] = [
    {"n": n, "nSplits": 2, "testSize": test, "trainSize": train, "randomState": seed, "splits": splits(splitter, n)}
    for n in [20, 333]
    for test, train, seed, splitter in random_cases(ShuffleSplit, 2)
]

result["stratifiedShuffleSplit"] = []
for name, y in LABELS.items():
    for test, train, seed, splitter in random_cases(StratifiedShuffleSplit, 2):
        if seed not in (0, 42):
            continue
        try:
            outcome = splits(splitter, len(y), y)
        except ValueError:
            outcome = "error"
        result["stratifiedShuffleSplit"].append(
            {"labels": name, "testSize": test, "trainSize": train, "randomState": seed, "splits": outcome}
        )

result["approximateMode"] = [
    {"counts": counts, "draws": draws, "seed": seed, "drawn": _approximate_mode(np.array(counts), draws, seed).tolist()}
    for counts, draws in [([4, 2], 3), ([5, 2], 4), ([2, 2, 2, 1], 2), ([1] * 9, 4), ([3, 0, 7], 5), ([100, 1, 99], 67)]
    for seed in SEEDS
]

digits = load_digits().target.tolist()
result["trainTestSplit"] = []
for n, options in [
    (10, {}),
    (10, {"test_size": 0.2}),
    (11, {"train_size": 0.5}),
    (150, {"test_size": 30}),
    (150, {"test_size": 0.33, "train_size": 0.21}),
    (70000, {"test_size": 10000}),
    (70000, {"test_size": 0.2}),
    (10, {"shuffle": False}),
    (101, {"shuffle": False, "test_size": 0.2, "train_size": 0.3}),
]:
    for seed in [0, 42]:
        train, test = train_test_split(np.arange(n), random_state=seed, **options)
        result["trainTestSplit"].append(
            {
                "n": n,
                "testSize": options.get("test_size"),
                "trainSize": options.get("train_size"),
                "shuffle": options.get("shuffle", True),
                "stratify": None,
                "randomState": seed,
                "split": [indices(train), indices(test)],
            }
        )
for name, y in [*LABELS.items(), ("digits", digits)]:
    for seed in SEEDS:
        train, test = train_test_split(np.arange(len(y)), test_size=0.3, stratify=np.asarray(y), random_state=seed)
        result["trainTestSplit"].append(
            {
                "n": len(y),
                "testSize": 0.3,
                "trainSize": None,
                "shuffle": True,
                "stratify": name,
                "randomState": seed,
                "split": [indices(train), indices(test)],
            }
        )

# Sizes and refusals. A size of 1.0 is left out: JavaScript cannot tell it from 1.
result["sizes"] = []
CHOICES = [None, 0, -1, -0.5, 0.01, 0.1, 0.29, 0.5, 0.7, 0.99, 1.5, 1, 2, 7, 9, 10, 11, 100]
for n in [1, 2, 3, 10, 99]:
    for test in CHOICES:
        for train in CHOICES:
            try:
                sizes = [int(size) for size in _validate_shuffle_split(n, test, train, default_test_size=0.25)]
            except ValueError:
                sizes = 0
            result["sizes"].append([n, test, train, sizes])

result["checkCv"] = [
    {"cv": cv, "y": y, "classifier": classifier, "kind": type(check_cv(cv, y, classifier=classifier)).__name__}
    for cv in [None, 2, 7]
    for y in [None, [0, 1, 1, 0], ["a", "b", "c", "a"], [0.5, 1.5, 2.0, 3.0], [1.0, 2.0, 3.0, 1.0]]
    for classifier in [False, True]
]

path = pathlib.Path(__file__).parent.parent / "splits.json"
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
