"""Golden values of test/decomposition/pca.test.ts, from scikit-learn 1.9.1.

Usage: python test/golden/make/pca.py > test/golden/pca.json
"""

import json

import numpy as np
import sklearn
from sklearn.decomposition import PCA

assert sklearn.__version__ == "1.9.1"
rng = np.random.default_rng(2)
mix = rng.normal(0, 1, (6, 6))
tables = {
    "tall": np.round(rng.normal(0, 1, (30, 6)) * [9, 5, 3, 2, 1, 0.5] @ mix + 20, 3),
    "wide": np.round(rng.normal(0, 1, (5, 9)) * np.arange(1, 10) + 3, 3),
}
cases = []
for on, X in tables.items():
    for n in [None, 2, 0.9]:
        for whiten in [False, True]:
            # What is left of rows less than columns has no variance, and no direction.
            if on == "wide" and n is None:
                continue
            pca = PCA(n_components=n, whiten=whiten, svd_solver="full").fit(X)
            Z = pca.transform(X[:4] + 1)
            cases.append({
                "on": on, "nComponents": n, "whiten": whiten, "components": pca.components_.tolist(),
                "explainedVariance": pca.explained_variance_.tolist(),
                "explainedVarianceRatio": pca.explained_variance_ratio_.tolist(),
                "singularValues": pca.singular_values_.tolist(), "mean": pca.mean_.tolist(),
                "noiseVariance": float(pca.noise_variance_), "transform": Z.tolist(),
                "inverse": pca.inverse_transform(Z).tolist(),
            })
print(json.dumps({"tables": {on: X.tolist() for on, X in tables.items()}, "cases": cases}, separators=(",", ":")))
