"""The chapters and the site: run in the docs environment, with the engines' environments beside it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import browser, opened

__all__ = ["browser", "opened"]  # fixtures: a real browser, and pages that must ask for nothing and complain of nothing


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write what commands say today into the chapters")
