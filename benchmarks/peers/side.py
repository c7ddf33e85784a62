"""What the Python sides share: answers each JSON line on stdin with one on stdout (protocol: ../README.md)."""

import importlib.metadata
import json
import os
import platform
import re
import sys
import time

import numpy as np
from sklearn.model_selection import GridSearchCV


def snake(name):
    return re.sub("(?<=[a-z0-9])[A-Z]", lambda m: "_" + m[0].lower(), name)


def snake_keys(params):
    return {snake(name): value for name, value in params.items()}


def times_of(repeat, work):
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


class Side:
    """`estimators`: what makes one from params, by name; the first is the default. `packages`: whose versions to tell.
    `ways`: other ways to the same predictions than the estimator's method, each of a model and rows; timed too."""

    def __init__(self, estimators, packages, ways=None):
        self.estimators = estimators
        self.packages = packages
        self.ways = ways or {}
        self.tables, self.models = {}, {}

    def hello(self, _):
        versions = {name: importlib.metadata.version(name) for name in self.packages}
        return {"versions": {"python": platform.python_version(), **versions}}

    def load(self, c):
        X = np.fromfile(c["X"], dtype=c["type"]).reshape(c["rows"], c["cols"])
        if "divisor" in c:
            X = (X / c["divisor"]).astype(c.get("scaledType", "float64"), copy=False)
        elif c["type"] == "uint8":  # pixels, which users of these libraries scale to [0, 1]
            X = X.astype(np.float32)
            X /= 255
        y = np.fromfile(c["y"], dtype=c["yType"])
        self.tables[c["name"]] = X, y.astype(np.int64) if c["yType"] == "uint8" else y
        return {}

    def estimator_of(self, c):
        params = snake_keys(c.get("params", {}))
        if c.get("jobs") is not None:
            params["n_jobs"] = c["jobs"]
        return self.estimators[c.get("estimator", next(iter(self.estimators)))](**params)

    def model_of(self, c):
        return self.models[c.get("model", "model")]

    def fit(self, c):
        X, y = self.tables[c["data"]]

        def work():
            self.models[c.get("model", "model")] = self.estimator_of(c).fit(X, y)

        return {"seconds": float(np.median(times_of(c.get("repeat", 1), work))) / c.get("per", 1)}

    def accuracy(self, c):
        return {"accuracy": self.model_of(c).score(*self.tables[c["data"]])}

    def r2(self, c):
        return {"r2": self.model_of(c).score(*self.tables[c["data"]])}

    def support(self, c):
        return {"support_vectors": len(self.model_of(c).support_)}

    def quality(self, c):
        X, y = self.tables[c["data"]]
        model = self.model_of(c)
        probabilities = model.predict_proba(X).astype(np.float64)
        at = np.searchsorted(model.classes_, y)
        right = np.maximum(probabilities[np.arange(len(y)), at], 1e-15)
        return {
            "accuracy": float(np.mean(probabilities.argmax(axis=1) == at)),
            "log_loss": float(-np.mean(np.log(right))),
        }

    def accuracies(self, c):
        X, y = self.tables[c["data"]]
        start = time.perf_counter()
        found = []
        for seed in range(c["seeds"]):
            model = self.estimator_of({**c, "params": {**c["params"], "randomState": seed}}).fit(X, y)
            found.append(model.score(*self.tables[c["test"]]))
        return {"seconds": time.perf_counter() - start, "accuracies": found}

    def predict(self, c):
        X, _ = self.tables[c["data"]]

        def times(way):
            return times_of(c.get("repeat", 1), lambda: way(X))

        return self.predict_answer(c, times)

    def predict_rows(self, c):
        X, _ = self.tables[c["data"]]

        def times(way):
            seconds = []
            for i in range(c["calls"]):
                at = i % len(X)
                seconds += times_of(1, lambda: way(X[at : at + 1]))
            return seconds

        return self.predict_answer(c, times)

    def predict_answer(self, c, times):
        model = self.model_of(c)
        p50, p99 = np.quantile(times(getattr(model, snake(c.get("method", "predict")))), [0.5, 0.99])
        other_ways = {
            name: float(np.median(times(lambda rows, way=way: way(model, rows)))) for name, way in self.ways.items()
        }
        return {"seconds": float(p50), "p99": float(p99), "other_ways": other_ways}

    def grid(self, c):
        X, y = self.tables[c["data"]]
        values = snake_keys(c["grid"])
        search = GridSearchCV(self.estimator_of({**c, "jobs": None}), values, cv=c["folds"], n_jobs=c["jobs"])
        [seconds] = times_of(1, lambda: search.fit(X, y))
        self.models[c.get("model", "model")] = search
        best = [search.best_params_[name] for name in values]
        return {"seconds": seconds, "best_score": float(search.best_score_), "best": best}

    def operations(self):
        return {
            "hello": self.hello,
            "load": self.load,
            "fit": self.fit,
            "accuracy": self.accuracy,
            "r2": self.r2,
            "support": self.support,
            "quality": self.quality,
            "accuracies": self.accuracies,
            "predict": self.predict,
            "predictRows": self.predict_rows,
            "grid": self.grid,
        }

    def serve(self):
        operations = self.operations()
        # Whatever a library prints of its own accord must not come between the answers.
        answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for line in sys.stdin:
            command = json.loads(line)
            try:
                answer = operations[command["op"]](command)
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=answers, flush=True)
