"""StackingRegressor of scikit-learn 1.9.1: python stacking_regressor.py > ../stacking-regressor.json"""

import json

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.ensemble import StackingRegressor
from sklearn.linear_model import Ridge
from sklearn.svm import SVR

assert sklearn.__version__ == "1.9.1"

data = load_iris().data
X, y = data[:, :3], data[:, 3]
weights = 1.0 + np.arange(150) % 3


def case(cv, weighted=False, **params):
    members = [("rbf", SVR(gamma=0.1, tol=1e-10)), ("linear", SVR(kernel="linear", C=0.1, tol=1e-10))]
    if cv == "prefit":
        members = [(name, member.fit(X, y)) for name, member in members]
    stack = StackingRegressor(members, Ridge(), cv=cv, **params)
    stack.fit(X, y, **({"sample_weight": weights} if weighted else {}))
    return {
        "cv": cv,
        "weighted": weighted,
        "params": params,
        "predict": stack.predict(X)[::7].round(10).tolist(),
        "coef": stack.final_estimator_.coef_.round(10).tolist(),
    }


cases = [case(5), case(3, passthrough=True), case(4, weighted=True), case("prefit")]
print(json.dumps({"cases": cases}))
