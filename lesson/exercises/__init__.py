"""The exercises: a task each (``NN-name.md``), a solution (``NN-name.patch``), a check that says whether it is done.

patches  unified diffs, applied to a copy of the project
checks   what must be true when an exercise is done

``python -m lesson.exercises`` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Exercise:
    """One exercise, by the name of its task: ``01-heal-the-middle``."""

    name: str

    @property
    def number(self) -> int:
        return int(self.name.partition("-")[0])

    @property
    def task(self) -> Path:
        return FOLDER / f"{self.name}.md"

    @property
    def solution(self) -> Path:
        """A patch of the project."""
        return FOLDER / f"{self.name}.patch"

    @property
    def given(self) -> Path:
        """A patch that a copy of the project has before the exercise begins; most have none."""
        return FOLDER / f"{self.name}.given.patch"

    @property
    def title(self) -> str:
        return self.task.read_text().partition("\n")[0].removeprefix("# ")


EXERCISES = {one.number: one for one in (Exercise(path.stem) for path in sorted(FOLDER.glob("[0-9][0-9]-*.md")))}
