"""Decision trees of scikit-learn on iris, wine, breast cancer and digits -> ../trees.json

Two trees for each case:
- "plain": DecisionTreeClassifier(random_state=0). Among splits of equal gain it takes one by chance.
- "canonical": the same splits, found by scikit-learn feature by feature (a stump on one column), but among features whose
  gains agree to 1e-9 the first is taken. This one can be compared node by node.
"""
import json, pathlib
import numpy as np
from sklearn import datasets, __version__
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

assert __version__ == "1.9.1"
here = pathlib.Path(__file__).parent.parent


def stump_gain(tree):
    n, i = tree.weighted_n_node_samples, tree.impurity
    return n[0] * i[0] - n[1] * i[1] - n[2] * i[2] if tree.node_count == 3 else None


def canonical(X, y, make, fresh, predict, least=1):
    """The tree's nodes, depth first, and what `predict` makes of the rows that `fresh` rows fall in with."""
    nodes = []
    answers = [None] * len(fresh)

    def grow(rows, held):
        me = len(nodes)
        nodes.append(None)
        best = None
        if len(set(y[rows])) > 1:
            for j in range(X.shape[1]):
                stump = make(max_depth=1, random_state=0, min_samples_leaf=least).fit(X[rows][:, [j]], y[rows]).tree_
                gain = stump_gain(stump)
                if gain is not None and (best is None or gain > best[0] * (1 + 1e-9) + 1e-12):
                    best = (gain, j, float(stump.threshold[0]))
        if best is None:
            nodes[me] = [-1, 0, len(rows)]
            for i in held:
                answers[i] = predict(y[rows])
            return
        _, j, threshold = best
        nodes[me] = [j, threshold, len(rows)]
        left = X[rows, j] <= threshold
        below = fresh[held, j] <= threshold
        grow(rows[left], held[below])
        grow(rows[~left], held[~below])

    grow(np.arange(len(X)), np.arange(len(fresh)))
    return nodes, answers


def plain(tree):
    return [[int(f) if f >= 0 else -1, float(t) if f >= 0 else 0, int(n)] for f, t, n in zip(tree.feature, tree.threshold, tree.n_node_samples)]


cases = []
for name, load in [("iris", datasets.load_iris), ("wine", datasets.load_wine), ("breast-cancer", datasets.load_breast_cancer), ("digits", datasets.load_digits)]:
    bunch = load()
    X, y = bunch.data.astype(np.float32), bunch.target
    train = np.arange(len(X)) % 4 != 0
    for criterion in ["gini", "entropy"]:
        def make(**kw):
            return DecisionTreeClassifier(criterion=criterion, **kw)
        model = make(random_state=0).fit(X[train], y[train])
        nodes, answers = canonical(X[train], y[train], make, X[~train], lambda own: int(np.bincount(own).argmax()))
        cases.append({
            "dataset": name, "criterion": criterion, "depth": model.get_depth(), "leaves": int(model.get_n_leaves()),
            "plain": plain(model.tree_), "canonical": nodes, "predictions": answers,
            "plainPredictions": model.predict(X[~train]).tolist(),
        })
        print(name, criterion, len(nodes), model.tree_.node_count, model.get_depth())
    if name in ("iris", "breast-cancer"):
        target = X[:, 0].astype(np.float64)
        rest = X[:, 1:]
        def make(**kw):
            return DecisionTreeRegressor(**kw)
        model = make(random_state=0, min_samples_leaf=5).fit(rest[train], target[train])
        nodes, answers = canonical(rest[train], target[train], make, rest[~train], lambda own: float(own.mean()), 5)
        cases.append({
            "dataset": name, "criterion": "squared_error", "depth": model.get_depth(), "leaves": int(model.get_n_leaves()),
            "plain": plain(model.tree_), "canonical": nodes, "predictions": answers,
            "plainPredictions": model.predict(rest[~train]).tolist(),
        })
(here / "trees.json").write_text(json.dumps({"sklearn": __version__, "cases": cases}))
