"""Golden values of test/preprocessing, from scikit-learn 1.9.1.

Usage: python test/golden/make/preprocessing.py > test/golden/preprocessing.json
"""

import json

import numpy as np
import sklearn
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, OneHotEncoder, StandardScaler

assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(11)


def plain(a):
    """Lists, NaN as null."""
    if a is None:
        return None
    a = np.asarray(a, dtype=object)
    return [plain(v) if isinstance(v, (list, np.ndarray)) else None if v != v else v for v in a.tolist()]


n = 25
table = np.column_stack([
    rng.normal(5, 3, n),
    rng.normal(-1e6, 1e-3, n),
    np.full(n, 0.1),
    rng.integers(0, 4, n),
    np.full(n, 1e9) + rng.normal(0, 1e-9, n),
])
holes = table.copy()
holes[3, 0] = holes[8, 3] = holes[9, 3] = np.nan
bytes_ = rng.integers(0, 256, (n, 3))
weight = np.round(rng.random(n) * 3, 2)
weight[::5] = 0
tables = {"table": table, "holes": holes, "bytes": bytes_}
unseen = {"table": table[:6] * 1.5, "holes": holes[:6] * 1.5, "bytes": bytes_[:6] // 2}

standard = []
for name, X in tables.items():
    for w in [None, weight]:
        for m, s in [(True, True), (True, False), (False, True), (False, False)]:
            t = StandardScaler(with_mean=m, with_std=s).fit(X, sample_weight=w)
            standard.append({
                "on": name, "weighted": w is not None, "params": {"withMean": m, "withStd": s},
                "mean": plain(t.mean_), "var": plain(t.var_), "scale": plain(t.scale_),
                "transform": plain(t.transform(unseen[name].astype(float))),
                "inverse": plain(t.inverse_transform(unseen[name].astype(float))),
            })

minmax = []
for name, X in tables.items():
    for r, c in [((0, 1), False), ((-3, 7.5), False), ((0, 1), True)]:
        t = MinMaxScaler(feature_range=r, clip=c).fit(X)
        minmax.append({
            "on": name, "params": {"featureRange": r, "clip": c},
            "dataMin": plain(t.data_min_), "dataMax": plain(t.data_max_), "dataRange": plain(t.data_range_),
            "scale": plain(t.scale_), "min": plain(t.min_),
            "transform": plain(t.transform(unseen[name].astype(float))),
            "inverse": plain(t.inverse_transform(unseen[name].astype(float))),
        })

words = [["red", "S", "yes"], ["blue", "M", "no"], ["green", "L", "no"], ["blue", "S", "yes"]]
numbers = [[3, -1.5], [1, 2], [3, 2], [2, 2]]
unseen_words = [["blue", "XL", "no"], ["pink", "S", "yes"]]
onehot = []
for name, X, new in [("words", words, unseen_words), ("numbers", numbers, [[2, 7], [0, 2]])]:
    for drop in [None, "first", "if_binary"]:
        t = OneHotEncoder(drop=drop, sparse_output=False, handle_unknown="error").fit(X)
        known = t.transform(X)
        case = {
            "on": name, "drop": drop, "categories": plain(t.categories_),
            "names": t.get_feature_names_out().tolist(), "transform": known.tolist(),
            "inverse": plain(t.inverse_transform(known)),
        }
        if drop is None:
            ignoring = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(X)
            out = ignoring.transform(new)
            case["ignored"] = out.tolist()
            case["ignoredInverse"] = plain(ignoring.inverse_transform(out))
        onehot.append(case)

labels = []
for y in [["b", "a", "c", "a"], [10, -5, 2, 10], [True, False, True]]:
    e = LabelEncoder().fit(y)
    labels.append({"y": y, "classes": e.classes_.tolist(), "codes": e.transform(y).tolist()})

print(json.dumps({
    "tables": {k: plain(v) for k, v in tables.items()}, "unseen": {k: plain(v) for k, v in unseen.items()},
    "weight": weight.tolist(), "standard": standard, "minmax": minmax,
    "words": words, "numbers": numbers, "unseenWords": unseen_words, "unseenNumbers": [[2, 7], [0, 2]],
    "onehot": onehot, "labels": labels,
}, separators=(",", ":"), allow_nan=False))
