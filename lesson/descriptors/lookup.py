"""Where Python finds ``thing.x``, and in which order.

1. a data descriptor in the class (or in a class that it inherits from)
2. the object's own dict
3. a non-data descriptor in the class
4. any other value in the class
5. ``__getattr__``, where there is one

``where`` says it in Python, after https://docs.python.org/3/howto/descriptor.html; ``getattr`` is Python itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lesson.descriptors.kinds import Data, NonData

NOTHING = object()
IN_CLASS = {"data": Data(), "non-data": NonData(), "a value": "the class's value", "nothing": NOTHING}
IN_OBJECT = {"a value": "the object's value", "nothing": NOTHING}


def where(thing: object, name: str) -> str:
    """Where an attribute is found. It is not looked up, so nothing of the class is run."""
    kind = type(thing)
    in_class = next((vars(owner)[name] for owner in kind.__mro__ if name in vars(owner)), NOTHING)
    answers = hasattr(type(in_class), "__get__")
    if answers and (hasattr(type(in_class), "__set__") or hasattr(type(in_class), "__delete__")):
        return "1 data descriptor"
    if name in vars(thing):
        return "2 object's dict"
    if answers:
        return "3 non-data descriptor"
    if in_class is not NOTHING:
        return "4 class's value"
    return "5 __getattr__" if hasattr(kind, "__getattr__") else "nowhere"


def things() -> Iterator[tuple[str, str, Any]]:
    """What is called ``x`` in the class, what in the object, and the object."""
    for in_class, value in IN_CLASS.items():
        for in_object, own in IN_OBJECT.items():

            class Thing:
                def __getattr__(self, name: str) -> str:
                    return "what __getattr__ says"

            thing = Thing()
            if value is not NOTHING:
                Thing.x = value  # type: ignore[attr-defined]
            if own is not NOTHING:
                vars(thing)["x"] = own
            yield in_class, in_object, thing


def main() -> None:
    print(f"{'in the class':14}{'in the object':16}{'found at':24}thing.x is")
    for in_class, in_object, thing in things():
        print(f"{in_class:14}{in_object:16}{where(thing, 'x'):24}{thing.x}")


if __name__ == "__main__":
    main()
