"""Golden values of test/naive-bayes/gaussian-nb.test.ts, from scikit-learn 1.9.1.

Usage: python test/golden/make/gaussian_nb.py > test/golden/gaussian-nb.json
"""

import json

import numpy as np
import sklearn
from sklearn.naive_bayes import GaussianNB

assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(11)
y = rng.choice(["ash", "birch", "cedar"], 60, p=[0.5, 0.3, 0.2])
centres = {"ash": [0, 0, 1000], "birch": [2, -1, 1003], "cedar": [1, 3, 998]}
X = np.round(np.array([centres[label] for label in y]) + rng.normal(0, [1, 2, 3], (60, 3)), 3)
weight = np.round(rng.random(60) * 3, 2) * (np.arange(60) % 4 != 0)
asked = np.round(np.array([0, 0, 1000]) + rng.normal(0, 4, (25, 3)), 3)

cases = []
for weighted in [False, True]:
    for params in [{}, {"priors": [0.2, 0.5, 0.3]}, {"var_smoothing": 0.01}]:
        model = GaussianNB(**params).fit(X, y, sample_weight=weight if weighted else None)
        cases.append({
            "weighted": weighted, "priors": params.get("priors"), "varSmoothing": params.get("var_smoothing", 1e-9),
            "classPrior": model.class_prior_.tolist(), "theta": model.theta_.tolist(), "var": model.var_.tolist(),
            "predict": model.predict(asked).tolist(), "predictProba": model.predict_proba(asked).tolist(),
        })

print(json.dumps({
    "X": X.tolist(), "y": y.tolist(), "weight": weight.tolist(), "asked": asked.tolist(), "cases": cases,
}, separators=(",", ":")))
