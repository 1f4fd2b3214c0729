"""What a code host and pre-commit read of the project is in the form that they want."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_named_questions_that_must_be_answered(path: Path) -> None:
    form = yaml.safe_load(path.read_text())
    assert form.keys() >= {"name", "description", "body"}
    ids = [question["id"] for question in form["body"]]
    assert len(ids) == len(set(ids)) > 0
    for question in form["body"]:
        assert question["type"] in {"dropdown", "input", "textarea"}
        assert question["attributes"]["label"]
        assert question["validations"] == {"required": True}


def test_each_hook_says_what_pre_commit_needs_to_know() -> None:
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert all(hook.keys() >= {"id", "name", "entry", "language"} for hook in repo["hooks"])
