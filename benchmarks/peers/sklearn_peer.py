"""scikit-learn's side of the benchmarks."""

from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from side import Side

Side(
    estimators={"forest": RandomForestClassifier, "tree": DecisionTreeClassifier},
    packages=["scikit-learn", "numpy", "scipy", "joblib"],
).serve()
