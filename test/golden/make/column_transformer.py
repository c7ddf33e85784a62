"""Golden values of test/compose/column-transformer.test.ts, from scikit-learn 1.9.1.

Usage: python test/golden/make/column_transformer.py > test/golden/column-transformer.json
"""

import json

import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

assert sklearn.__version__ == "1.9.1"
nan = np.nan
rng = np.random.default_rng(8)
rows = 24
X = np.empty((rows, 5), dtype=object)
X[:, 0] = np.round(rng.normal(40, 12, rows)).tolist()
X[:, 1] = rng.choice(["north", "south", "west"], rows).tolist()
X[:, 2] = np.round(rng.gamma(2, 15, rows), 2).tolist()
X[:, 3] = rng.choice(["small", "medium", "large"], rows).tolist()
X[:, 4] = rng.integers(0, 4, rows).tolist()
X[[2, 9], 0] = nan
X[[4, 11, 20], 1] = nan
y = [int(v > 1.2) for v in X[:, 4] + rng.normal(0, 1, rows)]


def columns(remainder):
    return ColumnTransformer([
        ("numbers", Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), [0, 2]),
        ("place", Pipeline([("fill", SimpleImputer(strategy="most_frequent")), ("encode", OneHotEncoder())]), [1]),
        ("size", OrdinalEncoder(categories=[["small", "medium", "large"]]), slice(3, 4)),
    ], remainder=remainder, sparse_threshold=0)


cases = []
for remainder in ["drop", "passthrough"]:
    out = columns(remainder).fit_transform(X).astype(float)
    cases.append({"remainder": remainder, "transform": out.tolist()})
pipe = Pipeline([("columns", columns("passthrough")), ("clf", LogisticRegression(tol=1e-10, max_iter=1000))]).fit(X, y)
plain = [[None if v != v else v for v in row] for row in X.tolist()]
print(json.dumps({"X": plain, "y": y, "cases": cases, "probabilities": pipe.predict_proba(X).tolist()},
                 separators=(",", ":"), allow_nan=False))
