"""What XGBoost makes of files: reads [{"file", "rows"}] (null = missing) from stdin, writes answers to stdout.

An answer has the version of XGBoost, the margins and predictions of the rows and the attributes, or the error.
"""
import json, sys
import numpy as np
import xgboost as xgb

answers = []
for case in json.load(sys.stdin):
    try:
        booster = xgb.Booster({"nthread": 1})
        booster.load_model(case["file"])
        rows = np.array(case["rows"], dtype=np.float32)
        data = xgb.DMatrix(rows, feature_names=booster.feature_names)
        answers.append({
            "margins": booster.predict(data, output_margin=True).reshape(len(rows), -1).tolist(),
            "predictions": booster.predict(data).reshape(len(rows), -1).tolist(),
            "attributes": booster.attributes(),
            "rounds": booster.num_boosted_rounds(),
        })
    except xgb.core.XGBoostError as error:
        answers.append({"error": str(error)})
json.dump({"version": xgb.__version__, "answers": answers}, sys.stdout)
