"""Golden values of test/metrics, from scikit-learn 1.9.1.

Usage: python test/golden/make/metrics.py > test/golden/metrics.json
"""

import json
import math
import re
import warnings

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.metrics import get_scorer

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(7)


def probabilities(rows, cols):
    p = rng.dirichlet(np.ones(cols), size=rows)
    p = np.round(p, 3)
    p[:, -1] = 1 - p[:, :-1].sum(axis=1)
    return np.clip(p, 0, 1)


def dataset(y, noise, cols, weight):
    """Targets, predictions that are wrong in a share of the rows, and probabilities, all with ties."""
    y = np.asarray(y)
    classes = np.unique(y)
    pred = np.where(rng.random(len(y)) < noise, rng.choice(classes, len(y)), y)
    return {"yTrue": y, "yPred": pred, "yProba": probabilities(len(y), cols), "weight": np.asarray(weight)}


def weights(n):
    w = np.round(rng.random(n) * 3, 2)
    w[::7] = 0
    return w


n = 30
data = {
    "binary": dataset(rng.integers(0, 2, n), 0.4, 2, weights(n)),
    "signs": dataset(rng.choice([-1, 1], n), 0.3, 2, weights(n)),
    "booleans": dataset(rng.random(n) < 0.4, 0.4, 2, weights(n)),
    "words": dataset(rng.choice(["no", "yes"], n), 0.4, 2, weights(n)),
    "digits": dataset(rng.integers(0, 4, n), 0.5, 4, weights(n)),
    "gapped": dataset(rng.choice([-5, 2, 40], n, p=[0.6, 0.3, 0.1]), 0.5, 3, rng.integers(1, 4, n)),
    "pets": dataset(rng.choice(["ant", "bee", "cat"], n), 0.5, 3, weights(n)),
}
# Class 3 is never predicted, class 2 never true, nobody is 1 in truth and prediction at once.
data["lacking"] = {
    "yTrue": np.array([0, 0, 0, 1, 1, 3, 3, 0]),
    "yPred": np.array([0, 0, 1, 0, 2, 0, 2, 0]),
    "weight": np.array([1, 2, 0.5, 1, 1, 0.25, 3, 0]),
}
data["one class"] = {
    "yTrue": np.array([1, 1, 1]),
    "yPred": np.array([1, 1, 1]),
    "yScore": np.array([0.2, 0.4, 0.9]),
    "weight": np.array([1, 1, 0.5]),
}
data["all wrong"] = {"yTrue": np.array([0, 0, 0]), "yPred": np.array([0, 0, 0]), "weight": np.array([1, 1, 1])}
# Precisions of 1/8 and 3/8: exact ties when printed with two decimals.
data["eighths"] = {
    "yTrue": np.array([0] * 1 + [1] * 7 + [1] * 3 + [0] * 5),
    "yPred": np.array([0] * 8 + [1] * 8),
    "weight": np.ones(16, dtype=int),
}
for name in ("binary", "signs", "booleans", "words"):
    # Rounded to one decimal, so that there are many ties.
    data[name]["yScore"] = np.round(rng.normal(size=n), 1)
for name, size in (("values", 25), ("pair", 2), ("single", 1)):
    y = np.round(rng.normal(size=size) * 10, 2)
    data[name] = {"yTrue": y, "yPred": y + np.round(rng.normal(size=size), 2), "weight": rng.random(size) + 0.1}
data["flat"] = {"yTrue": np.full(4, 2.5), "yPred": np.array([2.5, 2.0, 3.0, 2.5]), "weight": np.ones(4)}
data["flat and right"] = {"yTrue": np.full(4, 2.5), "yPred": np.full(4, 2.5), "weight": np.ones(4)}
# A test fold that lacks class 1 of the estimator's classes 0, 1, 2.
data["fold"] = {"yTrue": np.array([0, 2, 2, 0, 2, 0]), "yProba": probabilities(6, 3), "weight": np.arange(1.0, 7.0)}
# Certain and wrong: the clipping decides. Rows that do not sum to one are taken as they are.
data["certain"] = {
    "yTrue": np.array([0, 1, 1, 0]),
    "yProba": np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.5, 0.2]]),
    "weight": np.array([1, 2, 1, 1]),
}


def plain(value):
    """Python and numpy values as JSON; NaN and infinity as strings."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity"
    return value


cases = []


def add(metric, on, *, output="yPred", weighted=(False, True), keys=None, **options):
    for with_weight in weighted:
        snake = {re.sub("([A-Z])", lambda m: "_" + m[1].lower(), k): v for k, v in options.items()}
        if with_weight:
            snake["sample_weight"] = data[on]["weight"]
        value = getattr(metrics, metric)(data[on]["yTrue"], data[on][output], **snake)
        if keys is not None:
            value = dict(zip(keys, value))
        case = {"metric": metric, "on": on, "output": output, "weighted": with_weight, "options": options}
        cases.append({**case, "expected": plain(value)})


classification = ["binary", "signs", "booleans", "words", "digits", "gapped", "pets", "lacking", "one class"]
for on in classification:
    add("accuracy_score", on)
    add("balanced_accuracy_score", on)
    add("confusion_matrix", on)
    for normalize in ("true", "pred", "all"):
        add("confusion_matrix", on, normalize=normalize)
    add("classification_report", on, outputDict=True)
    if on != "booleans":
        add("classification_report", on)
add("accuracy_score", "digits", normalize=False)
add("balanced_accuracy_score", "digits", adjusted=True)
add("confusion_matrix", "digits", labels=[3, 0])
add("confusion_matrix", "digits", labels=[3, 0, 9], normalize="true")
add("confusion_matrix", "pets", labels=["cat", "ant"], normalize="pred")
add("classification_report", "digits", digits=4, targetNames=["zero", "one", "a name longer than weighted avg", "3"])
add("classification_report", "digits", digits=0)
add("classification_report", "digits", digits=15)
add("classification_report", "digits", labels=[2, 0])
add("classification_report", "digits", labels=[2, 0], outputDict=True)
add("classification_report", "digits", labels=[3, 2, 1, 0, 9], zeroDivision=1)
add("classification_report", "eighths")
add("classification_report", "lacking", zeroDivision=1)

keys = ["precision", "recall", "fscore", "support"]
for metric in ("precision_score", "recall_score", "f1_score"):
    for on in ("binary", "signs", "booleans", "one class"):
        add(metric, on)
    add(metric, "words", posLabel="yes")
    add(metric, "binary", posLabel=0)
    add(metric, "all wrong")
    add(metric, "all wrong", zeroDivision=1)
    for on in ("binary", "digits", "pets", "lacking"):
        for average in ("micro", "macro", "weighted", None):
            add(metric, on, average=average)
    add(metric, "lacking", average="macro", zeroDivision=1)
    add(metric, "lacking", average=None, zeroDivision=1)
    add(metric, "digits", average="micro", labels=[2, 0])
    add(metric, "digits", average=None, labels=[2, 9, 0])
    add(metric, "digits", average="weighted", labels=[9])
for on in ("digits", "lacking"):
    add("precision_recall_fscore_support", on, keys=keys, average=None)
    add("precision_recall_fscore_support", on, keys=keys, average=None, beta=0.5)
    add("precision_recall_fscore_support", on, keys=keys, average="weighted", beta=2.0)

for on in ("binary", "signs", "booleans", "words", "digits", "gapped", "pets", "certain"):
    add("log_loss", on, output="yProba")
add("log_loss", "digits", output="yProba", normalize=False)
add("log_loss", "fold", output="yProba", labels=[0, 1, 2])

for on in ("binary", "signs", "booleans", "words"):
    add("roc_auc_score", on, output="yScore")
    pos = {"posLabel": "yes"} if on == "words" else {}
    for drop in (True, False):
        add("roc_curve", on, output="yScore", keys=["fpr", "tpr", "thresholds"], dropIntermediate=drop, **pos)
        add(
            "precision_recall_curve",
            on,
            output="yScore",
            keys=["precision", "recall", "thresholds"],
            dropIntermediate=drop,
            **pos,
        )
add("roc_auc_score", "one class", output="yScore")
add("roc_curve", "one class", output="yScore", keys=["fpr", "tpr", "thresholds"])
add("roc_curve", "one class", output="yScore", keys=["fpr", "tpr", "thresholds"], posLabel=0)
add("precision_recall_curve", "one class", output="yScore", keys=["precision", "recall", "thresholds"], posLabel=0)
for on in ("digits", "gapped", "pets"):
    for average in ("macro", "weighted"):
        add("roc_auc_score", on, output="yProba", multiClass="ovr", average=average)
        add("roc_auc_score", on, output="yProba", weighted=(False,), multiClass="ovo", average=average)
for average in ("macro", "weighted"):
    add("roc_auc_score", "fold", output="yProba", multiClass="ovr", average=average, labels=[0, 1, 2])
    add("roc_auc_score", "fold", output="yProba", weighted=(False,), multiClass="ovo", average=average, labels=[0, 1, 2])

for metric in ("mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "r2_score"):
    for on in ("values", "pair", "single", "flat", "flat and right"):
        add(metric, on)


class Fitted:
    """An estimator that answers what it is told to, so that scorers can be asked."""

    _estimator_type = "classifier"

    def __init__(self, on):
        self.on, self.classes_ = on, np.unique(data[on]["yTrue"])

    def __sklearn_tags__(self):
        from sklearn.utils import ClassifierTags, Tags, TargetTags

        return Tags("classifier", TargetTags(required=True), classifier_tags=ClassifierTags())

    def fit(self, X, y):
        return self

    def predict(self, X):
        return data[self.on]["yPred"]

    def predict_proba(self, X):
        return data[self.on]["yProba"]


class FittedRegressor(Fitted):
    _estimator_type = "regressor"

    def __sklearn_tags__(self):
        from sklearn.utils import RegressorTags, Tags, TargetTags

        return Tags("regressor", TargetTags(required=True), regressor_tags=RegressorTags())


scored = []


def score(name, on, output, estimator):
    value = get_scorer(name)(estimator(on), np.zeros((len(data[on]["yTrue"]), 1)), data[on]["yTrue"])
    scored.append({"scorer": name, "on": on, "output": output, "expected": plain(value)})


for name in ["accuracy", "balanced_accuracy"] + [
    f"{m}_{a}" for m in ("f1", "precision", "recall") for a in ("micro", "macro", "weighted")
]:
    score(name, "pets", "yPred", Fitted)
for name in ("f1", "precision", "recall"):
    score(name, "binary", "yPred", Fitted)
for name in ("neg_log_loss", "roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted"):
    score(name, "pets", "yProba", Fitted)
for name in ("neg_log_loss", "roc_auc"):
    score(name, "words", "yProba", Fitted)
for name in ("neg_mean_squared_error", "neg_root_mean_squared_error", "neg_mean_absolute_error", "r2"):
    score(name, "values", "yPred", FittedRegressor)

# One case a line: readable in a review, and a third of the size of an indented file.
line = lambda value: json.dumps(plain(value), allow_nan=False, separators=(",", ":"))
print("{")
print('"data":{')
print(",\n".join(f"{json.dumps(name)}:{line(value)}" for name, value in data.items()))
print('},\n"cases":[')
print(",\n".join(line(case) for case in cases))
print('],\n"scored":[')
print(",\n".join(line(case) for case in scored))
print("]\n}")
