"""What is run of a package: steps, each with fixed inputs."""

import attr
import attrs
from attrs import converters, validators

from saltern import step


@attrs.define(order=True)
class Pan:
    depth: int = attrs.field(validator=[validators.instance_of(int), validators.ge(0)])
    name: str = attrs.field(default="pan", converter=str.upper)
    salts: list = attrs.field(factory=list, repr=False, eq=False)
    area: float = attrs.field(init=False)

    def __attrs_post_init__(self):
        self.area = self.depth * 2


@attr.s(frozen=True, hash=True)
class Point:
    x = attr.ib(converter=converters.optional(int), default=None)
    y = attr.ib(kw_only=True, default=attr.Factory(lambda self: (self.x or 0) + 1, takes_self=True))

    @x.validator
    def _positive(self, attribute, value):
        if value is not None and value < 0:
            raise ValueError(attribute.name)


@step(version="1", writes="json")
def classes():
    pan = Pan(3)
    return [
        repr(pan),
        pan == Pan(3, "pan"),
        pan < Pan(4),
        attrs.asdict(pan),
        attrs.astuple(pan),
        hasattr(pan, "__dict__"),
        [one.name for one in attrs.fields(Pan)],
        repr(attrs.evolve(pan, depth=5)),
    ]


@step(version="1", writes="json")
def frozen():
    point = Point("4")
    found = [
        repr(point),
        hash(point) == hash(Point(4)),
        Point(y=2).x,
        attr.has(Point),
        repr(attr.make_class("C", ["a"])(1)),
    ]
    for attempt in (lambda: setattr(point, "x", 1), lambda: Point(-1), lambda: Pan("x"), lambda: Pan(-2)):
        try:
            found.append(attempt())
        except Exception as error:
            found.append(f"{type(error).__name__}: {error.args[0] if error.args else ''}")
    return found


@step(version="1", writes="json")
def checks():
    found = []
    for check, value in (
        (validators.in_([1, 2]), 3),
        (validators.matches_re("a+"), "b"),
        (validators.max_len(2), "abc"),
        (validators.optional(validators.lt(3)), 5),
        (validators.deep_iterable(validators.ge(1)), [0]),
    ):
        made = attrs.make_class("Made", {"x": attrs.field(validator=check)})
        try:
            found.append(made(value).x)
        except Exception as error:
            found.append(type(error).__name__)
    return [found, converters.to_bool("yes"), converters.default_if_none(3)(None), converters.pipe(int, str)("07")]
