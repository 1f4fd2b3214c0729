"""``@task.salted``: a task that runs only when its artifact is missing, and is shown as *skipped* otherwise.

Airflow has no cache of its own: each new DAG run runs everything. What it does have is custom task decorators, which
a provider registers (https://airflow.apache.org/docs/apache-airflow/stable/howto/create-custom-decorator.html).
``provider_info`` makes this project such a provider; what the decorator does is in ``saltern.airflow.operators``.

Airflow decides about a task when its turn comes, with what the tasks before it handed on through XCom: artifacts with
their digests, from those that ran and from those that were skipped alike. So the strategy ``cutoff`` costs nothing
more than ``lineage``. What any of them costs is that every task is started, if only to be skipped.

Airflow imports this module while it is itself half imported (its configuration asks every provider for options), so
nothing of Airflow is imported at the top.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from airflow.sdk.bases.decorator import TaskDecorator

    from saltern.steps import Step


def provider_info() -> dict[str, Any]:
    """What Airflow asks the entry point ``apache_airflow_provider`` of pyproject.toml for."""
    return {
        "package-name": "saltern",
        "name": "Saltern",
        "description": "Tasks that are skipped when what they would make is already there.",
        "task-decorators": [{"name": "salted", "class-name": "saltern.airflow.salted"}],
        "extra-links": ["saltern.airflow.links.ArtifactLink"],
    }


@overload
def salted(step: Step[..., Any], **options: Any) -> TaskDecorator: ...
@overload
def salted(**options: Any) -> Callable[[Step[..., Any]], TaskDecorator]: ...
def salted(step: Step[..., Any] | None = None, **options: Any) -> Any:
    """Make a step a task: ``train = task.salted(steps.train)``, or ``@task.salted`` above ``@step(...)``.

    The step *is* the task's callable. A function around it would be code that runs and is in no recipe.
    ``options`` are those of any operator. ``map_index_template="{{ task.partition }}"`` names mapped instances.
    """
    if step is None:  # ``@task.salted(retries=2)``
        return partial(salted, **options)
    from airflow.sdk.bases.decorator import task_decorator_factory

    from saltern.airflow.operators import SaltedOperator

    return task_decorator_factory(
        step.function,
        multiple_outputs=False,
        decorated_operator_class=SaltedOperator,
        # what comes after a skipped task must run; of a mapped one Airflow knows no defaults of the operator's
        **{"task_id": step.name, "doc_md": _documentation(step), "trigger_rule": "none_failed", **options},
        step=step,
        version=step.version,
    )


def _documentation(step: Step[..., Any]) -> str:
    """What a task's page shows: what the step says of itself, and its code, which is in no DAG file."""
    words = inspect.getdoc(step.function) or ""
    try:
        code = inspect.getsource(step.function)
    except OSError:  # typed in, in a session
        return words
    return f"{words}\n\n```python\n{textwrap.dedent(code)}```\n\n`{step.place}`\n"
