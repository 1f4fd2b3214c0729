"""What each engine calls things, and where in its wiring to look: data and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from saltern.errors import StepFailed
from shared.pipelines import PROJECT


class Surprise(StepFailed):
    """What happened is not what the tour says. It ends with exit status 1."""


@dataclass(frozen=True)
class Place:
    """A line of a file of the project, found by a text that stands in that line and in no other."""

    file: str
    text: str

    def __str__(self) -> str:
        """``luigi_impl/ml.py:49``, as an editor wants it. Raises Surprise where the text is not, or not alone."""
        lines = (PROJECT / self.file).read_text().splitlines()
        found = [number for number, line in enumerate(lines, 1) if self.text in line]
        if len(found) != 1:
            raise Surprise(
                f"{self.file}: {self.text!r} stands in {len(found)} lines, not in one; the tour points to it"
            )
        return f"{self.file}:{found[0]}"


@dataclass(frozen=True)
class Words:
    """One engine. Texts are whole sentences."""

    name: str
    partner: str
    """The engine that shares its store at the last stop."""
    task: str
    """What a step is there."""
    external: str
    """What an external input is there."""
    failed: str
    """What runs after a failure, by its own rule."""
    hook: str
    """How a salt hooks into its own way of finding finished work."""
    tasks: Place
    externals: Place
    fan_in: Place
    """The step that needs all partitions of another."""
    rule: Place
    """Where its own rule decides."""
    hooks: Place


WORDS = {
    "luigi": Words(
        name="Luigi",
        partner="dask",
        task="In Luigi a step is a Task: a class whose `requires` says what it needs, whose `output` says where the "
        "result lies, and whose `run` makes it.",
        external="The CSV is an ExternalTask: it has an `output` and no `run`. Somebody else makes that file.",
        failed="After a failure the next run goes on where this one stopped, because the finished outputs exist.",
        hook="A Luigi task is complete when its output exists. So the salt goes where Luigi looks: into the name of "
        "the output.",
        tasks=Place("luigi_impl/ml.py", "class Train("),
        externals=Place("luigi_impl/ml.py", "class Table("),
        fan_in=Place("luigi_impl/artists.py", "class AggregateArtists("),
        rule=Place("saltern/luigi.py", "return self.call is not None"),
        hooks=Place("saltern/luigi.py", "class SaltedOutput:"),
    ),
    "dask": Words(
        name="Dask",
        partner="luigi",
        task="In Dask a step is a delayed function: to call it runs nothing and adds a node to a graph. `compute` "
        "runs the graph.",
        external="The CSV is a delayed value: a node that holds a path. Nothing computes it.",
        failed="After a failure the next run begins at the first step, because nothing was kept. Within a run, a "
        "task with `retries` is tried again by itself.",
        hook="Dask computes the graph that it is given. So the graph is rewritten first: a step whose artifact exists "
        "becomes a step that loads it, and what only that step needed is left out.",
        tasks=Place("dask_impl/ml.py", "train = delayed("),
        externals=Place("dask_impl/ml.py", "def csv("),
        fan_in=Place("dask_impl/artists.py", "aggregate_artists = delayed("),
        rule=Place("dask_impl/runs.py", "front.compute("),
        hooks=Place("saltern/dask/__init__.py", "def reuse("),
    ),
    "airflow": Words(
        name="Airflow",
        partner="luigi",
        task="In Airflow a step is a @task: to call it in the body of a @dag runs nothing and adds a node. A DAG run "
        "runs the nodes.",
        external="Airflow has no node for a file that nobody makes, so ours is a small @task, `csv`, which hands on "
        "where the file lies. (The tree shows our steps only.)",
        failed="That was a new DAG run. After a failure Airflow does not begin again: a retry runs the failed task "
        "alone, and so does clearing it, together with what is downstream of it if you clear that too. The tasks "
        "that have succeeded in this DAG run are not run again.",
        hook="Airflow has no cache, but it has custom task decorators. Ours, @task.salted, looks for the artifact when "
        "the task's turn comes. If it exists, the task is skipped.",
        tasks=Place("airflow_dags/ml.py", "train = task.salted("),
        externals=Place("airflow_dags/ml.py", "def csv("),
        fan_in=Place("airflow_dags/artists.py", "aggregate_artists = task.salted("),
        rule=Place("airflow_dags/engine.py", "return dag.test("),
        hooks=Place("saltern/airflow/operators.py", 'raise AirflowSkipException(f"{made.name}'),
    ),
    "prefect": Words(
        name="Prefect",
        partner="luigi",
        task="In Prefect a step is a @task. Submitted within a @flow it gives a future at once; a task that is given "
        "a future depends on it. So the graph is found while the flow runs.",
        external="The CSV is an argument of the first task: its path. There is no node for it.",
        failed="That was a new flow run. After a failure, a task with `retries` is tried again by itself, and a retry "
        "of the same flow run finds the results that were stored under its id.",
        hook="Prefect asks a cache policy for a key, and a result storage for a record of that key. With ours, the key "
        "is the artifact's name, and there is a record if the artifact exists.",
        tasks=Place("prefect_flows/ml.py", "def train("),
        externals=Place("prefect_flows/ml.py", "Source.at(csv), cache"),
        fan_in=Place("prefect_flows/artists.py", "def aggregate_artists("),
        rule=Place("saltern/prefect.py", "return {}"),
        hooks=Place("saltern/prefect.py", "class Salted("),
    ),
}
