"""LightGBM's side of the benchmarks: one thread unless the row says otherwise."""

from functools import partial

from lightgbm import LGBMClassifier

from side import Side

Side(
    estimators={"boosting": partial(LGBMClassifier, n_jobs=1, verbose=-1)},
    packages=["lightgbm", "scikit-learn", "numpy", "scipy"],
).serve()
