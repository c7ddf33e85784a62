"""XGBoost's side of the benchmarks: tree_method hist, one thread unless the row says otherwise."""

from functools import partial

from xgboost import DMatrix, XGBClassifier

from side import Side

Side(
    estimators={"boosting": partial(XGBClassifier, tree_method="hist", n_jobs=1)},
    packages=["xgboost", "scikit-learn", "numpy", "scipy"],
    ways={
        "inplace_predict": lambda model, rows: model.get_booster().inplace_predict(rows),
        "dmatrix_predict": lambda model, rows: model.get_booster().predict(DMatrix(rows, nthread=1)),
    },
).serve()
