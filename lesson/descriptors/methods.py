"""Functions are non-data descriptors: that is all there is to methods.

A function in a class has ``__get__``. Looked up on an object, it answers with itself and the object, tied together.
"""

from __future__ import annotations

from types import MethodType
from typing import Any


class Callable:
    """It can be called as a function can, but has no ``__get__``: nothing ties it to an object."""

    def __call__(self, *arguments: Any) -> str:
        return f"called with {len(arguments)} arguments"


class Bound(Callable):
    """As a function does it. This is how ``Requires`` and ``SaltedOutput`` become methods of a task."""

    def __get__(self, instance: object | None, owner: type) -> Any:
        return self if instance is None else MethodType(self, instance)


class Task:
    def run(self) -> str:
        return f"{type(self).__name__} runs"

    unbound = Callable()
    bound = Bound()


def main() -> None:
    task: Any = Task()
    function = vars(Task)["run"]
    print(f"{type(function).__name__ = }")
    print(f"{type(task.run).__name__ = }")
    print(f"{task.run() = }")
    print(f"{function.__get__(task, Task)() = }")
    print(f"{MethodType(function, task)() = }")
    print(f"{task.unbound() = }")
    print(f"{task.bound() = }")

    print("a function has no __set__, so an object may have a run of its own:")
    task.run = lambda: "something else runs"
    print(f"{task.run() = }")


if __name__ == "__main__":
    main()
