"""The evidence of a stale result: what its target says, and what a clean build says instead."""

from __future__ import annotations

from pathlib import Path

from shared.rerun.evidence import evidence, page_in

PAGE = "<style>p {{ color: {0} }}</style><h1>How good?</h1><p><span>{0}</span> %</p><p>of 899 rows</p>"


def test_the_first_lines_that_differ_are_quoted() -> None:
    found = evidence(PAGE.format(98).encode(), PAGE.format(62).encode())
    assert (found.served, found.clean) == ("98 % of 899 rows", "62 % of 899 rows")
    assert found.sentence == "Its target says “98 % of 899 rows”; a clean build says “62 % of 899 rows”"


def test_a_page_that_ends_early_says_nothing_there() -> None:
    found = evidence(b"<p>one</p>", b"<p>one</p><p>two</p>")
    assert found.sentence == "Its target says nothing there; a clean build says “two”"


def test_where_no_text_differs_the_sizes_do() -> None:
    found = evidence(b"<p>one</p>", b"<p class='x'>one</p>")
    assert (found.served, found.clean) == ("10 bytes", "20 bytes of the same text")


def test_both_pages_are_kept_once(tmp_path: Path) -> None:
    for _ in range(2):
        found = evidence(b"<p>old</p>", b"<p>new</p>", tmp_path)
    assert found.pages is not None
    assert [page_in(tmp_path, page).read_bytes() for page in found.pages] == [b"<p>old</p>", b"<p>new</p>"]
    assert len(list(tmp_path.iterdir())) == 2
