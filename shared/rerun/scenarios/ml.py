"""What the pipeline ``ml`` is changed in."""

from __future__ import annotations

from shared.rerun.scenarios.common import scenarios
from shared.rerun.scenarios.ground import Edit, Ground, Input, Setting
from shared.rerun.workspace import Row

SOURCE, HELPERS, CSV = "shared/steps/ml.py", "shared/steps/models.py", "data/digits.csv"
LEARN = "    return models.classifier(C, gamma, kernel).fit(features.to_numpy(), labels)\n"
LEARN_HALF = "    return models.classifier(C, gamma, kernel).fit(features.to_numpy()[::2], labels[::2])\n"
LEARN_REFORMATTED = """\
    # the scaler learns from the training rows too
    return models.classifier(
        C, gamma, kernel
    ).fit(features.to_numpy(), labels)
"""
LEARN_WITH_BRINE = """\
    import brine

    return models.classifier(C, gamma, kernel).fit(brine.thinned(features.to_numpy()), brine.thinned(labels))
"""
PIPELINE = 'return Pipeline([("scale", StandardScaler()), ("classify", machine)])'
UNSCALED = 'return Pipeline([("classify", machine)])'
MEASURES = "    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support\n"
DECLARED = '@step(version="{}", writes="skops", libraries=["scikit-learn", "numpy", "scipy"])\ndef train('
WITH_BRINE = '@step(version="1", writes="skops", libraries=["scikit-learn", "numpy", "scipy", "brine"])\ndef train('


def _mislabel(number: int, row: Row) -> Row:
    return row | {"label": str((int(row["label"]) + 1) % 10)} if number % 10 == 0 else row


GROUND = Ground(
    pipeline="ml",
    steps=("preprocess", "train", "evaluate", "report"),
    reader="preprocess",
    middle="train",
    worker="train",
    source=SOURCE,
    input=CSV,
    new_data=Input(
        "change-input", "every tenth row of the CSV gets another label", lambda world: world.rewrite_csv(_mislabel)
    ),
    noise="a smudge\n",
    setting=Setting("train.C", 1, 0.01),
    helper=Edit(HELPERS, PIPELINE, UNSCALED, "the classifier does not scale"),
    constant=Edit(HELPERS, "TOLERANCE = 0.001", "TOLERANCE = 1.0", "the solver's tolerance is a thousand times wider"),
    body=Edit(SOURCE, LEARN, LEARN_HALF, "train skips every other row"),
    looks=(
        Edit(SOURCE, LEARN, LEARN_REFORMATTED),
        Edit(SOURCE, '"""Fit a scaler and a support vector classifier on', '"""Learn from'),
        Edit(HELPERS, PIPELINE, f"# the order matters\n    {PIPELINE}"),
        Edit(HELPERS, '"""A support vector classifier, not fitted, behind', '"""A classifier behind'),
    ),
    unrelated=Edit(
        SOURCE,
        "    return next(_records(csv, target))",
        "    names, *_ = _records(csv, target)\n    return names",
        "ml.header reads the whole file",
    ),
    library=(Edit(SOURCE, DECLARED.format(1), WITH_BRINE), Edit(SOURCE, LEARN, LEARN_WITH_BRINE)),
    failure=Edit(SOURCE, MEASURES, f'{MEASURES}    raise RuntimeError("no such luck")\n'),
    fails="evaluate",
    declaration=DECLARED,
    other_name="fit",
)

SCENARIOS = scenarios(GROUND)
