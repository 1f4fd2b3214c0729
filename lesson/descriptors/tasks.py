"""The descriptors of our Luigi tasks, in their own code and on a real task.

``Requirement`` answers with a task, ``Requires`` and ``SaltedOutput`` with a method. Luigi calls ``requires()`` and
``output()`` and does not know that nobody has written them. Nothing is run here: a salt is known before.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lesson.descriptors.lookup import where
from luigi_impl.ml import Evaluate, Table
from saltern.luigi import Requirement, Requires, SaltedOutput
from shared.pipelines import PROJECT


def quoted(function: Callable[..., Any]) -> str:
    """A function's source, under the place where it stands."""
    lines, first = inspect.getsourcelines(function)
    file = Path(inspect.getfile(function)).relative_to(PROJECT).as_posix()
    return f"# {file}:{first}\n{textwrap.dedent(''.join(lines))}"


def main() -> None:
    print(quoted(Requirement.__get__))
    print(quoted(Requirement.needed_by))
    task = Evaluate(C=10.0)
    print(f"{type(Evaluate.model).__name__ = }")
    print(f"{type(task.model).__name__ = }")
    print(f"{task.model.C = }, handed down by clone")
    print(f"{task.model is task.model = }, since Luigi makes one task of equal parameters")

    print()
    print(quoted(Requires.__get__))
    print(quoted(Requires.__call__))
    print(f"{type(Evaluate.requires).__name__ = }")
    print(f"{type(task.requires).__name__ = }")
    print(f"{list(task.requires()) = }")

    print()
    print(quoted(SaltedOutput.__call__))
    print(f"{type(Evaluate.output).__name__ = }")
    print(f"{str(task.output()) = }")
    print(f"{str(Evaluate(C=1.0).output()) = }")

    print()
    print("and where each is found:")
    for thing, name in [(task, "model"), (task, "requires"), (task, "output"), (task, "run"), (Table(), "path")]:
        print(f"  {type(thing).__name__ + '.' + name:20} {where(thing, name)}")


if __name__ == "__main__":
    main()
