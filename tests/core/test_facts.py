"""Facts about an engine that are measured beside its cells."""

from __future__ import annotations

from luigi_impl.engine import ENGINE
from shared.reference import ENGINE as REFERENCE
from shared.rerun.facts import _lines, facts


def test_an_engine_has_lines_distributions_and_a_size() -> None:
    found = facts(ENGINE)
    assert found is not None
    assert 20 < found.wiring_lines < 400
    assert found.distributions >= 3, "luigi requires others"
    assert found.megabytes > 1
    assert found.import_seconds > 0


def test_an_engine_without_modules_of_the_pipelines_has_none() -> None:
    assert facts(REFERENCE) is None


def test_blanks_comments_and_docstrings_are_no_code() -> None:
    assert _lines('"""A module.\n\nIt does."""\n\n# why\nx = 1\n\n\ndef f():\n    """Do."""\n    return "\\n"\n') == 3
