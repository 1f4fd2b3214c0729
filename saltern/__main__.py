"""``python -m saltern``, and the command ``saltern``: what is in a store, whether it is whole, what of it can go."""

import sys


def main() -> None:
    """The console script, which must find the steps of the user's project: they are in the folder it is called in."""
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        from saltern.command import start
        from saltern.housekeeping.commands import app
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.exit(f'error: the command saltern needs {error.name}: pip install "saltern[cli]"')
    start(app, "saltern")


if __name__ == "__main__":
    main()
