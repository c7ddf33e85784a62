"""Golden values of test/linear/linear-regression.test.ts and ridge.test.ts, from scikit-learn 1.9.1.

Usage: python test/golden/make/linear_regression.py > test/golden/linear-regression.json
"""

import json

import numpy as np
import sklearn
from sklearn.linear_model import LinearRegression, Ridge

assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(5)


def table(rows, cols):
    return np.round(rng.normal(3, 2, (rows, cols)), 3)


tall = table(40, 5)
wide = table(8, 15)
dependent = table(30, 3)
dependent = np.column_stack([dependent, dependent[:, 0] - 2 * dependent[:, 2], np.full(30, 4.0), dependent[:, 1]])
collinear = table(30, 3)
collinear = np.column_stack([collinear, np.round(collinear[:, 0] + 1e-4 * rng.normal(0, 1, 30), 6)])
tables = {"tall": tall, "wide": wide, "dependent": dependent, "collinear": collinear}
targets = {name: np.round(X.sum(axis=1) + rng.normal(0, 1, len(X)), 3) for name, X in tables.items()}
weights = {name: np.round(rng.random(len(X)) * 3, 2) * (np.arange(len(X)) % 5 != 0) for name, X in tables.items()}


def fitted(model, name, weighted):
    X, y = tables[name], targets[name]
    model.fit(X, y, sample_weight=weights[name] if weighted else None)
    return {"on": name, "weighted": weighted, "fitIntercept": model.fit_intercept,
            "coef": model.coef_.tolist(), "intercept": float(model.intercept_)}


ols, ridge = [], []
for name in tables:
    for intercept in [True, False]:
        for weighted in [False, True]:
            model = LinearRegression(fit_intercept=intercept)
            case = fitted(model, name, weighted)
            ols.append({**case, "rank": int(model.rank_)})
            for alpha in [0.1, 10]:
                ridge.append({**fitted(Ridge(alpha=alpha, fit_intercept=intercept), name, weighted), "alpha": alpha})

print(json.dumps({
    "tables": {name: X.tolist() for name, X in tables.items()},
    "targets": {name: y.tolist() for name, y in targets.items()},
    "weights": {name: w.tolist() for name, w in weights.items()},
    "ols": ols, "ridge": ridge,
}, separators=(",", ":")))
