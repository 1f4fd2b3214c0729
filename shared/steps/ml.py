"""The ``ml`` pipeline's steps: preprocess -> train -> evaluate -> report.

Heavy libraries are imported where they are used, so that a run that finds everything done never loads them.
"""

import csv as csv_reader
import logging
from collections import Counter
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Lt

from saltern import step
from saltern.errors import BadInput
from shared.steps import models, pages

if TYPE_CHECKING:
    import polars as pl
    from sklearn.pipeline import Pipeline

log = logging.getLogger("saltworks.ml")

Kernel = Literal["linear", "poly", "rbf", "sigmoid"]  # of the support vector classifier

# What preprocess adds to the features; the underscores keep them clear of a user's own columns.
TARGET, SPLIT, ROW = "__target__", "__split__", "__row__"
SHOWN_MISTAKES = 12
LARGEST = 1e150  # of a feature: to scale it, squares of its values are added up


@step(version="1", writes="parquet", libraries=["polars", "scikit-learn", "numpy"])
def preprocess(
    csv: Path,
    *,
    target: str = "label",
    test_size: Annotated[float, Gt(0), Lt(1)] = 0.25,
    seed: Annotated[int, Ge(0), Lt(2**32)] = 0,
) -> "pl.DataFrame":
    """Validate a CSV of numeric features and one target column, drop its bad rows, and split it.

    Returns one row per usable row: the features (float64, in the file's order), ``__target__`` (string),
    ``__split__`` ('train' or 'test', stratified by class) and ``__row__`` (0-based, among the usable rows).
    Rows with the wrong number of fields, a feature that is no finite number, or no target are dropped and counted
    in the log; the count is not in the output, so a row that is dropped leaves the output's bytes as they were.

    Raises BadInput when the file cannot be split: no such column, not UTF-8, nothing usable left, one class only.
    """
    import numpy as np
    import polars as pl
    from sklearn.model_selection import train_test_split

    names, rows, dropped = _read(csv, target)
    features = [column for column in names if column != target]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").select(
        *(pl.col(column).str.strip_chars().cast(pl.Float64, strict=False) for column in features),
        pl.col(target).str.strip_chars().alias(TARGET),
    )
    usable = table.filter(
        pl.all_horizontal(pl.col(features).is_finite().fill_null(False)), pl.col(TARGET) != ""
    ).with_row_index(ROW)
    dropped["a feature that is no number, or no target"] = len(table) - len(usable)
    if usable.is_empty():
        text = [c for c in features if not table[c].is_finite().fill_null(False).any()]
        hint = f": no number in column '{text[0]}'" if text else ""
        raise BadInput(f"{csv}: no usable row among {len(rows) + dropped.total() - len(table)}{hint}")
    for column, largest in usable.select(pl.col(features).abs().max()).row(0, named=True).items():
        if largest > LARGEST:
            raise BadInput(f"{csv}: column '{column}' holds {largest:g}, which is too large to be scaled")
    if dropped.total():
        reasons = ", ".join(f"{count} with {reason}" for reason, count in dropped.items() if count)
        log.warning("%s: dropped %d rows (%s), kept %d", csv, dropped.total(), reasons, len(usable))

    labels = usable[TARGET].to_numpy()
    _check_classes(csv, target, Counter(labels.tolist()), len(usable), test_size)
    _, test = train_test_split(np.arange(len(usable)), test_size=test_size, random_state=seed, stratify=labels)
    split = np.full(len(usable), "train")
    split[test] = "test"
    return usable.select(*features, TARGET, pl.Series(SPLIT, split), pl.col(ROW).cast(pl.Int64))


@step(version="1", writes="skops", libraries=["scikit-learn", "numpy", "scipy"])
def train(
    dataset: "pl.DataFrame",
    *,
    C: Annotated[float, Gt(0), Lt(inf)] = 1.0,
    gamma: Annotated[float, Gt(0), Lt(inf)] | Literal["scale", "auto"] = "scale",
    kernel: Kernel = "rbf",
) -> "Pipeline":
    """Fit a scaler and a support vector classifier on the training rows.

    ``C`` is the inverse strength of the regularisation (no unit), ``gamma`` the kernel's coefficient.
    """
    features, labels = _features_and_labels(dataset, "train")
    return models.classifier(C, gamma, kernel).fit(features.to_numpy(), labels)


@step(version="1", writes="json", libraries=["scikit-learn", "numpy", "scipy"])
def evaluate(model: "Pipeline", dataset: "pl.DataFrame") -> dict[str, Any]:
    """Predict the test rows and measure: accuracy, scores per class, confusion matrix, the first mistakes.

    ``confusion[i][j]`` counts the test rows of class ``classes[i]`` that were taken for ``classes[j]``.
    """
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    features, truth = _features_and_labels(dataset, "test")
    predicted = model.predict(features.to_numpy())
    classes = sorted(set(dataset[TARGET]), key=_numbers_first)
    scores = precision_recall_fscore_support(truth, predicted, labels=classes, zero_division=0.0)
    rows = dataset.filter(dataset[SPLIT] == "test")[ROW]
    wrong = [i for i in range(len(truth)) if truth[i] != predicted[i]]
    return {
        "accuracy": float(accuracy_score(truth, predicted)),
        "train_rows": len(dataset) - len(truth),
        "test_rows": len(truth),
        "classes": classes,
        "per_class": [
            {"class": c, "precision": float(p), "recall": float(r), "f1": float(f), "rows": int(n)}
            for c, p, r, f, n in zip(classes, *scores, strict=True)
        ],
        "confusion": confusion_matrix(truth, predicted, labels=classes).tolist(),
        "mistakes": len(wrong),
        "some_mistakes": [
            {"row": rows[i], "truth": truth[i], "predicted": str(predicted[i]), "features": features.row(i, named=True)}
            for i in wrong[:SHOWN_MISTAKES]
        ],
    }


@step(version="1", writes="html", libraries=["jinja2"])
def report(metrics: dict[str, Any]) -> str:
    """A self-contained HTML page: accuracy, scores per class, the confusion matrix drawn, some mistakes."""
    return pages.render(pages.ML_REPORT, metrics=metrics, worst=max(max(row) for row in metrics["confusion"]))


def header(csv: Path, target: str) -> list[str]:
    """The column names of a CSV file. Raises BadInput unless ``target`` is among them, with features beside it."""
    return next(_records(csv, target))


def _records(csv: Path, target: str) -> Iterator[list[str]]:
    """The header, checked, and then the rows."""
    try:
        with csv.open(encoding="utf-8-sig", newline="") as file:
            records = csv_reader.reader(file)
            names = next(records, None)
            if not names:
                raise BadInput(f"{csv}: the file is empty")
            found = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
            if target not in names:
                raise BadInput(f"{csv}: no column '{target}' (found: {found}); name it with --set preprocess.target=")
            if twice := [name for name, count in Counter(names).items() if count > 1]:
                raise BadInput(f"{csv}: column '{twice[0]}' stands twice in the header")
            if taken := {TARGET, SPLIT, ROW} & set(names):
                raise BadInput(f"{csv}: column '{taken.pop()}' has a name that preprocess keeps for itself")
            if len(names) == 1:
                raise BadInput(f"{csv}: no feature beside the column '{target}'")
            yield names
            yield from records
    except UnicodeDecodeError as error:
        raise BadInput(f"{csv}: not UTF-8 (byte {error.object[error.start]:#04x}: {error.reason})") from None
    except csv_reader.Error as error:
        raise BadInput(f"{csv}: not a CSV file ({error})") from None
    except OSError as error:
        raise BadInput(f"{csv}: {error.strerror or error}") from None


def _read(csv: Path, target: str) -> tuple[list[str], list[list[str]], Counter[str]]:
    """The header, the rows of the right length, and how many others there were, by reason."""
    records = _records(csv, target)
    names = next(records)
    rows, dropped = [], Counter[str]()
    for row in records:
        if len(row) == len(names):
            rows.append(row)
        elif row:  # a blank line is no row
            dropped["too many fields" if len(row) > len(names) else "too few fields"] += 1
    if not rows and not dropped:
        raise BadInput(f"{csv}: a header and no rows")
    return names, rows, dropped


def _check_classes(csv: Path, target: str, classes: Counter[str], rows: int, test_size: float) -> None:
    if len(classes) == 1:
        raise BadInput(f"{csv}: column '{target}' holds one class only, '{next(iter(classes))}'")
    rare, count = min(classes.items(), key=lambda item: item[1])
    if count < 2:
        raise BadInput(f"{csv}: column '{target}': class '{rare}' has one row; a stratified split needs two")
    test = -int(-rows * test_size // 1)
    if min(test, rows - test) < len(classes):
        raise BadInput(
            f"preprocess.test_size={test_size}: splits {csv} into {rows - test} training and {test} test rows, "
            f"fewer than its {len(classes)} classes"
        )


def _features_and_labels(dataset: "pl.DataFrame", split: str) -> tuple["pl.DataFrame", Any]:
    part = dataset.filter(dataset[SPLIT] == split)
    return part.drop(TARGET, SPLIT, ROW), part[TARGET].to_numpy()


def _numbers_first(label: str) -> tuple[int, float, str]:
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label
