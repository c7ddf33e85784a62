"""scikit-learn's side of the benchmarks."""

import warnings

from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from side import Side

# 1.9 deprecates the `probability` of SVC, which is what is measured.
warnings.filterwarnings("ignore", message=".*probability.*", category=FutureWarning)

Side(
    estimators={
        "forest": RandomForestClassifier,
        "tree": DecisionTreeClassifier,
        "svc": SVC,
        "svr": SVR,
        "linearSvc": LinearSVC,
    },
    packages=["scikit-learn", "numpy", "scipy", "joblib"],
).serve()
