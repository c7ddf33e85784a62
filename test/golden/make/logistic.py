"""Golden values of test/linear, from scikit-learn 1.9.1.

Usage: python test/golden/make/logistic.py > test/golden/logistic.json
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"


def standardised(data):
    return StandardScaler().fit_transform(data.data), data.target


digits = load_digits()
sets = {
    "iris": standardised(load_iris()),
    "wine": standardised(load_wine()),
    "cancer": standardised(load_breast_cancer()),
    "digits": (digits.data / 16, digits.target),
}


def objective(model, X, y, weight):
    """Mean loss by weight plus the penalty, the classes' weights being in `weight`."""
    z = model.decision_function(X)
    z = np.column_stack([np.zeros(len(X)), z]) if z.ndim == 1 else z
    top = z.max(axis=1)
    loss = top + np.log(np.exp(z - top[:, None]).sum(axis=1)) - z[np.arange(len(y)), y]
    return float((weight * loss).sum() / weight.sum() + 0.5 * (model.coef_**2).sum() / (model.C * weight.sum()))


def case(name, weighted=False, **params):
    X, y = sets[name]
    weight = np.arange(len(y)) % 3 + 0.5 if weighted else np.ones(len(y))
    model = LogisticRegression(**params).fit(X, y, sample_weight=weight if weighted else None)
    by_class = params.get("class_weight")
    if by_class is not None:
        factors = compute_class_weight(by_class, classes=model.classes_, y=y, sample_weight=weight)
        weight = weight * factors[y]
    small = name != "digits"
    probabilities = model.predict_proba(X)[:5]
    camel = {"C": "C", "fit_intercept": "fitIntercept", "class_weight": "classWeight", "tol": "tol", "max_iter": "maxIter"}
    return {
        "on": name,
        "weighted": weighted,
        "params": {camel[k]: v for k, v in params.items()},
        "loss": objective(model, X, y, weight),
        "nIter": int(model.n_iter_[0]),
        "coef": model.coef_.tolist() if small else None,
        "intercept": model.intercept_.tolist() if small else None,
        "decision": model.decision_function(X)[:5].reshape(5, -1).tolist() if small else None,
        "probabilities": probabilities.tolist() if small else None,
        "predictions": "".join(str(v) for v in model.predict(X)),
    }


cases = []
for name in sets:
    for C in [0.01, 1, 100]:
        cases.append(case(name, C=C, max_iter=1000))
for name in ["iris", "cancer"]:
    cases.append(case(name, C=1, fit_intercept=False))
    cases.append(case(name, C=1, class_weight="balanced", weighted=True))
    cases.append(case(name, C=10, weighted=True, tol=1e-8, max_iter=2000))
cases.append(case("wine", C=1, class_weight={0: 3, 1: 0.5, 2: 1}))
for one in cases:
    by_class = one["params"].get("classWeight")
    if isinstance(by_class, dict):
        one["params"]["classWeight"] = {str(k): v for k, v in by_class.items()}
print(json.dumps({"cases": cases}, separators=(",", ":"), allow_nan=False))
