"""A dictionary of settings or functions of which a step takes one item: the others do not count, where that is safe."""

from __future__ import annotations

from tests.lineage.case import Case, steps

SETTINGS = """
--- settings.py
LIMIT = 3
SETTINGS = {
    "train": {"C": LIMIT, "kernel": "rbf"},
    "report": {"title": "Digits"},
}
"""
OTHER = ("settings.py", "Digits", "Letters")
OWN = ("settings.py", '"rbf"', '"poly"')


def _case(name: str, about: str, body: str, expect: str, edit: tuple[str, str, str] = OTHER, before: str = "") -> Case:
    project = SETTINGS + steps(body, f"import settings\nfrom settings import SETTINGS\n{before}")
    return Case(name=name, about=about, project=project, edit=edit, expect=expect)


def _own(name: str, about: str, table: str, body: str, edit: tuple[str, str], expect: str = "rerun") -> Case:
    """A table of the module of the step."""
    return Case(name=name, about=about, project="\n" + steps(body, table), edit=("steps.py", *edit), expect=expect)


CASES = [
    _case("another_key", "Another key of one settings table is edited.", 'return SETTINGS["train"]["C"]', "reuse"),
    _case("own_key", "The key is edited that a step takes.", 'return settings.SETTINGS["train"]', "rerun", OWN),
    _case(
        "constant_in_an_item",
        "A constant is edited that an item is made of.",
        'return settings.SETTINGS["train"]["C"]',
        "rerun",
        ("settings.py", "LIMIT = 3", "LIMIT = 4"),
    ),
    _case(
        "another_key_by_get",
        "An item is taken by get; another is edited.",
        'return settings.SETTINGS.get("train", {}).get("C")',
        "reuse",
    ),
    _case(
        "key_that_is_not_there_yet",
        "An item is taken by get that somebody adds later.",
        'return SETTINGS.get("test", 1)',
        "rerun",
        ("settings.py", '"train": {', '"test": 2, "train": {'),
    ),
    _case(
        "key_by_data",
        "The key is computed, so all of the table counts.",
        'return SETTINGS["".join(["re", "port"])]',
        "rerun",
    ),
    _case("keys_gone_through", "A table is gone through.", "return sorted(map(str, SETTINGS.values()))", "rerun"),
    _case(
        "items_that_are_one",
        "A function that the step calls sets another item anew, of what that was.",
        'raised(); return SETTINGS["train"]',
        "rerun",
        before='def raised():\n    SETTINGS["train"] = SETTINGS["report"]',
    ),
    _case(
        "table_changed_by_a_name_of_its_own",
        "The table has another name, by which an item is replaced with one that is edited.",
        'return SETTINGS["train"]',
        "rerun",
        before='TABLE = SETTINGS\nTABLE["train"] = TABLE["report"]',
    ),
    _case(
        "table_changed_by_a_method",
        "The module of the step changes the table when it is imported.",
        'return SETTINGS["train"]',
        "rerun",
        before='SETTINGS.update(train=settings.SETTINGS["report"])',
    ),
    _own(
        "function_of_another_key",
        "A table of functions and lambdas, of which a step calls one by its key.",
        'TABLE = {"one": lambda x: x + 1, "two": lambda x: x + 2}',
        'return TABLE["one"](1)',
        ("x + 2", "x + 3"),
        expect="reuse",
    ),
    _own(
        "table_that_is_built",
        "An item is made by a call which may have an effect on the others.",
        "made = []\ndef make(value):\n    made.append(value)\n    return len(made) + sum(made)\n"
        'TABLE = {"one": make(1), "two": make(2)}',
        'return TABLE["two"]',
        ("make(1)", "make(7)"),
    ),
    _own(
        "table_that_is_bound_again",
        "A table is put together of an earlier one of the same name.",
        'TABLE = {"one": 1, "two": 2}\nTABLE = {"one": TABLE["two"]}',
        'return TABLE["one"]',
        ("2}", "3}"),
    ),
    _own(
        "table_set_by_a_function_of_the_module",
        "A function that is called when the module is imported puts another table there.",
        'TABLE = {"one": 1, "two": 2}\ndef swap():\n    global TABLE\n    TABLE = {"one": TABLE["two"]}\nswap()',
        'return TABLE["one"]',
        ("2}", "3}"),
    ),
]
