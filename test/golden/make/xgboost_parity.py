"""Boosted trees of xgboost 3.4.1 on small data with exact bins -> ../xgboost-parity.json, ../datasets/{diabetes,missing}.json

Run with xgboost 3.4.1 and scikit-learn 1.9.1:  python test/golden/make/xgboost_parity.py

Every fourth row is held out. Every feature has fewer distinct values than max_bin, so that the cuts are the values
themselves (checked here) and both libraries choose among the same splits. Parameters are written in our names.

A tree is a list of columns, its nodes depth first:
  split     feature * 2 + default_left; -1 in leaves
  threshold of the inner nodes only, in order
  value     of the leaves only, in order
  gain      of the inner nodes only, in order (6 digits)
  cover     of all nodes (6 digits)
"""
import json, pathlib, re
import numpy as np
import xgboost as xgb
from sklearn import datasets, __version__ as sklearn_version

assert xgb.__version__ == "3.4.1" and sklearn_version == "1.9.1"
here = pathlib.Path(__file__).parent.parent

NAMES = {
    "learningRate": "eta", "maxDepth": "max_depth", "maxLeaves": "max_leaves", "growPolicy": "grow_policy",
    "minChildWeight": "min_child_weight", "gamma": "gamma", "regLambda": "lambda", "regAlpha": "alpha",
    "maxDeltaStep": "max_delta_step", "maxBin": "max_bin", "baseScore": "base_score",
    "monotoneConstraints": "monotone_constraints", "scalePosWeight": "scale_pos_weight", "objective": "objective",
    "huberSlope": "huber_slope", "evalMetric": "eval_metric",
}


def missing_data():
    """240 rows of few distinct values with NaN in all columns but the first; the last is almost always missing."""
    random = np.random.default_rng(7)
    X = np.column_stack([
        random.integers(0, 12, 240) / 4, random.integers(-8, 9, 240) / 2, random.integers(0, 30, 240),
        random.integers(0, 2, 240), random.integers(0, 50, 240) / 8, random.integers(0, 9, 240),
    ]).astype(np.float64)
    signal = X[:, 0] + 0.6 * X[:, 1] - 0.1 * X[:, 2] + 1.2 * X[:, 3] + 0.3 * X[:, 5]
    for column, share in enumerate([0, 0.2, 0.1, 0.3, 0.25, 0.92]):
        gone = random.random(240) < share
        X[gone, column] = np.nan
        signal += gone * 0.9 * column / 5
    signal += random.normal(0, 0.5, 240)
    return X, {
        "number": signal.round(2).tolist(), "binary": (signal > 0.5).astype(int).tolist(),
        "classes": np.digitize(signal, [-0.6, 1.1]).tolist(),
        "count": random.poisson(np.exp(np.clip(signal, -2, 2) / 2)).tolist(),
        "wide": random.poisson(np.exp(np.clip(signal * 2, -1, 12))).tolist(),
    }


diabetes = datasets.load_diabetes(scaled=False)
missing, missing_targets = missing_data()
(here / "datasets/diabetes.json").write_text(json.dumps({
    "rows": 442, "cols": 10, "X": diabetes.data.ravel().tolist(), "y": diabetes.target.astype(int).tolist(),
}, separators=(",", ":")) + "\n")
(here / "datasets/missing.json").write_text(json.dumps({
    "rows": 240, "cols": 6, "X": [None if np.isnan(v) else v for v in missing.ravel().tolist()], **missing_targets,
}, separators=(",", ":")) + "\n")

digits = datasets.load_digits()
DATA = {
    "iris": datasets.load_iris(return_X_y=True),
    "wine": datasets.load_wine(return_X_y=True),
    "breast-cancer": datasets.load_breast_cancer(return_X_y=True),
    "digits": (digits.data[:500], digits.target[:500]),
    "diabetes": (diabetes.data, diabetes.target),
    **{f"missing {name}": (missing, np.array(y)) for name, y in missing_targets.items()},
}

SOFTPROB, LOGISTIC, SQUARED, ABSOLUTE, HUBER, POISSON = (
    "multi:softprob", "binary:logistic", "reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "count:poisson")
MONOTONE = {"diabetes": [0, 0, 1, 1, 0, 0, -1, 0, 1, 0], "missing": [1, 1, -1, 0, 0, 0]}

CASES = [
    # Each objective, shallow and deep, with and without NaN.
    ("iris", {"objective": SOFTPROB, "maxDepth": 3, "maxBin": 256}, {}),
    ("wine", {"objective": SOFTPROB, "maxDepth": 6}, {}),
    ("digits", {"objective": SOFTPROB, "maxDepth": 3}, {"rounds": 5}),
    ("missing classes", {"objective": SOFTPROB, "maxDepth": 3}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 3}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 6}, {}),
    ("missing binary", {"objective": LOGISTIC, "maxDepth": 6}, {}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 3}, {}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 6}, {"rounds": 6}),
    ("missing number", {"objective": SQUARED, "maxDepth": 6}, {"rounds": 6}),
    ("diabetes", {"objective": ABSOLUTE, "maxDepth": 3}, {}),
    ("diabetes", {"objective": ABSOLUTE, "maxDepth": 6}, {"rounds": 6}),
    ("missing number", {"objective": ABSOLUTE, "maxDepth": 4}, {}),
    ("diabetes", {"objective": HUBER, "maxDepth": 3, "huberSlope": 30, "baseScore": 150}, {}),
    ("diabetes", {"objective": HUBER, "maxDepth": 3, "huberSlope": 200}, {}),
    ("missing number", {"objective": HUBER, "maxDepth": 4}, {}),
    ("diabetes", {"objective": POISSON, "maxDepth": 3}, {}),
    ("missing count", {"objective": POISSON, "maxDepth": 6}, {}),
    ("missing wide", {"objective": POISSON, "maxDepth": 5}, {}),  # counts from 0 to 170,000
    ("missing wide", {"objective": SQUARED, "maxDepth": 5}, {}),
    # Each parameter in turn.
    ("breast-cancer", {"objective": LOGISTIC, "growPolicy": "lossguide", "maxLeaves": 8, "maxDepth": None}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "growPolicy": "lossguide", "maxLeaves": 7, "maxDepth": 3}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "growPolicy": "depthwise", "maxLeaves": 6, "maxDepth": 6}, {}),
    ("diabetes", {"objective": SQUARED, "growPolicy": "lossguide", "maxLeaves": 12, "maxDepth": None}, {}),
    ("missing classes", {"objective": SOFTPROB, "growPolicy": "lossguide", "maxLeaves": 6, "maxDepth": None}, {}),
    ("missing number", {"objective": SQUARED, "growPolicy": "depthwise", "maxLeaves": 9, "maxDepth": 5}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 5, "minChildWeight": 5}, {}),
    ("wine", {"objective": SOFTPROB, "maxDepth": 4, "minChildWeight": 0.2}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 5, "gamma": 2}, {}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 6, "gamma": 20000}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 4, "regLambda": 0}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 4, "regLambda": 20}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 4, "regAlpha": 1.5}, {}),
    ("missing number", {"objective": SQUARED, "maxDepth": 4, "regAlpha": 3, "regLambda": 0.5}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 4, "maxDeltaStep": 0.3}, {}),
    ("missing binary", {"objective": LOGISTIC, "maxDepth": 4, "maxDeltaStep": 0.4, "regAlpha": 0.5}, {}),
    ("missing count", {"objective": POISSON, "maxDepth": 4, "maxDeltaStep": 0.2}, {}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 4, "monotoneConstraints": MONOTONE["diabetes"]}, {}),
    ("missing binary", {"objective": LOGISTIC, "maxDepth": 4, "monotoneConstraints": MONOTONE["missing"]}, {}),
    ("missing number", {"objective": SQUARED, "growPolicy": "lossguide", "maxLeaves": 10, "maxDepth": None,
                        "monotoneConstraints": MONOTONE["missing"]}, {}),
    ("missing number", {"objective": SQUARED, "maxDepth": 4, "monotoneConstraints": MONOTONE["missing"],
                        "regAlpha": 2, "minChildWeight": 4}, {}),
    # Where some splits part the missing alone to the left, which nothing but a constraint makes different from the right.
    ("missing number", {"objective": SQUARED, "maxDepth": 4, "monotoneConstraints": [1, 1, 1, 1, 1, 1]}, {}),
    ("missing classes", {"objective": SOFTPROB, "maxDepth": 3, "monotoneConstraints": [-1, -1, -1, -1, -1, -1]}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 4, "scalePosWeight": 3}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 4, "baseScore": 0.3}, {}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 4, "baseScore": 100}, {}),
    ("diabetes", {"objective": POISSON, "maxDepth": 3, "baseScore": 120}, {}),
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 3, "learningRate": 1}, {}),
    # Weights of the rows, for each objective.
    ("iris", {"objective": SOFTPROB, "maxDepth": 3}, {"weighted": True}),
    ("missing binary", {"objective": LOGISTIC, "maxDepth": 4}, {"weighted": True}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 4}, {"weighted": True}),
    ("diabetes", {"objective": ABSOLUTE, "maxDepth": 3}, {"weighted": True}),
    ("missing number", {"objective": HUBER, "maxDepth": 3, "huberSlope": 0.7}, {"weighted": True}),
    ("missing count", {"objective": POISSON, "maxDepth": 3}, {"weighted": True}),
    # Early stopping, and metrics other than the objective's own.
    ("breast-cancer", {"objective": LOGISTIC, "maxDepth": 2, "learningRate": 1}, {"rounds": 60, "patience": 3}),
    ("wine", {"objective": SOFTPROB, "maxDepth": 2, "learningRate": 0.8, "evalMetric": "merror"}, {"rounds": 40, "patience": 4}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 2, "learningRate": 0.5}, {"rounds": 60, "patience": 4}),
    ("missing number", {"objective": ABSOLUTE, "maxDepth": 2, "learningRate": 0.7}, {"rounds": 40, "patience": 3}),
    ("missing binary", {"objective": LOGISTIC, "maxDepth": 3, "evalMetric": "error"}, {}),
    ("missing binary", {"objective": LOGISTIC, "maxDepth": 3, "evalMetric": "auc"}, {}),
    ("diabetes", {"objective": SQUARED, "maxDepth": 3, "evalMetric": "mae"}, {}),
]


def short(value, digits):
    return float(f"{value:.{digits}g}")


def f32(value):
    """The shortest decimal that is this f32; for -inf, which no value lies below either, the lowest finite one."""
    return float(str(np.float32(max(value, np.finfo(np.float32).min))))


def compact(tree):
    left, right = tree["left_children"], tree["right_children"]
    out = {"split": [], "threshold": [], "value": [], "gain": [], "cover": []}

    def walk(i):
        out["cover"].append(short(tree["sum_hessian"][i], 6))
        if left[i] < 0:
            out["split"].append(-1)
            out["value"].append(f32(tree["split_conditions"][i]))
            return
        out["split"].append(tree["split_indices"][i] * 2 + tree["default_left"][i])
        out["threshold"].append(f32(tree["split_conditions"][i]))
        out["gain"].append(short(tree["loss_changes"][i], 6))
        walk(left[i])
        walk(right[i])

    walk(0)
    return out


cases = []
for name, params, options in CASES:
    X, y = DATA[name]
    X = X.astype(np.float32)
    train = np.arange(len(X)) % 4 != 0
    params = {"learningRate": 0.3, "maxBin": 1024, **params}
    rounds, patience, weighted = options.get("rounds", 10), options.get("patience"), options.get("weighted", False)
    # What the i-th training row weighs.
    weights = 1 + np.arange(train.sum()) % 3 * 0.75 if weighted else None
    fit = xgb.QuantileDMatrix(X[train], y[train], weight=weights, max_bin=params["maxBin"], nthread=1)
    held = xgb.DMatrix(X[~train], y[~train], nthread=1)

    starts, cuts = fit.get_quantile_cut()
    for j in range(X.shape[1]):
        values = np.unique(X[train, j][~np.isnan(X[train, j])])
        mine = cuts[int(starts[j]):int(starts[j + 1])]
        # -inf, the values but for the smallest, and an end beyond the largest.
        assert np.array_equal(mine[1:-1], values[1:]), (name, j, mine, values)

    settings = {NAMES[key]: tuple(value) if isinstance(value, list) else value for key, value in params.items()}
    settings["max_depth"] = params["maxDepth"] or 0  # where 0 means that nothing limits it
    settings |= {"tree_method": "hist", "nthread": 1}
    outputs = 1
    if params["objective"] == SOFTPROB:
        outputs = settings["num_class"] = int(y.max()) + 1
    history = {}
    booster = xgb.train(settings, fit, rounds, evals=[(held, "validation")], evals_result=history,
                        early_stopping_rounds=patience, verbose_eval=False)
    best = booster.best_iteration if patience is not None else None
    if best is not None:
        assert booster.num_boosted_rounds() < rounds, name
        booster = booster[:best + 1]
    model = json.loads(bytes(booster.save_raw("json")))["learner"]
    trees = model["gradient_booster"]["model"]["trees"]
    assert model["gradient_booster"]["model"]["tree_info"] == [i % outputs for i in range(len(trees))]

    score = np.array([float(v) for v in re.findall(r"[-+.\dE]+", model["learner_model_param"]["base_score"])])
    base = {LOGISTIC: lambda p: np.log(p / (1 - p)), POISSON: np.log}.get(params["objective"], lambda p: p)(score)
    base = np.broadcast_to(base, outputs).astype(np.float32)
    margins = booster.predict(held, output_margin=True)
    leaves = booster.predict(held, pred_leaf=True).astype(int).reshape(len(margins), -1)
    sums = np.array([[tree["split_conditions"][leaf] for tree, leaf in zip(trees, row)] for row in leaves])
    sums = base + sums.reshape(len(margins), -1, outputs).sum(axis=1)
    assert np.abs(sums - margins.reshape(len(margins), outputs)).max() < 1e-4 * max(1, np.abs(base).max()), (name, params)

    cases.append({
        "dataset": name, "params": params, "rounds": rounds, "patience": patience, "weighted": weighted,
        "baseMargin": [f32(v) for v in base], "trees": [compact(tree) for tree in trees], "best": best,
        "evals": {metric: [short(v, 8) for v in values] for metric, values in history["validation"].items()},
        # Of the first twelve rows held out: probabilities, or numbers.
        "predictions": [[f32(v) for v in row] for row in booster.predict(held)[:12].reshape(12, outputs)],
    })
    print(name, params, options, len(trees), sum(len(t["left_children"]) for t in trees), best, base[:3])

text = json.dumps({"xgboost": xgb.__version__, "cases": cases}, separators=(",", ":")) + "\n"
(here / "xgboost-parity.json").write_text(text)
print(len(text), "bytes", sum(len(t["split"]) for c in cases for t in c["trees"]), "nodes")
