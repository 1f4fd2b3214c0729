"""A helper, as every project has some."""

from collections.abc import Collection


def mean(values: Collection[float]) -> float:
    return sum(values) / len(values)
