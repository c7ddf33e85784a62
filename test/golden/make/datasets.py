"""Makes ../datasets.json (what the embedded data must equal) and ../datasets/{wine,breast-cancer}.json (data for tests).

Run with scikit-learn 1.9.1:  python test/golden/make/datasets.py
"""

import hashlib
import json
import pathlib

import numpy as np
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_blobs,
    make_classification,
    make_moons,
)

GOLDEN = pathlib.Path(__file__).parent.parent


def sha256(values, dtype):
    return hashlib.sha256(np.ascontiguousarray(values, dtype=dtype).tobytes()).hexdigest()


def facts(data):
    return {
        "rows": data.data.shape[0],
        "cols": data.data.shape[1],
        "sumOfColumns": data.data.sum(axis=0).round(6).tolist(),
        "dataSha256": sha256(data.data, "<f8"),
        "targetSha256": sha256(data.target, "u1"),
        "featureNames": list(data.feature_names),
        "targetNames": [str(name) for name in data.target_names],
        "firstRow": data.data[0].tolist(),
        "lastRow": data.data[-1].tolist(),
    }


def class_counts(options):
    """Rows of each class, without flipped labels: the part of make_classification that no random number touches."""
    y = make_classification(n_features=12, n_informative=6, flip_y=0, random_state=0, **options)[1]
    return np.bincount(y, minlength=options["n_classes"]).tolist()


moons = {str(n): [part.tolist() for part in make_moons(n, shuffle=False)] for n in (1, 2, 9)}
result = {
    "digits": facts(load_digits()),
    "iris": facts(load_iris()),
    "moons": moons,
    "classCounts": [
        {"nSamples": n, "nClasses": k, "nClustersPerClass": c, "weights": weights, "counts": class_counts(
            {"n_samples": n, "n_classes": k, "n_clusters_per_class": c, "weights": weights}
        )}
        for n, k, c, weights in [
            (100, 2, 2, None),
            (101, 3, 1, None),
            (7, 3, 4, None),
            (1000, 3, 2, [0.7, 0.2, 0.1]),
            (999, 3, 3, [0.5, 0.3]),
            (50, 2, 1, [0.9]),
            (50, 2, 1, [0.2, 0.2]),
        ]
    ],
    "blobCounts": [
        {"nSamples": n, "centers": k, "counts": np.bincount(make_blobs(n, centers=k, random_state=0)[1]).tolist()}
        for n, k in [(10, 3), (100, 7), (5, 5)]
    ],
}
(GOLDEN / "datasets.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")

for name, data in [("wine", load_wine()), ("breast-cancer", load_breast_cancer())]:
    (GOLDEN / "datasets" / f"{name}.json").write_text(
        json.dumps(
            {
                "rows": data.data.shape[0],
                "cols": data.data.shape[1],
                "featureNames": list(data.feature_names),
                "targetNames": [str(target) for target in data.target_names],
                "X": data.data.ravel().tolist(),
                "y": data.target.tolist(),
            },
            separators=(",", ":"),
        )
        + "\n"
    )
