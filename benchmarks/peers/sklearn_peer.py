"""scikit-learn's side of the benchmarks: answers each JSON line on stdin with one on stdout (protocol: ../README.md)."""

import json
import platform
import re
import sys
import time

import joblib
import numpy as np
import scipy
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

ESTIMATORS = {"forest": RandomForestClassifier, "tree": DecisionTreeClassifier}
tables, models = {}, {}


def snake(params):
    return {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name): value for name, value in params.items()}


def times_of(repeat, work):
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def hello(_):
    return {
        "versions": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "joblib": joblib.__version__,
        }
    }


def load(c):
    X = np.fromfile(c["X"], dtype=c["type"]).reshape(c["rows"], c["cols"])
    if c["type"] == "uint8":  # pixels, which users of scikit-learn scale to [0, 1]
        X = X.astype(np.float32)
        X /= 255
    tables[c["name"]] = X, np.fromfile(c["y"], dtype="uint8").astype(np.int64)
    return {}


def estimator_of(c):
    params = snake(c.get("params", {}))
    if c.get("jobs") is not None:
        params["n_jobs"] = c["jobs"]
    return ESTIMATORS[c.get("estimator", "forest")](**params)


def fit(c):
    X, y = tables[c["data"]]

    def work():
        models[c.get("model", "model")] = estimator_of(c).fit(X, y)

    return {"seconds": float(np.median(times_of(c.get("repeat", 1), work)))}


def accuracy(c):
    return {"accuracy": models[c.get("model", "model")].score(*tables[c["data"]])}


def accuracies(c):
    X, y = tables[c["data"]]
    start = time.perf_counter()
    found = []
    for seed in range(c["seeds"]):
        forest = estimator_of({**c, "params": {**c["params"], "randomState": seed}}).fit(X, y)
        found.append(forest.score(*tables[c["test"]]))
    return {"seconds": time.perf_counter() - start, "accuracies": found}


def predict(c):
    X, _ = tables[c["data"]]
    model = models[c.get("model", "model")]
    return {"seconds": float(np.median(times_of(c.get("repeat", 1), lambda: model.predict(X))))}


def predict_rows(c):
    X, _ = tables[c["data"]]
    model = models[c.get("model", "model")]
    seconds = []
    for i in range(c["calls"]):
        at = i % len(X)
        seconds += times_of(1, lambda: model.predict(X[at : at + 1]))
    p50, p99 = np.quantile(seconds, [0.5, 0.99])
    return {"seconds": float(p50), "p99": float(p99)}


def grid(c):
    X, y = tables[c["data"]]
    estimator = RandomForestClassifier(**snake(c["params"]))
    search = GridSearchCV(estimator, snake(c["grid"]), cv=c["folds"], n_jobs=c["jobs"])
    [seconds] = times_of(1, lambda: search.fit(X, y))
    models[c.get("model", "model")] = search
    best = {name: search.best_params_[name] for name in snake(c["grid"])}
    return {"seconds": seconds, "best_score": float(search.best_score_), "best": list(best.values())}


OPERATIONS = {
    "hello": hello,
    "load": load,
    "fit": fit,
    "accuracy": accuracy,
    "accuracies": accuracies,
    "predict": predict,
    "predictRows": predict_rows,
    "grid": grid,
}

for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = OPERATIONS[command["op"]](command)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
