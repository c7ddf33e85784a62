"""learning_curve of scikit-learn 1.9.1: python test/golden/make/learning_curve.py > test/golden/learning-curve.json"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, learning_curve

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"

X, y = load_iris(return_X_y=True)
order = np.arange(150) * 7 % 150
X, y = X[order], y[order]


def case(estimator, **params):
    kinds = {"logistic": LogisticRegression(tol=1e-10, max_iter=10_000), "dummy": DummyClassifier()}
    cv = KFold(4) if params.get("cv") == "KFold" else params.get("cv")
    sizes, train, test = learning_curve(kinds[estimator], X, y, **{**params, "cv": cv})
    return {
        "estimator": estimator,
        "params": params,
        "trainSizes": sizes.tolist(),
        "trainScores": train.tolist(),
        "testScores": test.tolist(),
    }


cases = [
    case("logistic", train_sizes=[0.2, 0.5, 1.0]),
    case("logistic", train_sizes=[100, 30, 30], cv=3, scoring="neg_log_loss"),
    case("logistic", train_sizes=[0.3, 0.301, 0.9], cv="KFold", shuffle=True, random_state=3),
    case("dummy", train_sizes=[0.05, 0.7], shuffle=True, random_state=0),
]
print(json.dumps({"cases": cases}))
