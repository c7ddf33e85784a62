"""VotingClassifier of scikit-learn 1.9.1 on members whose probabilities are given: python voting.py > ../voting.json"""
import json
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import VotingClassifier


class Table(ClassifierMixin, BaseEstimator):
    """Answers row i of its table to X = [[i]]."""

    def __init__(self, table=None):
        self.table = table

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.asarray(self.table)[np.asarray(X)[:, 0].astype(int)]

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


rng = np.random.default_rng(7)
rows, classes = 12, ["a", "b", "c"]
tables = [rng.dirichlet([1, 1, 1], rows) for _ in range(3)]
# The last rows: three-way ties in hard votes, and exact ties of the mean.
for t, order in enumerate([[2, 1, 0], [1, 0, 2], [0, 2, 1]]):
    for r in (9, 10, 11):
        tables[t][r] = np.eye(3)[order[(r - 9) % 3]]
tables = [t.tolist() for t in tables]
X = [[i] for i in range(rows)]
y = [classes[i % 3] for i in range(rows)]
cases = []
for voting in ("hard", "soft"):
    for weights in (None, [1, 1, 1], [2, 1, 1], [0.1, 0.2, 0.3], [0, 1, 0], [1, 2, 3]):
        v = VotingClassifier([(f"m{k}", Table(t)) for k, t in enumerate(tables)], voting=voting, weights=weights)
        v.fit(X, y)
        cases.append({
            "voting": voting, "weights": weights, "predict": v.predict(X).tolist(),
            "predictProba": v.predict_proba(X).tolist() if voting == "soft" else None,
        })
print(json.dumps({"tables": tables, "y": y, "cases": cases}))
