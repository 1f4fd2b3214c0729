"""What is run of a package: steps, each with fixed inputs."""

from boltons import (
    cacheutils,
    dictutils,
    formatutils,
    funcutils,
    iterutils,
    listutils,
    mathutils,
    setutils,
    statsutils,
    strutils,
    tableutils,
    timeutils,
    typeutils,
    urlutils,
)

from saltern import step


@step(version="1", writes="json")
def texts():
    return [
        strutils.camel2under("SaltWorksPan"),
        strutils.slugify("Salt & Brine, 3 pans!"),
        strutils.pluralize("leaf"),
        strutils.ordinalize(22),
        strutils.bytes2human(123456, 2),
        strutils.split_punct_ws("a,b c"),
        strutils.int_list_from_int_ranges if False else strutils.parse_int_list("1,3,5-8"),
        strutils.format_int_list([1, 2, 3, 7]),
        strutils.indent("a\nb", "  "),
        strutils.cardinalize("pan", 3),
        strutils.html2text("<b>salt</b> &amp; sea"),
        formatutils.tokenize_format_str("a {b} {c!r:>3}").__len__(),
        urlutils.URL("http://a.b/c?d=e&f=g#h").query_params.items(),
        urlutils.URL("http://a.b/c/../d").normalize() or "",
        str(urlutils.URL("http://a.b:80/x y")),
    ]


@step(version="1", writes="json")
def containers():
    many = dictutils.OMD([("a", 1), ("b", 2), ("a", 3)])
    once = dictutils.OneToOne({"a": 1})
    least = cacheutils.LRU(max_size=2)
    for key in "abca":
        least[key] = key
    counter = cacheutils.ThresholdCounter(threshold=0.1)
    counter.update("aaabbc")
    barrel = listutils.BarrelList(range(20))
    barrel.insert(3, "x")
    ordered = setutils.IndexedSet([3, 1, 2, 3])
    return [
        many.items(multi=True),
        many.inverted().items(multi=True),
        once.inv,
        sorted(least.items()),
        counter.most_common(2),
        list(barrel)[:6],
        list(ordered | {9}),
        ordered.index(2),
        list(dictutils.subdict({"a": 1, "b": 2}, ["a"])),
        sorted(dictutils.FrozenDict(a=1).items()),
        tableutils.Table.from_data([[1, 2], [3, 4]], headers=["a", "b"]).to_text(),
    ]


@step(version="1", writes="json")
def numbers():
    data = [1.0, 2.5, 2.5, 4.0, 10.0]
    stats = statsutils.Stats(data)
    return [
        stats.mean,
        stats.median,
        stats.describe(format="text"),
        stats.get_histogram_counts(3),
        mathutils.clamp(12, 0, 10),
        mathutils.ceil(3.3, options=[2, 4, 6]),
        mathutils.Bits("0b101").as_hex(),
        list(iterutils.chunked(range(7), 3)),
        list(iterutils.pairwise(range(4))),
        iterutils.backoff(1, 10, count=5),
        iterutils.remap({"a": [1, {"b": 2}]}, visit=lambda p, k, v: (k, v + 1 if isinstance(v, int) else v)),
        iterutils.research({"a": [1, 2]}, query=lambda p, k, v: v == 2),
        list(iterutils.flatten([1, [2, [3]]])),
        iterutils.bucketize(range(6), key=lambda x: x % 3),
        timeutils.decimal_relative_time(timeutils.datetime(2020, 1, 1), timeutils.datetime(2020, 1, 5)),
        str(timeutils.parse_timedelta("3d 2h")),
        repr(typeutils.make_sentinel("GONE")),
    ]


@step(version="1", writes="json")
def wrapping():
    def pan(a, b=2, *c, d=4):
        return a, b, c, d

    @funcutils.wraps(pan)
    def wrapped(*args, **kwargs):
        return pan(*args, **kwargs)

    builder = funcutils.FunctionBuilder.from_func(pan)
    return [wrapped(1, d=5), builder.get_sig_str(), builder.get_arg_names(), wrapped.__name__]
