"""What is run of a package: steps, each with fixed inputs."""

import idna
from idna import codec, intranges, uts46_remap  # noqa: F401

from saltern import step

NAMES = ["Königsgäßchen.de", "例え.テスト", "salt.example", "faß.de", "ёлка.рф"]


@step(version="1", writes="json")
def encoded():
    return [idna.encode(name, uts46=True) for name in NAMES]


@step(version="1", writes="json")
def decoded():
    return [idna.decode(name) for name in ("xn--fa-hia.de", "xn--r8jz45g.xn--zckzah", "salt.example")]


@step(version="1", writes="json")
def remapped():
    return [uts46_remap(name.upper(), std3_rules=True) for name in NAMES]


@step(version="1", writes="json")
def refused():
    found = []
    for name in ("a..b", "-a", "x" * 70, "a_b", "‮x", "a·b"):
        try:
            found.append(idna.encode(name))
        except idna.IDNAError as error:
            found.append(str(error))
    return [found, intranges.intranges_from_list([1, 2, 3, 7, 8]), intranges.intranges_contain(7, (1 << 32 | 9,))]
