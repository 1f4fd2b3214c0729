"""What is run of a package: steps, each with fixed inputs."""

from pathlib import Path

from saltern import step
from saltern.errors import BadInput
from shared.steps import artists, ml

DATA = Path("data/digits.csv")
DAY = Path("data/streams/2018-03-05.tsv")


@step(version="1", writes="json")
def preprocessed():
    return ml.preprocess(DATA, test_size=0.4).write_csv()


@step(version="1", writes="json")
def learned():
    dataset = ml.preprocess(DATA)
    return ml.report(ml.evaluate(ml.train(dataset), dataset))


@step(version="1", writes="json")
def counted():
    return artists.top_artists(
        artists.aggregate_artists({"a": artists.daily_counts(DAY), "b": artists.daily_counts(DAY)})
    )


@step(version="1", writes="json")
def refused():
    found = []
    for attempt in (
        lambda: ml.preprocess(DATA, target="no"),
        lambda: ml.preprocess(DATA, test_size=0.01),
        lambda: artists.daily_counts(DATA),
        lambda: ml.header(Path("gone"), "x"),
    ):
        try:
            found.append(attempt())
        except BadInput as error:
            found.append(str(error))
    return found
