"""How a descriptor learns its name: ``__set_name__`` is called once, when the class is made.

``gamma = Positive()`` makes the object before anything is called gamma; so it cannot know by itself.
"""


class Named:
    def __set_name__(self, owner: type, name: str) -> None:
        print(f"I am {owner.__name__}.{name}")


def main() -> None:
    print("the class begins")

    class Training:
        gamma = Named()
        print("gamma is made, and knows nothing yet")
        tol = Named()

    print("the class is there")
    Training.kernel = Named()  # type: ignore[attr-defined]  # who comes later is not told
    print("kernel was set, and nobody told it")


if __name__ == "__main__":
    main()
