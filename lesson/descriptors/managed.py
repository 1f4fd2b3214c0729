"""A value that must be positive, second way: a property checks it each time it is set.

Nothing gets past it. But a second such value needs the same six lines again.
"""


class Training:
    def __init__(self, gamma: float, tol: float) -> None:
        self.gamma = gamma
        self.tol = tol

    @property
    def gamma(self) -> float:
        return self._gamma

    @gamma.setter
    def gamma(self, value: float) -> None:
        if value <= 0:
            raise ValueError(f"gamma must be positive, not {value}")
        self._gamma = value

    @property
    def tol(self) -> float:
        return self._tol

    @tol.setter
    def tol(self, value: float) -> None:
        if value <= 0:
            raise ValueError(f"tol must be positive, not {value}")
        self._tol = value


def main() -> None:
    training = Training(gamma=0.1, tol=0.001)
    try:
        training.gamma = -1
    except ValueError as error:
        print(f"training.gamma = -1: {error}")
    print(f"{vars(training) = }")


if __name__ == "__main__":
    main()
