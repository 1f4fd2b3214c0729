"""Programs that a step starts: what their commands name, and what scripts name that they run."""

from __future__ import annotations

from tests.lineage.case import Case, steps

BEFORE = """import subprocess, sys
ROOT = Path(__file__).parent
TABLES = ROOT / "tables"
"""
TABLE = """
--- tables/lookup.csv
1,2
--- more/other.csv
5,6
"""
SHELL = "--- run.sh\ncat tables/lookup.csv | tail -1\n"
HERE = '--- run.sh\nHERE="$(cd "$(dirname "$0")" && pwd)"\ncat "$HERE/tables/lookup.csv"\n'
PYTHON = "--- tool.py\nprint(open('tables/lookup.csv').read())\n"
FORMATTED = "--- tool.py\nname = 'lookup'\nprint(open(f'tables/{name}.csv').read())\n"
HELPER = """--- tool.py
import helper
print(helper.text())
--- helper.py
def text():
    return open('tables/lookup.csv').read()
"""
EDIT = ("tables/lookup.csv", "1,2", "1,3")
OTHER = ("more/other.csv", "5,6", "5,7")


def _case(name: str, command: str, files: str = "", **more: object) -> Case:
    body = f"return subprocess.check_output({command}, text=True)"
    given = {"project": TABLE + files + steps(body, BEFORE).lstrip("\n"), "edit": EDIT, "expect": "rerun", **more}
    return Case(name=f"command_{name}", about="A program that the step starts reads a file.", **given)  # type: ignore[arg-type]


CASES = [
    _case("of_a_pattern", "f'cat {TABLES}/*.csv', shell=True"),
    _case("of_a_folder", "['grep', '-rh', '1', str(TABLES)]"),
    _case("in_a_folder", "'cat *.csv', shell=True, cwd=TABLES"),
    _case("with_a_value", "['dd', f'if={TABLES}/lookup.csv']"),
    _case("in_another_folder", "'cat *.csv', shell=True, cwd=TABLES", edit=OTHER, expect="reuse"),
    _case("of_a_script", "['bash', 'run.sh'], cwd=ROOT", SHELL),
    _case("of_a_script_elsewhere", "['bash', str(ROOT / 'run.sh')]", HERE),
    _case("of_a_script_of_a_script", "['bash', 'top.sh'], cwd=ROOT", f"{SHELL}--- top.sh\nset -e\n. ./run.sh\n"),
    _case("of_a_script_that_reads_other", "['bash', 'run.sh'], cwd=ROOT", SHELL, edit=OTHER, expect="reuse"),
    _case("of_python", "[sys.executable, 'tool.py'], cwd=ROOT", PYTHON),
    _case("of_python_formatted", "[sys.executable, 'tool.py'], cwd=ROOT", FORMATTED),
    _case("of_python_with_a_helper", "[sys.executable, 'tool.py'], cwd=ROOT", HELPER),
    _case("of_a_module", "[sys.executable, '-m', 'tool'], cwd=ROOT", PYTHON),
    _case(
        "of_a_module_that_reads_other", "[sys.executable, '-m', 'tool'], cwd=ROOT", PYTHON, edit=OTHER, expect="reuse"
    ),
]
