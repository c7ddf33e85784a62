"""permutation_importance of scikit-learn 1.9.1: python test/golden/make/permutation.py > test/golden/permutation.json"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVR

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"

X, y = load_iris(return_X_y=True)


def case(kind, weighted=False, **params):
    labels = kind == "logistic"
    table, target = (X, y) if labels else (X[:, :3], X[:, 3])
    model = LogisticRegression(tol=1e-10, max_iter=10_000) if labels else SVR(gamma=0.1, tol=1e-10)
    weights = 1.0 + np.arange(150) % 3 if weighted else None
    found = permutation_importance(model.fit(table, target), table, target, sample_weight=weights, **params)
    return {
        "estimator": kind,
        "weighted": weighted,
        "params": params,
        "importances": found.importances.round(12).tolist(),
        "importancesMean": found.importances_mean.round(12).tolist(),
        "importancesStd": found.importances_std.round(12).tolist(),
    }


cases = [
    case("logistic", random_state=0),
    case("logistic", random_state=7, n_repeats=3, scoring="neg_log_loss"),
    case("logistic", random_state=7, n_repeats=2, weighted=True),
    case("svr", random_state=1, n_repeats=4),
]
print(json.dumps({"cases": cases}))
