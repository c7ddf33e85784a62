"""Golden values of test/boosting/predict-boosted.test.ts, from xgboost 3.4.1: models as it saves them, and their margins.

Usage: python test/golden/make/boosted_margins.py > test/golden/boosted-margins.json
"""

import json
import warnings

import numpy as np
import xgboost as xgb

assert xgb.__version__ == "3.4.1"
warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
KINDS = ["gain", "weight", "cover", "total_gain", "total_cover"]


def table(rows, cols, missing):
    X = rng.normal(size=(rows, cols))
    X[:, 0] = np.round(X[:, 0])
    X[rng.random(X.shape) < missing] = np.nan
    return X


def case(name, X, y, scale, rounds, **params):
    values = X if scale is None else (X * scale).astype(np.float32)
    booster = xgb.train({"seed": 1, **params}, xgb.DMatrix(values, y), rounds)
    learner = json.loads(booster.save_raw("json"))["learner"]
    # Rows that the model has not seen: more of them missing, and the thresholds themselves.
    Q = X[:30].copy()
    if scale is None:
        Q[rng.random(Q.shape) < 0.3] = np.nan
        trees = learner["gradient_booster"]["model"]["trees"]
        splits = [s for t in trees for s in zip(t["split_indices"], t["split_conditions"], t["left_children"]) if s[2] >= 0]
        for row, (feature, threshold, _) in enumerate(splits[:20]):
            Q[row, feature] = threshold
    D = xgb.DMatrix(Q if scale is None else (Q * scale).astype(np.float32))
    half = rounds // 2
    nulls = [[None if np.isnan(v) else v for v in row] for row in Q.tolist()]
    keep = ["left_children", "right_children", "split_indices", "split_conditions", "default_left", "base_weights",
            "loss_changes", "sum_hessian"]
    return {
        "name": name,
        "scale": scale,
        "rounds": rounds,
        "baseScore": learner["learner_model_param"]["base_score"],
        "objective": learner["objective"]["name"],
        "trees": [{k: t[k] for k in keep} for t in learner["gradient_booster"]["model"]["trees"]],
        "X": nulls,
        "margins": booster.predict(D, output_margin=True).tolist(),
        "marginsOfHalf": booster.predict(D, output_margin=True, iteration_range=(0, half)).tolist(),
        "importances": {k: booster.get_score(importance_type=k) for k in KINDS},
    }


X = table(200, 4, 0.15)
filled = np.nan_to_num(X, nan=1.5)
y = filled @ [1.0, -2.0, 0.5, 0.0] + filled[:, 0] * filled[:, 1]
pixels = rng.integers(0, 256, size=(200, 6)).astype(np.uint8)
sums = pixels[:, 0].astype(float) + pixels[:, 3]
print(json.dumps({
    "xgboost": xgb.__version__,
    "cases": [
        case("a regression with NaN", X, y, None, 8, objective="reg:squarederror", max_depth=4),
        case("two classes with NaN", X, (y > 0).astype(int), None, 8, objective="binary:logistic", max_depth=3),
        case("three classes with NaN", X, np.digitize(y, [-1, 1]), None, 4, objective="multi:softprob", num_class=3, max_depth=3),
        case("counts, grown leaf by leaf", filled, np.exp(np.clip(y, -3, 3)), None, 6, objective="count:poisson",
             grow_policy="lossguide", max_leaves=9, max_depth=0),
        case("scaled bytes", pixels, np.digitize(sums, [150, 300]), 1 / 255, 4, objective="multi:softprob", num_class=3, max_depth=3),
    ],
}, separators=(",", ":")))
