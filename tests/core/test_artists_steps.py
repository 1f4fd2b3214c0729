"""The artists steps, as functions of values."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltern.errors import BadInput
from shared.steps import artists

names = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n"), min_size=1, max_size=5)
days = st.lists(st.lists(names, min_size=1, max_size=20), min_size=1, max_size=4)


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    path = tmp_path / "2018-03-05.tsv"
    path.write_text("user\tartist\ttrack\nu1\tB\tx\nu2\tA\ty\nu1\tB\tz\n")
    return path


def counts(plays: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame({"artist": plays}).group_by("artist").len("plays")
    return frame.with_columns(pl.col("plays").cast(pl.Int64))


def test_plays_are_counted_by_artist_most_played_first(stream: Path) -> None:
    assert artists.daily_counts(stream).rows() == [("B", 2), ("A", 1)]


def test_artists_with_as_many_plays_stand_in_alphabetical_order(stream: Path) -> None:
    stream.write_text("artist\ttrack\nB\tx\nA\tx\nC\tx\n")
    assert artists.daily_counts(stream)["artist"].to_list() == ["A", "B", "C"]


def test_quotes_are_letters_like_any_other(stream: Path) -> None:
    stream.write_text('artist\ttrack\n"Weird" A\tx\n"B\tx\n')
    assert set(artists.daily_counts(stream)["artist"]) == {'"Weird" A', '"B'}


def test_fields_beyond_the_headers_are_not_looked_at(stream: Path) -> None:
    stream.write_text("artist\ttrack\nA\tx\tmore\nB\n")
    assert artists.daily_counts(stream).rows() == [("A", 1), ("B", 1)]


def test_a_play_without_an_artist_is_not_counted_and_said(stream: Path, caplog: pytest.LogCaptureFixture) -> None:
    stream.write_text("artist\ttrack\nA\tx\n\ty\n")
    assert artists.daily_counts(stream).rows() == [("A", 1)]
    assert "1 plays without an artist" in caplog.text


def test_a_day_with_a_header_and_no_plays_counts_nothing(stream: Path) -> None:
    stream.write_text("artist\ttrack\n")
    assert artists.daily_counts(stream).rows() == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"user\ttrack\n", "no column 'artist' (found: user, track)"),
        (b"artist\n", "no column 'track'"),
        (b"art\xffist\ttrack\n", "not UTF-8"),
        (b"artist\ttrack\nA\xff\tx\n", "UTF-8"),
    ],
)
def test_a_stream_that_cannot_be_read_is_refused_by_name(stream: Path, content: bytes, complaint: str) -> None:
    stream.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        artists.daily_counts(stream)
    assert str(stream) in str(refused.value)
    assert complaint in str(refused.value)


@given(days)
def test_the_sum_over_days_is_the_count_over_all_plays(plays: list[list[str]]) -> None:
    total = artists.aggregate_artists({str(day): counts(of_day) for day, of_day in enumerate(plays)})
    everything = counts([artist for of_day in plays for artist in of_day])
    assert dict(total.rows()) == dict(everything.rows())
    assert total.rows() == sorted(total.rows(), key=lambda row: (-row[1], row[0].encode()))


@given(days, st.randoms())
def test_the_order_of_the_days_does_not_matter(plays: list[list[str]], random: object) -> None:
    by_day = [(str(day), counts(of_day)) for day, of_day in enumerate(plays)]
    shuffled = list(by_day)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert artists.aggregate_artists(dict(by_day)).equals(artists.aggregate_artists(dict(shuffled)))


def test_the_top_is_on_the_page_and_in_its_json() -> None:
    totals = pl.DataFrame({"artist": ["</script>", "B", "C"], "plays": [3, 2, 1]})
    page = artists.top_artists(totals, n=2)
    data = re.search(r'<script type="application/json" id="top-artists">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1]) == [
        {"rank": 1, "artist": "</script>", "plays": 3},
        {"rank": 2, "artist": "B", "plays": 2},
    ]
    assert "&lt;/script&gt;" in page


def test_a_top_longer_than_the_list_is_the_whole_list() -> None:
    assert "Top 1 artists" in artists.top_artists(pl.DataFrame({"artist": ["A"], "plays": [1]}), n=10)
