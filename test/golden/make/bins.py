"""Cuts of XGBoost's histograms where each value has a bin of its own -> ../bins.json

`X` row by row (null = missing), `cuts` by feature: get_quantile_cut() less the -inf that begins each feature's.
"""
import json, math, pathlib
import numpy as np
import xgboost
from sklearn import datasets

assert xgboost.__version__ == "3.4.1"
here = pathlib.Path(__file__).parent.parent
rng = np.random.default_rng(7)

holes = rng.normal(size=(60, 4)) * [1, 1e-3, 1e6, 1e-20]
holes[rng.random(holes.shape) < 0.3] = np.nan
counts = rng.poisson([0.1, 2, 30], size=(80, 3)).astype(float) - [0, 2, 60]
odd = np.array([[0.0, -3, 7, 1e30, 0.1], [-0.0, -3, 8, -1e30, 0.2], [1e-45, -3, np.nan, 1e-30, 0.1 + 1e-12], [-1.5, -3, 8, 2, 0.3]])

cases = []
for name, X in [("iris", datasets.load_iris().data[::3]), ("holes", holes), ("counts", counts), ("odd", odd)]:
    indptr, values = xgboost.QuantileDMatrix(X, max_bin=256).get_quantile_cut()
    cuts = [[float(v) for v in values[a:b] if v != -math.inf] for a, b in zip(indptr, indptr[1:])]
    rows = [[None if math.isnan(v) else float(v) for v in row] for row in X]
    cases.append({"name": name, "X": rows, "cuts": cuts})
(here / "bins.json").write_text(json.dumps({"xgboost": xgboost.__version__, "cases": cases}, separators=(",", ":")) + "\n")
