"""Models of XGBoost 3.4.1 as it saves them, and what they predict -> ../xgboost/*.json, *.ubj and ../xgboost.json

For each model: a few held-out rows (null = missing; one row misses all, half of the others some), their margins and their predictions.
Five datasets have models of some size; the small models show one trait each. Those under "refused" have no answers.
"""
import json, pathlib
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn import datasets

assert xgb.__version__ == "3.4.1"
here = pathlib.Path(__file__).parent.parent
folder = here / "xgboost"
folder.mkdir(exist_ok=True)
answers = {}


def save(name, booster, both):
    booster.save_model(folder / f"{name}.json")
    if both:
        booster.save_model(folder / f"{name}.ubj")


def add(name, X, y, params, rounds, both=False, rows=24, weight=None):
    rng = np.random.default_rng(len(answers))
    order = rng.permutation(len(X))
    held, rest = order[:rows], order[rows:]
    train = xgb.DMatrix(X[rest], y[rest], weight=None if weight is None else weight[rest])
    booster = xgb.train({"nthread": 1, **params}, train, rounds)
    fresh = X[held].astype(np.float32)
    fresh[::2][rng.random(fresh[::2].shape) < 0.2] = np.nan
    fresh[0] = np.nan
    matrix = xgb.DMatrix(fresh)
    margins = booster.predict(matrix, output_margin=True)
    answers[name] = {
        "rows": [[None if np.isnan(v) else float(v) for v in row] for row in fresh],
        "margins": np.reshape(margins, (rows, -1)).tolist(),
        "predictions": np.reshape(booster.predict(matrix), (rows, -1)).tolist(),
    }
    save(name, booster, both)
    return booster


iris, cancer, diabetes, wine = (
    load(return_X_y=True)
    for load in (datasets.load_iris, datasets.load_breast_cancer, datasets.load_diabetes, datasets.load_wine)
)
rng = np.random.default_rng(0)
gaps = wine[0].copy()
gaps[rng.random(gaps.shape) < 0.25] = np.nan
x = rng.normal(size=(400, 5))
counts = rng.poisson(np.exp(0.8 * x[:, 0] + 0.4 * x[:, 1] * x[:, 2]))
softprob = {"objective": "multi:softprob", "num_class": 3}

add("iris", *iris, {**softprob, "max_depth": 3, "eta": 0.3}, 8, both=True)
add("breast-cancer", *cancer, {"objective": "binary:logistic", "max_depth": 4, "scale_pos_weight": 1.5}, 10, both=True)
add("diabetes", *diabetes, {"objective": "reg:squarederror", "max_depth": 4, "eta": 0.1}, 10, both=True)
add("wine-missing", gaps, wine[1], {**softprob, "max_depth": 3}, 6, both=True)
add("counts", x, counts, {"objective": "count:poisson", "max_depth": 4}, 10, both=True)

few = lambda objective, **more: ({"objective": objective, "max_depth": 2, **more}, 2)
two = (iris[0][50:], iris[1][50:] - 1)
add("absolute", *diabetes, *few("reg:absoluteerror"), rows=8)
add("huber", *diabetes, *few("reg:pseudohubererror", huber_slope=2.5, base_score=150), rows=8)
add("softmax", *iris, *few("multi:softmax", num_class=3), rows=8)
add("logitraw", *two, *few("binary:logitraw", base_score=0.3), rows=8)
add("reg-logistic", *two, *few("reg:logistic", base_score=0.3), rows=8)
add("extreme-base", *two, *few("binary:logistic", base_score=1e-9), rows=8)
add("parallel", *iris, *few("multi:softprob", num_class=3, num_parallel_tree=2, subsample=0.5, seed=1), rows=8)
add("lossguide", *iris, *few("multi:softprob", num_class=3, grow_policy="lossguide", max_leaves=5), rows=8)
dropped = {"objective": "reg:squarederror", "booster": "dart", "rate_drop": 0.5, "seed": 1, "max_depth": 2}
add("dropout", *diabetes, dropped, 6, rows=8)
pruned = {"objective": "reg:squarederror", "tree_method": "exact", "gamma": 2, "max_depth": 3}
add("pruned", iris[0], iris[1], pruned, 2, rows=8)
sparse = rng.normal(size=(80, 4))
sparse[rng.random(sparse.shape) < 0.3] = np.nan
rising = np.nansum(sparse, 1) - 3 * np.isnan(sparse[:, 0]) - 2 * np.isnan(sparse[:, 1]) + rng.normal(size=80)
monotone = {"objective": "reg:squarederror", "tree_method": "hist", "max_depth": 4, "monotone_constraints": "(1,1,1,1)"}
add("missing-alone", sparse, rising, monotone, 8, both=True, rows=16)
# Splits that only missing values go left of have a threshold that is no JSON.
assert "-Infinity" in (folder / "missing-alone.json").read_text()

names = pd.DataFrame(iris[0][:100], columns=["sepal length", "sepal width", "petal length", "petal Ä"])
classifier = xgb.XGBClassifier(n_estimators=20, max_depth=2, early_stopping_rounds=2, n_jobs=1)
classifier.fit(names[::2], iris[1][:100:2], eval_set=[(names[1::2], iris[1][1:100:2])], verbose=False)
save("stopped", classifier.get_booster(), both=False)

train = xgb.DMatrix(iris[0], iris[1])
kinds = pd.DataFrame({"a": iris[0][:, 0], "kind": pd.Categorical(np.arange(150) % 5)})
by_kind = xgb.DMatrix(kinds, iris[1] + (np.arange(150) % 5 == 2), enable_categorical=True)
refused = {
    "linear": ({"booster": "gblinear"}, train),
    "categories": ({"max_depth": 2}, by_kind),
    "vector-leaves": ({**softprob, "max_depth": 1, "multi_strategy": "multi_output_tree"}, train),
    "two-targets": ({"max_depth": 1}, xgb.DMatrix(iris[0], np.c_[iris[1], iris[1]])),
    "hinge": ({"objective": "binary:hinge", "max_depth": 1}, xgb.DMatrix(*two)),
}
for name, (params, data) in refused.items():
    save(f"refused-{name}", xgb.train(params, data, 3), both=False)

(here / "xgboost.json").write_text(json.dumps(answers, separators=(",", ":")) + "\n")
