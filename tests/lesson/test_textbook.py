"""What the exhibits claim of the textbook salt, and of ours. They need Luigi's environment."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lesson.textbook import chart, growth
from lesson.textbook.collision import Collision, expected, pairs, salt_of, search, taken
from lesson.textbook.run import World, scratch
from lesson.textbook.salt import DIGITS
from lesson.textbook.stale import CHANGES, seen
from shared.pipelines import PROJECT


@pytest.fixture
def world() -> Iterator[World]:
    with scratch() as world:
        yield world


@pytest.mark.parametrize("depth", range(9))
def test_on_diamonds_the_textbook_doubles_with_each_floor_and_ours_adds_two(depth: int) -> None:
    taught, ours = growth.diamonds(depth)
    assert taught.calls == 2 ** (depth + 1) - 1
    assert ours.calls == 2 * depth + 1


def test_both_salts_tell_graphs_of_different_depth_apart() -> None:
    """Else what is measured would be no salt."""
    taught = {growth.taught(growth.Taught(depth=depth)) for depth in range(4)}
    ours = {growth.ours(growth.Ours(depth=depth)) for depth in range(4)}
    assert len(taught) == len(ours) == 4


def test_a_long_chain_is_too_deep_for_the_textbook_and_not_for_ours() -> None:
    taught, ours = growth.chain(1_000)
    assert taught.seconds is None, "RecursionError"
    assert ours.seconds is not None
    assert ours.calls == 1_000


def test_a_short_chain_is_fine_for_both() -> None:
    for one in growth.chain(20):
        assert one.seconds is not None
        assert one.calls == 20


def test_a_search_finds_two_seeds_of_one_beginning_about_when_it_should() -> None:
    found = search(digits=3)
    assert found.first < found.second
    assert salt_of(found.first)[:3] == salt_of(found.second)[:3] == found.digits
    assert salt_of(found.first) != salt_of(found.second)
    assert found.tried < 6 * expected(12), "less likely than one in a million"


def test_a_search_stops_at_the_first_pair() -> None:
    salts = ["aa", "ab", "ba", "ab", "aa"]
    found = search(digits=2, salt=salts.__getitem__)
    assert (found.first, found.second, found.tried) == (1, 3, 4)


def test_birthdays() -> None:
    assert expected(math.log2(365)) == pytest.approx(24.6, rel=0.05), "people, until two share one of 365 birthdays"
    assert pairs(2, 1) == 0.5
    assert pairs(10_000, 24) == pytest.approx(2.98, abs=0.01)
    assert pairs(10_000, 64) < 1e-11


def the_pair_of_the_chapter() -> Collision:
    """The seeds that ``docs/textbook-salt.md`` shows: the search for them is run by the test of the chapters."""
    text = (PROJECT / "docs" / "textbook-salt.md").read_text()
    found = re.search(r"seeds (\d+) and (\d+) both begin with (\w+)", text)
    assert found is not None
    return Collision(int(found[1]), int(found[2]), found[3], tried=0, seconds=0.0)


def test_two_seeds_with_one_file_name_and_the_second_run_takes_what_the_first_made(world: World) -> None:
    pair = the_pair_of_the_chapter()
    assert salt_of(pair.first)[:DIGITS] == salt_of(pair.second)[:DIGITS] == pair.digits
    taught, ours = taken(world, "taught", pair), taken(world, "ours", pair)

    assert taught.first.file == taught.second.file
    assert taught.second.ran == []
    assert taught.second.says == taught.first.says != taught.alone.says
    assert taught.stale

    assert ours.first.file != ours.second.file
    assert ours.second.ran == ["Bootstrap"]
    assert ours.second.says == ours.alone.says == taught.alone.says
    assert not ours.stale


@pytest.mark.parametrize(("change", "reruns"), [("input", ["AggregateArtists", "Bootstrap"]), ("code", ["Bootstrap"])])
def test_a_change_that_the_textbook_does_not_see_and_ours_does(change: str, reruns: list[str]) -> None:
    with scratch() as world:
        taught = seen(world, "taught", CHANGES[change])
    with scratch() as world:
        ours = seen(world, "ours", CHANGES[change])

    assert taught.before.ran == ["AggregateArtists", "Bootstrap"]
    assert taught.after.ran == []
    assert taught.after.file == taught.right.file, "the same salt"
    assert taught.stale

    assert ours.after.ran == reruns
    assert ours.after.file != ours.before.file
    assert ours.after.says == taught.right.says
    assert not ours.stale


def test_the_chart_is_a_picture_that_says_in_words_what_it_shows(tmp_path: Path) -> None:
    picture = tmp_path / "growth.svg"
    command = [sys.executable, "-m", "lesson.textbook", "diamonds", "--depth", "4", "--chart", str(picture)]
    said = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    assert "31" in said
    svg = {"": "http://www.w3.org/2000/svg"}
    root = ElementTree.parse(picture).getroot()
    assert root.find("title", svg) is not None
    words = root.findtext("desc", namespaces=svg)
    assert words is not None
    assert "at depth 4 the textbook salt makes 31 calls" in words.lower()
    assert "ours makes 9 calls" in words.lower()
    lines = root.findall(".//polyline", svg)
    assert [len(line.attrib["points"].split()) for line in lines] == [4] * 4, "two panels, two salts, four depths"


def test_the_chapter_says_what_its_picture_shows() -> None:
    drawn = ElementTree.parse(PROJECT / "docs" / "pictures" / "textbook-growth.svg").getroot()
    words = drawn.findtext("{http://www.w3.org/2000/svg}desc") or ""
    numbers = r"At depth (\d+) .*?([\d,]+) calls in ([\d.]+) seconds.*?ours.*? ([\d,]+) calls in ([\d.e-]+) seconds"
    chapter = " ".join((PROJECT / "docs" / "textbook-salt.md").read_text().split())
    shown, said = (re.search(numbers, text, re.IGNORECASE) for text in (words, chapter))
    assert shown is not None
    assert said is not None
    assert said.groups() == shown.groups()


def test_the_chart_climbs_by_one_power_of_ten_where_calls_do() -> None:
    rows = [
        (growth.Measured(depth, 10**depth, 10.0**-depth), growth.Measured(depth, depth, 0.1)) for depth in range(1, 4)
    ]
    document = ElementTree.fromstring(chart.draw(rows))
    points = document.findall(".//{http://www.w3.org/2000/svg}polyline")[0].attrib["points"].split()
    heights = [float(point.split(",")[1]) for point in points]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2)
    assert heights[0] > heights[1]
