"""Two kinds. A data descriptor has ``__set__`` (or ``__delete__``), and the object cannot get around it.

A non-data descriptor has ``__get__`` alone: what lies in the object itself goes before it. That can be put to use: the
first answer is kept there, and the descriptor is not asked again (``functools.cached_property`` works so).
"""

from __future__ import annotations

from typing import Any


class Data:
    def __get__(self, instance: object | None, owner: type) -> Any:
        return "the data descriptor"

    def __set__(self, instance: object, value: Any) -> None:
        print(f"  __set__ was asked for {value!r}, and keeps nothing")


class NonData:
    def __get__(self, instance: object | None, owner: type) -> Any:
        return "the non-data descriptor"


class Thing:
    data = Data()
    plain = NonData()


def main() -> None:
    thing: Any = Thing()
    print("thing.data = 1, thing.plain = 1")
    thing.data = 1
    thing.plain = 1
    print(f"{thing.data = }")
    print(f"{thing.plain = }")
    print(f"{vars(thing) = }")

    print("past __set__, into the object itself:")
    vars(thing)["data"] = 2
    print(f"{thing.data = }")


if __name__ == "__main__":
    main()
