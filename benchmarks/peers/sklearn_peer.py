"""scikit-learn's side of the benchmarks."""

import warnings

from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
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
        "linearRegression": LinearRegression,
        "ridge": Ridge,
        "pca": PCA,
        "neighbors": KNeighborsClassifier,
        "extraTrees": ExtraTreesClassifier,
        "gaussianNb": GaussianNB,
        "scaler": StandardScaler,
        "imputer": SimpleImputer,
    },
    packages=["scikit-learn", "numpy", "scipy", "joblib"],
).serve()
