"""Golden values of test/neighbors/k-neighbors.test.ts, from scikit-learn 1.9.1.

Usage: python test/golden/make/neighbors.py > test/golden/neighbors.json
"""

import json

import numpy as np
import sklearn
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(9)

floats = np.round(rng.normal(0, 2, (40, 5)), 3)
# Sums of squares of small integers are exact, so that scikit-learn's ties are ties.
grid = rng.integers(0, 4, (40, 3)).astype(float)
wide = rng.integers(0, 256, (20, 75)).astype(float)
tables = {"floats": floats, "grid": grid, "wide": wide}
queries = {
    "floats": np.vstack([np.round(rng.normal(0, 2, (9, 5)), 3), floats[:2]]),
    "grid": grid[:0:-4] + [[0, 0, 1]],
    "wide": np.vstack([rng.integers(0, 256, (5, 75)).astype(float), wide[:2]]),
}
labels = {name: rng.integers(0, 3, len(X)) for name, X in tables.items()}
numbers = {name: np.round(rng.normal(0, 5, len(X)), 2) for name, X in tables.items()}

cases = []
for name, X in tables.items():
    for metric in ["euclidean", "manhattan"]:
        for weights in ["uniform", "distance"]:
            for k in [1, 6]:
                params = {"n_neighbors": k, "weights": weights, "metric": metric, "algorithm": "brute"}
                classifier = KNeighborsClassifier(**params).fit(X, labels[name])
                regressor = KNeighborsRegressor(**params).fit(X, numbers[name])
                distances, indices = classifier.kneighbors(queries[name])
                own, own_indices = classifier.kneighbors()
                # Which of several rows as far away scikit-learn takes is no rule of its; then only distances are compared.
                more, _ = classifier.kneighbors(queries[name], n_neighbors=k + 1)
                unique = np.all(np.diff(more, axis=1) > 1e-9)
                cases.append({
                    "on": name, "metric": metric, "weights": weights, "k": k, "unique": bool(unique),
                    "distances": distances.tolist(), "indices": indices.tolist(), "own": own.tolist(),
                    "predict": classifier.predict(queries[name]).tolist(),
                    "predictProba": classifier.predict_proba(queries[name]).tolist(),
                    "numbers": regressor.predict(queries[name]).tolist(),
                })

print(json.dumps({
    "tables": {name: X.tolist() for name, X in tables.items()},
    "queries": {name: X.tolist() for name, X in queries.items()},
    "labels": {name: y.tolist() for name, y in labels.items()},
    "targets": {name: y.tolist() for name, y in numbers.items()},
    "cases": cases,
}, separators=(",", ":")))
