"""What is run of a package: steps, each with fixed inputs."""

from sortedcontainers import SortedDict, SortedKeyList, SortedList, SortedSet

from saltern import step

NUMBERS = [5, 3, 9, 1, 7, 3, 8, 2] * 4


@step(version="1", writes="json")
def lists():
    numbers = SortedList(NUMBERS)
    numbers._reset(4)
    numbers.discard(9)
    numbers.add(6)
    numbers.update([10, 11])
    del numbers[3]
    return [
        list(numbers),
        numbers.bisect(5),
        numbers.count(3),
        list(numbers.irange(3, 7)),
        numbers.pop(2),
        numbers[4:9],
    ]


@step(version="1", writes="json")
def keyed():
    numbers = SortedKeyList(NUMBERS, key=lambda x: -x)
    numbers._reset(4)
    numbers.remove(7)
    return [
        list(numbers),
        numbers.bisect_key(-5),
        list(numbers.irange_key(-8, -2)),
        numbers.index(5),
        list(numbers + SortedKeyList([1])),
    ]


@step(version="1", writes="json")
def mappings():
    found = SortedDict({x: str(x) for x in NUMBERS})
    found.setdefault(4, "four")
    return [list(found.items()), found.peekitem(1), found.popitem(), list(found.keys()), found.values()[2], repr(found)]


@step(version="1", writes="json")
def sets():
    found = SortedSet(NUMBERS)
    return [
        list(found | {20}),
        list(found & {1, 3}),
        list(found ^ {1, 40}),
        found[2],
        found.isdisjoint({99}),
        repr(found),
    ]
