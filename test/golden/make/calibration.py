"""Golden values of test/metrics/calibration-curve.test.ts and average-precision-score.test.ts, from scikit-learn 1.9.1.

Usage: python test/golden/make/calibration.py > test/golden/calibration.json
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(11)

n = 60
y = rng.integers(0, 2, n)
# Rounded to hundredths, so that there are ties and probabilities on the edges of bins.
proba = np.round(np.clip(rng.normal(0.35 + 0.3 * y, 0.25), 0, 1), 2)
data = {
    "numbers": (y, proba),
    "words": (np.where(y == 1, "yes", "no"), proba),
    "booleans": (y == 1, proba),
    "thirds": (y, np.round(rng.random(n) * 3) / 3),
    "sharp": (y, (rng.random(n) < 0.5).astype(float)),
    "constant": (y, np.full(n, 0.5)),
    "one row": (np.array([1]), np.array([0.3])),
    "no positive": (np.zeros(5, dtype=int), np.array([0.1, 0.2, 0.2, 0.9, 1.0])),
}
curves, areas = [], []
for name, (truth, scores) in data.items():
    pos = {"pos_label": "yes"} if name == "words" else {}
    for bins in (1, 3, 5, 10, 17):
        for strategy in ("uniform", "quantile"):
            true, pred = calibration_curve(truth, scores, n_bins=bins, strategy=strategy, **pos)
            options = {"nBins": bins, "strategy": strategy} | ({"posLabel": "yes"} if pos else {})
            curves.append({"on": name, "options": options, "probTrue": true.tolist(), "probPred": pred.tolist()})
    for weighted in (False, True):
        weight = rng.integers(0, 4, len(truth)) + (len(truth) == 1)
        area = average_precision_score(truth, scores, sample_weight=weight if weighted else None, **({"pos_label": "yes"} if pos else {}))
        areas.append({"on": name, "weight": weight.tolist() if weighted else None, "options": {"posLabel": "yes"} if pos else {}, "expected": area})

line = lambda value: json.dumps(value, allow_nan=False, separators=(",", ":"))
rows = {name: {"yTrue": truth.tolist(), "yProb": scores.tolist()} for name, (truth, scores) in data.items()}
print("{")
print('"data":{')
print(",\n".join(f"{line(name)}:{line(value)}" for name, value in rows.items()))
print('},\n"curves":[')
print(",\n".join(map(line, curves)))
print('],\n"areas":[')
print(",\n".join(map(line, areas)))
print("]\n}")
