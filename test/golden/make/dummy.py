"""Golden values of test/dummy, from scikit-learn 1.9.1.

Usage: python test/golden/make/dummy.py > test/golden/dummy.json
"""

import json

import numpy as np
import sklearn
from sklearn.dummy import DummyClassifier

assert sklearn.__version__ == "1.9.1"
y = ["b", "a", "b", "c", "b", "c", "a", "c", "c"]
X = np.zeros((len(y), 2))
weight = [0.5, 4, 0, 1, 1.25, 0.3, 2, 0.1, 0]
cases = []
for strategy in ["prior", "most_frequent", "uniform", "constant"]:
    for w in [None, weight]:
        d = DummyClassifier(strategy=strategy, constant="a" if strategy == "constant" else None, random_state=0)
        d.fit(X, y, sample_weight=w)
        cases.append({
            "strategy": strategy,
            "weight": w,
            "classPrior": d.class_prior_.tolist(),
            "predict": None if strategy == "uniform" else d.predict(X).tolist(),
            "predictProba": np.asarray(d.predict_proba(X)).tolist(),
        })
print(json.dumps({"y": y, "cases": cases}, separators=(",", ":")))
