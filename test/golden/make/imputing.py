"""Golden values of test/preprocessing: SimpleImputer and OrdinalEncoder of scikit-learn 1.9.1.

Usage: python test/golden/make/imputing.py > test/golden/imputing.json
"""

import json

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OrdinalEncoder

assert sklearn.__version__ == "1.9.1"
nan = np.nan


def plain(a):
    """Lists, NaN as null."""
    return [plain(v) if isinstance(v, list) else None if v != v else v for v in np.asarray(a, dtype=object).tolist()]


rng = np.random.default_rng(3)
numbers = np.round(rng.normal(2, 3, (13, 5))) + 0.0
numbers[[1, 4, 7], 0] = numbers[[0, 4], 2] = nan
numbers[6, 1] = nan
numbers[:, 3] = nan
unseen = numbers[:4] * 2
unseen[2, 1] = nan
words = np.array([["red", "S"], ["blue", nan], [nan, "M"], ["blue", "S"], ["red", "L"]], dtype=object)
tables = {"numbers": (numbers, unseen), "words": (words, words[::-1])}

imputer = []
for on, strategies in [("numbers", ["mean", "median", "most_frequent", "constant"]), ("words", ["most_frequent", "constant"])]:
    for strategy in strategies:
        for indicator, keep in [(False, False), (True, False), (True, True)]:
            X, new = tables[on]
            t = SimpleImputer(strategy=strategy, add_indicator=indicator, keep_empty_features=keep).fit(X)
            imputer.append({
                "on": on, "strategy": strategy, "addIndicator": indicator, "keepEmptyFeatures": keep,
                "statistics": plain(t.statistics_), "transform": plain(t.transform(new)),
            })

ordinal = []
for on, X, new in [("numbers", numbers[:, :3], unseen[:, :3]), ("words", words, np.array([["red", "XL"], [nan, "S"]], dtype=object))]:
    for missing in [nan, -7]:
        t = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=missing).fit(X)
        ordinal.append({
            "on": on, "encodedMissingValue": plain([missing])[0],
            "categories": [[v for v in plain(c) if v is not None] for c in t.categories_],
            "known": plain(t.transform(X)), "unseen": plain(t.transform(new)), "inverse": plain(t.inverse_transform(t.transform(X))),
        })

print(json.dumps({
    "tables": {on: {"X": plain(X), "unseen": plain(new)} for on, (X, new) in tables.items()},
    "imputer": imputer, "ordinal": ordinal, "unseenWords": [["red", "XL"], [None, "S"]],
}, separators=(",", ":"), allow_nan=False))
