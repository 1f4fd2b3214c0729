"""A value that must be positive, first way: ``__init__`` checks it."""


class Training:
    def __init__(self, gamma: float) -> None:
        if gamma <= 0:
            raise ValueError(f"gamma must be positive, not {gamma}")
        self.gamma = gamma


def main() -> None:
    try:
        Training(gamma=-1)
    except ValueError as error:
        print(f"Training(gamma=-1): {error}")

    training = Training(gamma=0.1)
    training.gamma = -1  # nobody looks
    print(f"{training.gamma = }")


if __name__ == "__main__":
    main()
