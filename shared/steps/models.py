"""Models, before they learn anything."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

TOLERANCE = 0.001  # how far from the optimum the solver may stop; scikit-learn's own default


def classifier(C: float, gamma: float | str, kernel: str) -> "Pipeline":
    """A support vector classifier, not fitted, behind a scaler: kernels measure distances over all features alike."""
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    machine = SVC(C=C, gamma=gamma, kernel=kernel, tol=TOLERANCE)
    return Pipeline([("scale", StandardScaler()), ("classify", machine)])
