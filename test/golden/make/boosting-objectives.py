"""Gradients, base scores and metrics of xgboost 3.4.1, as it reveals them: python boosting-objectives.py > ../boosting-objectives.json

A model of one leaf shows the sum of its rows' hessians as sum_hessian, and with lambda = 2^40 minus the sum of their gradients
times 2^-40 as the leaf's value.
"""
import json

import numpy as np
import xgboost as xgb

LAMBDA = 2.0**40
rng = np.random.default_rng(7)
f32 = np.float32


def num(values):
    """The shortest decimals that mean these f32."""
    return [float(str(v)) for v in np.asarray(values, f32).ravel()]


def matrix(y, w=None, margin=None):
    d = xgb.DMatrix(np.zeros((len(y), 1), f32), label=np.asarray(y, f32), weight=w)
    if margin is not None:
        d.set_base_margin(margin)
    return d


def model(objective, d, rounds=1, **params):
    return xgb.train(dict(objective=objective, tree_method="hist", nthread=1, **params), d, rounds)


def learner(booster):
    return json.loads(booster.save_raw("json"))["learner"]


def gradients(objective, y, w, margin, **params):
    d = matrix(y, w, margin)
    booster = model(objective, d, reg_lambda=LAMBDA, eta=1, min_child_weight=0, gamma=1e30, max_delta_step=0, **params)
    trees = learner(booster)["gradient_booster"]["model"]["trees"]
    return num([-f32(t["split_conditions"][0]) * f32(LAMBDA) for t in trees]), num([t["sum_hessian"][0] for t in trees])


def random_targets(objective, n, classes=0):
    if objective == "multi:softprob":
        return rng.integers(0, classes, n).astype(f32)
    if objective == "binary:logistic":
        return (rng.random(n) < 0.4).astype(f32)
    if objective == "count:poisson":
        return rng.poisson(3, n).astype(f32)
    return (rng.normal(size=n) * 10 ** rng.uniform(-2, 3)).astype(f32)


OBJECTIVES = {
    "multi:softprob": {},
    "binary:logistic": {"scale_pos_weight": 2.5},
    "reg:squarederror": {},
    "reg:absoluteerror": {},
    "reg:pseudohubererror": {"huber_slope": 1.75},
    "count:poisson": {},
}


def gradient_cases():
    for objective, own in OBJECTIVES.items():
        for case in range(24):
            # The scale of the absolute error is that of several rows, which only their sums show.
            n = 1 + case % 7 if objective == "reg:absoluteerror" else 1
            outputs = 2 + case % 4 if objective == "multi:softprob" else 1
            params = own if case % 2 else {}
            y = random_targets(objective, n, outputs)
            w = (rng.random(n) * 3).astype(f32) if case % 3 else None
            spread = 10 ** rng.uniform(-2, 1.3)
            margin = (rng.normal(size=(n, outputs)) * spread).astype(f32)
            extra = {"num_class": outputs} if objective == "multi:softprob" else {}
            g, h = gradients(objective, y, w, margin if outputs > 1 else margin[:, 0], **params, **extra)
            yield {
                "objective": objective, "outputs": outputs, "params": params, "targets": num(y),
                "weights": None if w is None else num(w), "margins": num(margin.T), "g": g, "h": h,
            }  # fmt: skip


def base_cases():
    for objective, own in OBJECTIVES.items():
        for case in range(8):
            n = int(rng.integers(2, 40))
            classes = 4 if objective == "multi:softprob" else 0
            params = own if case % 2 else {}
            y = random_targets(objective, n, classes)
            w = (rng.random(n) * 3).astype(f32) if case % 4 > 1 else None
            if case == 7:
                y = np.full(n, 1, f32)
            # One class more than occurs.
            extra = {"num_class": classes + 1} if classes else {}
            d = matrix(y, w)
            booster = model(objective, d, eta=0, **params, **extra)
            yield {
                "objective": objective, "outputs": classes + 1 if classes else 1, "params": params, "targets": num(y),
                "weights": None if w is None else num(w),
                "baseScore": json.loads(learner(booster)["learner_model_param"]["base_score"]),
                "margins": num(booster.predict(d, output_margin=True)[0]),
            }  # fmt: skip


def user_base_cases():
    for objective, scores in {
        "multi:softprob": [0.5, -2], "binary:logistic": [0, 1e-7, 0.3, 0.9999, 1], "reg:squarederror": [-3.3, 0],
        "reg:absoluteerror": [0.1], "reg:pseudohubererror": [7], "count:poisson": [1e-3, 1, 12.3],
    }.items():  # fmt: skip
        for score in scores:
            d = matrix([0, 1, 1])
            extra = {"num_class": 2} if objective == "multi:softprob" else {}
            booster = model(objective, d, eta=0, base_score=score, **extra)
            margins = np.atleast_1d(booster.predict(d, output_margin=True)[0])
            yield {"objective": objective, "baseScore": score, "margins": num(margins)}


METRICS = {
    "multi:softprob": ["mlogloss", "merror", "auc"],
    "binary:logistic": ["logloss", "error", "auc"],
    "reg:squarederror": ["rmse", "mae", "mphe"],
    "reg:pseudohubererror": ["mphe"],
    "count:poisson": ["poisson-nloglik", "rmse"],
}


def metric_cases():
    for objective, metrics in METRICS.items():
        for case in range(4):
            n = 25
            outputs = 3 if objective == "multi:softprob" else 1
            y = random_targets(objective, n, outputs)
            if objective.startswith("reg"):
                y = (rng.normal(size=n) * 3).astype(f32)
            w = (rng.random(n) * 3).astype(f32) if case % 2 else None
            # Rounded margins tie. The last case makes shares that need the clipping; but there 1 - p (of two classes) is
            # coarse in XGBoost's f32, and so is the order of shares near 1 (auc).
            most = 3 if objective == "binary:logistic" else 60
            asked = [m for m in metrics if case < 3 or most == 3 or m != "auc"]
            margin = np.round(rng.normal(size=(n, outputs)) * [1, 1, 3, most][case], 1).astype(f32)
            if objective == "count:poisson":
                margin = np.minimum(margin, 3)
            own = {"huber_slope": 1.75} if objective == "reg:pseudohubererror" else {}
            extra = {"num_class": outputs} if outputs > 1 else {}
            d = matrix(y, w, margin if outputs > 1 else margin[:, 0])
            booster = model(objective, d, rounds=0, eval_metric=asked, **own, **extra)
            values = dict(part.split(":") for part in booster.eval(d).split("\t")[1:])
            yield {
                "objective": objective, "outputs": outputs, "params": own, "targets": num(y),
                "weights": None if w is None else num(w), "margins": num(margin.T),
                "values": {m: float(values["eval-" + m]) for m in asked},
                "predictions": num(booster.predict(d)),
            }  # fmt: skip


assert xgb.__version__ == "3.4.1"
groups = dict(gradients=gradient_cases, baseScores=base_cases, userBaseScores=user_base_cases, metrics=metric_cases)
lines = [f'"{name}": [\n' + ",\n".join(json.dumps(c) for c in cases()) + "\n]" for name, cases in groups.items()]
print("{\n" + ",\n".join(lines) + "\n}")
