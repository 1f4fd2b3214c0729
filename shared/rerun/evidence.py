"""Evidence of a stale result: what the page that was called done says, and what a clean build's says instead."""

from __future__ import annotations

from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path

from pydantic import Field

from saltern.files import digest
from shared.rerun.document import Model

FOLDER = "evidence"  # beside the results files
LINES, LENGTH = 2, 120  # of a quotation, at most; characters
ROWS = frozenset({"p", "h1", "h2", "tr", "li", "title"})
"""What counts as one line of a page."""
UNSEEN = frozenset({"style", "script", "svg"})


class Evidence(Model):
    """How the target that was called done differs from a clean build's."""

    served: str = Field(description="the served target, from where it is not as the clean one")
    clean: str = Field(description="the clean one, from the same place")
    pages: tuple[str, str] | None = Field(
        default=None, description="digests of both; the pages lie in the folder evidence/ beside the results file"
    )

    @property
    def sentence(self) -> str:
        """Both quotations."""
        return f"Its target says {_quoted(self.served)}; a clean build says {_quoted(self.clean)}"


def evidence(served: bytes, clean: bytes, folder: Path | None = None) -> Evidence:
    """Compare two HTML pages. Where a folder is given, both are kept there, by the digests of their content."""
    quoted = _first_difference(_lines(served.decode(errors="replace")), _lines(clean.decode(errors="replace")))
    if not any(quoted):  # nothing that is read differs
        quoted = f"{len(served):,} bytes", f"{len(clean):,} bytes of the same text"
    found = Evidence(served=quoted[0], clean=quoted[1])
    if folder is None:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    for page in (served, clean):
        path = page_in(folder, digest(page))
        if not path.exists():
            path.write_bytes(page)
    return found.model_copy(update={"pages": (digest(served), digest(clean))})


def evidence_at(path: str | None, clean: bytes, folder: Path | None = None) -> Evidence | None:
    """The same of the served page that lies at a path; None where none lies there."""
    served = Path(path or "")
    return evidence(served.read_bytes(), clean, folder) if served.is_file() else None


def page_in(folder: Path, name: str) -> Path:
    """Where a page of this digest lies."""
    return folder / f"{name}.html"


def _first_difference(served: list[str], clean: list[str]) -> tuple[str, str]:
    """From where they differ first, some lines of each; ``""`` where a page has nothing there, or nothing differs."""
    for kind, mine, _, theirs, _ in SequenceMatcher(None, served, clean, autojunk=False).get_opcodes():
        if kind != "equal":
            return _quotation(served[mine:]), _quotation(clean[theirs:])
    return "", ""


def _lines(page: str) -> list[str]:
    """The text of a page, a line for each paragraph, heading, table row and list item."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [line for line in (" ".join(line.split()) for line in reader.lines) if line]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in UNSEEN
        if tag in ROWS:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN
        if tag in ROWS:
            self.lines.append("")
        elif tag in ("td", "th"):
            self.lines[-1] += " "

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.lines[-1] += data


def _quotation(lines: list[str]) -> str:
    text = " ".join(lines[:LINES])
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 4]} ..."


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "nothing there"
