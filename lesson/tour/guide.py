"""What the reader of the tour sees, and is asked: plain text where there is no terminal, and 80 columns at most."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from rich.console import Console
from rich.status import Status
from rich.text import Text

from saltern.errors import BadInput
from saltern.recipe import flat
from shared.engine.outcome import Outcome
from shared.report.marks import VERDICTS
from shared.rerun.verdict import Verdict

T = TypeVar("T")
BACK, QUIT = ("b", "back"), ("q", "quit")  # what else a reader may answer
COLOURS = {"exact": "green", "wasteful": "yellow", "stale": "red"}
WIDTH = 80
INDENT = 2
HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24,}\b")


class Leave(Exception):
    """The reader leaves this stop: for another one, or, where that is None, for good."""

    def __init__(self, stop: int | None) -> None:
        super().__init__()
        self.stop = stop


class Guide:
    """``auto``: nothing is asked, and nobody is waited for. ``stops``: how many there are to go to."""

    def __init__(self, *, auto: bool, stops: int = 1) -> None:
        self.auto, self.stops, self.stop = auto, stops, 1
        self.guesses: dict[tuple[int, int], bool] = {}  # stop, and number of the guess in it -> whether it was right
        self._guessed = 0  # at this stop
        self.console = Console(width=min(WIDTH, Console().width), highlight=False)

    @property
    def env(self) -> dict[str, str]:
        """For a process whose output is shown here: as wide as there is room, and in colour if this is."""
        width = {"COLUMNS": str(self.console.width - INDENT)}
        return width | ({"FORCE_COLOR": "1"} if self.console.is_terminal else {})

    def title(self, stop: int, text: str) -> None:
        self.stop, self._guessed = stop, 0
        self.console.print()
        self.console.rule(Text(f"{stop}. {text}", "bold"), align="left", style="dim")

    def say(self, *paragraphs: str) -> None:
        """Paragraphs of prose; names in backticks are coloured."""
        for paragraph in paragraphs:
            self.console.print()
            self.console.print(_prose(paragraph))

    def show(self, text: str | Text) -> None:
        """Something that is shown as it is, indented; lines that are too long are cut."""
        for line in (Text.from_ansi(text) if isinstance(text, str) else text).split():
            line.rstrip()
            self.console.print(Text(" " * INDENT).append_text(line), no_wrap=True, overflow="ellipsis")

    def look(self, places: Mapping[str, object]) -> None:
        """Where in the project to read on: what is there -> file and line."""
        self.console.print()
        for what, place in places.items():
            self.console.print(_prose(f"  {what}: `{place}`"))

    def tree(self, caption: str, tree: str) -> None:
        self.console.print()
        self.console.print(Text(caption, "bold"))
        self.show(tree.rstrip())

    def difference(self, text: str) -> None:
        """What a unified diff takes away and adds, under the names of the files."""
        self.console.print()
        for line in text.splitlines():
            if line.startswith("+++ "):
                self.show(Text(line.removeprefix("+++ "), "bold"))
            elif line.startswith(("+", "-")) and not line.startswith("---"):
                self.show(Text(line, "green" if line[0] == "+" else "red"))

    def recipe(self, name: str, recipe: Mapping[str, Any]) -> None:
        """A recipe, an ingredient to a line, its fingerprints cut short."""
        self.console.print()
        self.show(Text(name, "bold"))
        for ingredient, value in recipe.items():
            values = flat(value).items() if isinstance(value, Mapping) else [("", value)]
            for place, (key, one) in enumerate(values):
                text = HASH.sub(r"\1…", f"{key}: {one}" if key else str(one))
                self.show(Text.assemble((f"  {'' if place else ingredient:10} ", "cyan"), text))

    def ran(self, nodes: Iterable[str], outcome: Outcome) -> None:
        """What became of each node in a run, and why those ran that did."""
        self.console.print()
        for node in nodes:
            if node in outcome.executed:
                fate, colour, why = "ran", "yellow", "; ".join(outcome.reasons.get(node, []))
            elif node in outcome.reused:
                fate, colour, why = "reused", "green", ""
            else:
                fate, colour, why = "missing", "red", ""
            self.show(Text.assemble((f"{fate:8}", colour), f"{node}  ", (why, "dim")))

    def verdict(self, verdict: Verdict, needless: int) -> None:
        """A verdict, in the words of the report's legend."""
        mark = next(mark for mark in VERDICTS if mark.tag == verdict)
        symbol = mark.symbol.replace("n", str(needless))
        meaning = mark.meaning.replace(" n ", f" {needless} ")
        self.console.print()
        self.console.print(Text.assemble((f"{symbol} {mark.name}", f"bold {COLOURS[verdict]}"), f" ({meaning})"))

    def status(self, what: str) -> Status:
        """Something moves on a terminal while a context lasts."""
        return self.console.status(what)

    def ask(self, question: str, read: Callable[[str], T]) -> T | None:
        """Ask until ``read`` understands the answer, or there is none. ``read`` raises ValueError, saying why not.

        Raises Leave where the reader wants to go back, or to quit.
        """
        if self.auto:
            return None
        self.console.print()
        self.console.print(_prose(question), style="bold")
        while answer := self._answer("your guess (Enter: go on, b: back, q: quit) > "):
            self._leave(answer)
            try:
                return read(answer)
            except ValueError as error:
                self.console.print(_prose(str(error)))
        return None

    def pause(self) -> None:
        """Wait for the reader, who may go to any stop. Raises Leave."""
        if self.auto:
            return
        self.console.print()
        while answer := self._answer(f"Enter: go on, b: back, 1 to {self.stops}: that stop, q: quit > "):
            self._leave(answer)
            if answer.isdecimal() and 1 <= int(answer) <= self.stops:
                raise Leave(int(answer))
            self.say(f"{answer}? Enter, b, a number from 1 to {self.stops}, or q.")

    def compare(self, guess: Collection[str] | None, truth: Collection[str]) -> None:
        """Compare a guess of names with what happened."""
        if guess is not None:
            self.judge(set(guess) == set(truth), listed(guess), listed(truth))

    def judge(self, right: bool, guess: str, truth: str) -> None:
        """Say whether a guess was right. It counts in the score, unless it was made before and this is a second try."""
        self._guessed += 1
        self.guesses.setdefault((self.stop, self._guessed), right)
        self.say("As you said." if right else f"You said {guess}; it was {truth}.")

    def score(self) -> None:
        """Say how many guesses were right, and at which stops the others were."""
        if not self.guesses:
            return
        right = sum(self.guesses.values())
        self.say(f"Your score: {right} of {len(self.guesses)} guesses were right. (Second tries do not count.)")
        if wrong := sorted({stop for (stop, _), was in self.guesses.items() if not was}):
            one = len(wrong) == 1
            self.say(
                f"To see the other{'' if len(self.guesses) - right == 1 else 's'} again: "
                f"stop{'' if one else 's'} {', '.join(map(str, wrong))}, by `--stop {wrong[0]}`."
            )

    def _leave(self, answer: str) -> None:
        if answer in BACK:
            raise Leave(max(1, self.stop - 1))
        if answer in QUIT:
            raise Leave(None)

    def _answer(self, prompt: str) -> str:
        try:
            answer = self.console.input(Text(prompt, "cyan")).strip()
        except EOFError:
            raise BadInput("standard input is at its end: with --auto nothing is asked") from None
        if not sys.stdin.isatty():
            self.console.print(answer, markup=False)  # nobody typed it, so it stands nowhere yet
        return answer


def names(known: Collection[str]) -> Callable[[str], set[str]]:
    """Reads ``none``, ``all``, or names of steps; the name of a step stands for all its partitions."""

    def read(answer: str) -> set[str]:
        words = [word for word in re.split(r"[,\s]+", answer) if word and word != "and"]
        if words == ["none"] or words == ["nothing"]:
            return set()
        if words == ["all"]:
            return set(known)
        found = {word: {name for name in known if word in (name, name.partition("[")[0])} for word in words}
        if unknown := [word for word, matches in found.items() if not matches] or ([] if words else [answer]):
            raise ValueError(f"{unknown[0]}? Say none, all, or some of: {listed(known)}.")
        return set().union(*found.values())

    return read


def number(answer: str) -> int:
    """Reads a number."""
    if not answer.isdecimal():
        raise ValueError(f"{answer}? A number, please: 0, 1, 2 ...")
    return int(answer)


def listed(found: Collection[str]) -> str:
    return ", ".join(sorted(found)) or "none"


def _prose(text: str) -> Text:
    prose = Text(text)
    prose.highlight_regex(r"`[^`]+`", "cyan")
    return prose
