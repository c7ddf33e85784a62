"""Golden values of test/linear/linear-svc.test.ts, from scikit-learn 1.9.1.

Usage: python test/golden/make/linear_svc.py > test/golden/linear-svc.json
"""

import json

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

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
CAMEL = {
    "C": "C",
    "loss": "loss",
    "fit_intercept": "fitIntercept",
    "intercept_scaling": "interceptScaling",
    "class_weight": "classWeight",
}
LOSSES = {"hinge": "hinge", "squared_hinge": "squaredHinge"}


def fitted(name, weighted, params, **more):
    X, y = sets[name]
    weight = np.arange(len(y)) % 3 + 0.5 if weighted else None
    return LinearSVC(dual=True, random_state=0, **params, **more).fit(X, y, sample_weight=weight)


def case(name, weighted=False, **params):
    """All fits must converge: a ConvergenceWarning is an error."""
    model = fitted(name, weighted, params, tol=1e-9, max_iter=10_000_000)
    assert model.n_iter_ < 10_000_000
    named = {CAMEL[k]: v for k, v in params.items()}
    named["loss"] = LOSSES[params["loss"]]
    if isinstance(params.get("class_weight"), dict):
        named["classWeight"] = {str(k): v for k, v in params["class_weight"].items()}
    return {
        "on": name,
        "weighted": weighted,
        "params": named,
        "coef": model.coef_.tolist(),
        "intercept": np.broadcast_to(model.intercept_, len(model.coef_)).tolist(),
    }


cases = []
for loss in ["hinge", "squared_hinge"]:
    for C in [0.01, 1, 100]:
        cases.append(case("iris", loss=loss, C=C))
    for C in [0.01, 1]:
        cases.append(case("cancer", loss=loss, C=C))
        cases.append(case("wine", loss=loss, C=C))
    cases.append(case("wine", loss=loss, C=100, class_weight="balanced"))
    cases.append(case("wine", loss=loss, class_weight={0: 3, 1: 0.5, 2: 1}))
    cases.append(case("cancer", loss=loss, C=0.1, class_weight={0: 5}, weighted=True))
    cases.append(case("iris", loss=loss, class_weight="balanced", weighted=True))
    cases.append(case("wine", loss=loss, intercept_scaling=10))
    cases.append(case("iris", loss=loss, fit_intercept=False, weighted=True))


def on_digits(loss, C):
    """At the usual tolerance, which ends near the solution only: how many rows are labelled rightly."""
    X, y = sets["digits"]
    model = LinearSVC(dual=True, random_state=0, loss=loss, C=C).fit(X[:1200], y[:1200])
    return {
        "params": {"loss": LOSSES[loss], "C": C},
        "right": int((model.predict(X[1200:]) == y[1200:]).sum()),
        "nIter": int(model.n_iter_),
    }


accuracy = [on_digits(loss, C) for loss in ["hinge", "squared_hinge"] for C in [0.01, 0.1]]
print(json.dumps({"cases": cases, "digits": accuracy}, separators=(",", ":"), allow_nan=False))
