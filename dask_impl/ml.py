"""The ``ml`` pipeline in Dask: delayed functions, and a function that connects them.

Nothing here knows of salts or stores: ``saltern.dask`` rewrites the graph that this module makes.
"""

from pathlib import Path

from dask.base import tokenize
from dask.delayed import Delayed, delayed

from shared.pipelines import Place
from shared.steps import ml


def csv(place: Place) -> Delayed:
    """The external input, as a node of the graph. A path is resolved: workers may stand in another folder."""
    place = place.resolve() if isinstance(place, Path) else place
    return delayed(place, name=f"csv-{tokenize(place)}")


preprocess = delayed(ml.preprocess, pure=True)
train = delayed(ml.train, pure=True)
evaluate = delayed(ml.evaluate, pure=True)
report = delayed(ml.report, pure=True)


def pipeline(
    place: Place,
    *,
    target: str = ml.preprocess.parameters["target"],
    test_size: float = ml.preprocess.parameters["test_size"],
    seed: int = ml.preprocess.parameters["seed"],
    C: float = ml.train.parameters["C"],
    gamma: float | str = ml.train.parameters["gamma"],
    kernel: str = ml.train.parameters["kernel"],
) -> Delayed:
    """The report on a model of the CSV at ``place``: a lazy page, with the graph that makes it."""
    dataset = preprocess(csv(place), target=target, test_size=test_size, seed=seed)
    model = train(dataset, C=C, gamma=gamma, kernel=kernel)
    metrics = evaluate(model, dataset)
    return report(metrics)
