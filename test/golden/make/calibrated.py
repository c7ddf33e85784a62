"""CalibratedClassifierCV of scikit-learn 1.9.1: python test/golden/make/calibrated.py > test/golden/calibrated.json"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"

X, y = load_iris(return_X_y=True)
names = np.array(["setosa", "versicolor", "virginica"])
weights = 1.0 + np.arange(150) % 3
every = slice(None, None, 7)


def estimator(kind):
    if kind == "svc":
        return SVC(gamma=0.1, tol=1e-10)
    # A vote has probabilities and no decision values.
    return VotingClassifier([("one", LogisticRegression(tol=1e-10, max_iter=10_000, C=0.1))], voting="soft")


def case(kind, method, classes, cv=5, ensemble=True, weighted=False):
    # The first two measurements overlap, so that there is something to calibrate.
    rows = np.arange(150) if classes == 3 else np.arange(50, 150)
    Xs, labels = X[rows, :2], names[y[rows]]
    member = estimator(kind)
    splitter = StratifiedKFold(3, shuffle=True, random_state=0) if cv == "shuffled" else cv
    if cv == "prefit":
        member, splitter = FrozenEstimator(member.fit(Xs, labels)), 5
        ensemble = "auto"
    model = CalibratedClassifierCV(member, method=method, cv=splitter, ensemble=ensemble)
    model.fit(Xs, labels, **({"sample_weight": weights[rows]} if weighted else {}))
    return {
        "estimator": kind,
        "method": method,
        "classes": classes,
        "cv": cv,
        "ensemble": ensemble is True,
        "weighted": weighted,
        "predictProba": model.predict_proba(Xs)[every].round(9).tolist(),
    }


cases = [
    case("svc", "sigmoid", 2),
    case("svc", "sigmoid", 3),
    case("svc", "isotonic", 2),
    case("svc", "isotonic", 3, ensemble=False),
    case("vote", "sigmoid", 3, ensemble=False),
    case("vote", "isotonic", 2, cv="shuffled"),
    case("svc", "isotonic", 3, weighted=True),
    case("svc", "sigmoid", 2, weighted=True, ensemble=False),
    case("svc", "sigmoid", 3, cv="shuffled", weighted=True),
    case("svc", "sigmoid", 2, cv="prefit"),
    case("vote", "isotonic", 3, cv="prefit"),
]
print(json.dumps({"cases": cases}))
