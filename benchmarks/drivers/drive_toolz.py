"""What is run of a package: steps, each with fixed inputs."""

import tlz
import toolz
from toolz import curried
from toolz.sandbox import parallel  # noqa: F401

from saltern import step

NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6]
WORDS = ["ebb", "flow", "salt", "brine", "pan"]


@step(version="1", writes="json")
def iterating():
    return [
        list(toolz.interleave([NUMBERS, WORDS])),
        list(toolz.sliding_window(3, NUMBERS)),
        list(toolz.partition_all(3, NUMBERS)),
        list(toolz.merge_sorted([1, 4], [2, 3], key=lambda x: -x)),
        toolz.groupby(len, WORDS),
        list(toolz.unique(NUMBERS)),
        toolz.reduceby(lambda x: x % 2, lambda a, b: a + b, NUMBERS, 0),
        list(toolz.topk(3, NUMBERS)),
        list(toolz.join(len, WORDS, lambda x: x, NUMBERS)),
        list(toolz.diff([1, 2, 3], [1, 2, 4], default=None)),
    ]


@step(version="1", writes="json")
def functions():
    @toolz.curry
    def add(x, y, z=1):
        return x + y + z

    @toolz.memoize
    def square(x):
        return x * x

    return [
        add(1)(2),
        add(z=4)(1, 2),
        toolz.compose(square, lambda x: x + 1)(3),
        toolz.pipe(5, square, str),
        toolz.thread_first(2, (add, 3), square),
        toolz.thread_last([1, 2], (map, lambda x: x + 1), list),
        toolz.juxt(min, max)(NUMBERS),
        toolz.complement(bool)(0),
        toolz.excepts(ValueError, int, lambda _: -1)("x"),
        toolz.flip(pow)(2, 3),
    ]


@step(version="1", writes="json")
def mappings():
    one, other = {"a": 1, "b": {"c": 2}}, {"a": 3, "d": 4}
    return [
        toolz.merge(one, other),
        toolz.merge_with(list, one, other),
        toolz.valmap(str, one),
        toolz.keyfilter(lambda k: k > "a", one),
        toolz.assoc_in(one, ["b", "e"], 5),
        toolz.update_in(one, ["b", "c"], lambda x: x + 1),
        toolz.dissoc(one, "a"),
        toolz.get_in(["b", "c"], one),
        toolz.itemmap(reversed, other),
    ]


@step(version="1", writes="json")
def currying():
    return [
        tlz.frequencies(WORDS),
        list(curried.map(len)(WORDS)),
        curried.pipe(NUMBERS, curried.filter(lambda x: x > 2), curried.reduce(lambda a, b: a * b)),
        curried.get([0, 1])(NUMBERS),
        curried.sorted(key=lambda x: -x)(NUMBERS),
    ]
