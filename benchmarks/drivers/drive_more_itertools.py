"""What is run of a package: steps, each with fixed inputs."""

import more_itertools as more

from saltern import step

NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]


@step(version="1", writes="json")
def chunks():
    return [
        list(more.chunked(NUMBERS, 3)),
        [list(part) for part in more.divide(3, NUMBERS)],
        list(more.windowed(NUMBERS, 4, step=3)),
        list(more.split_at(NUMBERS, lambda x: x == 5)),
        list(more.split_when(NUMBERS, lambda x, y: y < x)),
        list(more.constrained_batches(["a", "bbb", "cc"], 4)),
        [list(part) for part in more.distribute(3, NUMBERS)],
        list(more.stagger(NUMBERS)),
    ]


@step(version="1", writes="json")
def combining():
    return [
        list(more.distinct_permutations([1, 0, 1])),
        list(more.set_partitions("abc", 2)),
        list(more.partitions("abc")),
        list(more.powerset([1, 2, 3])),
        more.nth_product(5, range(3), range(4)),
        more.nth_combination(range(6), 3, 7),
        list(more.gray_product("ab", "cd")),
        list(more.sieve(30)),
        list(more.factor(360)),
        more.polynomial_from_roots([2, 3]),
    ]


@step(version="1", writes="json")
def looking():
    peek = more.peekable(NUMBERS)
    first = (peek.peek(), next(peek), peek[2:4])
    see = more.seekable(NUMBERS)
    rest = (next(see), next(see), see.seek(0), list(see))
    back = more.SequenceView(NUMBERS)
    bucket = more.bucket(["a1", "b1", "a2"], key=lambda x: x[0])
    return [
        first,
        rest,
        list(back),
        sorted(bucket),
        list(bucket["a"]),
        more.spy(NUMBERS)[0],
        more.ilen(NUMBERS),
        more.minmax(NUMBERS),
        list(more.locate(NUMBERS, lambda x: x == 1)),
        list(more.run_length.encode("aabccc")),
        list(more.collapse([1, [2, [3, "four"]]])),
        list(more.interleave_longest([1, 2, 3], "ab")),
        list(more.numeric_range(1.0, 3.0, 0.5)),
        more.first_true([0, 3]),
        more.all_equal([1, 1]),
        list(more.always_iterable(None)),
        list(more.roundrobin("ABC", "D")),
        list(more.rstrip([1, None, None], lambda x: x is None)),
        more.one([7]),
        list(more.sort_together([[3, 1, 2], "abc"])),
        list(more.map_reduce(NUMBERS, lambda x: x % 2, reducefunc=sum).items()),
    ]
