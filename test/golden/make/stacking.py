"""StackingClassifier of scikit-learn 1.9.1: python test/golden/make/stacking.py > test/golden/stacking.json"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.svm import SVC

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"

X, y = load_iris(return_X_y=True)
two = y > 0
names = np.array(["setosa", "versicolor", "virginica"])
weights = 1.0 + np.arange(150) % 3
every = slice(None, None, 7)


def logistic(**params):
    return LogisticRegression(tol=1e-10, max_iter=10_000, **params)


def members(fitted=None):
    pair = [("logistic", logistic(C=0.1)), ("svc", SVC(gamma=0.1, tol=1e-10))]
    return pair if fitted is None else [(name, member.fit(*fitted)) for name, member in pair]


def case(classes, cv, weighted=False, **params):
    rows = np.arange(150) if classes == 3 else np.flatnonzero(two)
    Xs, labels = X[rows], names[y[rows]]
    stack = StackingClassifier(
        members((Xs, labels) if cv == "prefit" else None),
        logistic(),
        cv=KFold(4, shuffle=True, random_state=0) if cv == "shuffled" else cv,
        **params,
    )
    stack.fit(Xs, labels, **({"sample_weight": weights[rows]} if weighted else {}))
    return {
        "classes": classes,
        "cv": cv,
        "weighted": weighted,
        "params": params,
        "transform": stack.transform(Xs)[every].round(10).tolist() if cv == 5 else None,
        "predictProba": stack.predict_proba(Xs)[every].round(10).tolist(),
        "coef": stack.final_estimator_.coef_.round(10).tolist(),
    }


cases = [
    case(3, 5),
    case(2, 5),
    case(3, 3, passthrough=True),
    case(2, "shuffled", stack_method="decision_function"),
    case(3, "shuffled", stack_method="predict"),
    case(3, 3, weighted=True),
    case(3, "prefit"),
]
print(json.dumps({"cases": cases}))
