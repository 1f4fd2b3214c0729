"""A table that stands in a Markdown page between two marks, and that a command writes there anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from saltern.errors import BadInput


@dataclass(frozen=True)
class Marked:
    """The place of a table in a page. ``command`` is what writes it."""

    name: str
    command: str

    @property
    def begin(self) -> str:
        return f"<!-- {self.name}: {self.command} -->"

    @property
    def end(self) -> str:
        return f"<!-- end of {self.name} -->"

    def written(self, page: str) -> str:
        """The table that stands in a page. Raises BadInput for a page without the marks."""
        return page[self._between(page)].strip()

    def write(self, table: str, path: Path) -> None:
        """Replace the table that stands in a page. Raises BadInput for a page without the marks."""
        page = path.read_text()
        place = self._between(page)
        path.write_text(f"{page[: place.start]}\n{table}\n{page[place.stop :]}")

    def _between(self, page: str) -> slice:
        begin, end = page.find(self.begin), page.find(self.end)
        if not 0 <= begin < end:
            raise BadInput(f"no {self.name}: the page needs the lines '{self.begin}' and '{self.end}'")
        return slice(begin + len(self.begin), end)
