"""What is run of a package: steps, each with fixed inputs."""

from tabulate import simple_separated_format, tabulate

from saltern import step

ROWS = [["salt", 1.25, 3], ["brine", -10.5, None], ["a pan", 0.001, 70000]]


@step(version="1", writes="json")
def plain():
    return [tabulate(ROWS, headers=["what", "x", "n"], tablefmt=name) for name in ("simple", "grid", "github", "rst")]


@step(version="1", writes="json")
def markup():
    return [tabulate(ROWS, tablefmt=name) for name in ("html", "latex", "mediawiki", "orgtbl", "pretty", "tsv")]


@step(version="1", writes="json")
def options():
    return [
        tabulate(ROWS, floatfmt=".2f", numalign="left", stralign="right", missingval="?"),
        tabulate({"a": [1, 2], "b": ["x", "y"]}, headers="keys", showindex=True),
        tabulate([{"a": 1, "b": 2}, {"a": 3}], headers="keys"),
        tabulate(ROWS, maxcolwidths=4, tablefmt="grid"),
        tabulate([["1.5", "0x1"], ["22", "b"]], disable_numparse=True),
        tabulate(ROWS, tablefmt=simple_separated_format(" | ")),
        tabulate([["a\nb", 1]], tablefmt="fancy_grid", colalign=("center", "left")),
    ]
