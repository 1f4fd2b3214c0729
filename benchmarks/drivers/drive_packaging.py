"""What is run of a package: steps, each with fixed inputs."""

from packaging.markers import Marker
from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from saltern import step

VERSIONS = ["1.0", "1.0.post2", "2.0rc1", "1!0.1", "1.0.dev3", "1.0a2+local.7", "2.0"]
METADATA = b"Metadata-Version: 2.1\nName: salt\nVersion: 1.0\nRequires-Dist: pan\nKeywords: a,b\n\nText"


@step(version="1", writes="json")
def versions():
    found = sorted(map(Version, VERSIONS))
    parts = [(one.epoch, one.release, one.pre, one.post, one.dev, one.local, one.public) for one in found]
    return [
        list(map(str, found)),
        parts,
        [one.is_prerelease for one in found],
        hash(found[0]) == hash(Version("1.0.dev3")),
    ]


@step(version="1", writes="json")
def specifiers():
    sets = [SpecifierSet(text) for text in (">=1.0,<2", "~=1.0", "==1.*", "!=2.0", "===1.0", ">1.0a1")]
    return [[list(one.filter(VERSIONS)), str(one), one.contains("2.0rc1", prereleases=True)] for one in sets]


@step(version="1", writes="json")
def requirements():
    found = [Requirement(text) for text in ("salt[a,b]>=1; python_version<'3'", "pan @ http://a.b/c", "brine (==2.0)")]
    return [[one.name, sorted(one.extras), str(one.specifier), str(one.marker), one.url, str(one)] for one in found]


@step(version="1", writes="json")
def markers():
    world = {"python_version": "3.9", "os_name": "posix", "extra": "x", "sys_platform": "linux"}
    texts = ("python_version > '3.8'", "os_name == 'nt' or extra == 'x'", "'lin' in sys_platform and os_name != 'java'")
    return [[Marker(text).evaluate(world), str(Marker(text))] for text in texts]


@step(version="1", writes="json")
def names():
    return [
        canonicalize_name("Salt_Pan.Works"),
        [str(one) for one in parse_wheel_filename("a_b-1.0-1-py2.py3-none-any.whl")[:3]],
        parse_sdist_filename("a-1.0.tar.gz"),
        sorted(map(str, parse_tag("py2.py3-none-any"))),
        parse_email(METADATA),
    ]


@step(version="1", writes="json")
def refused():
    found = []
    for kind, text in ((Requirement, "a >"), (Requirement, "a; b"), (Version, "x.y"), (Requirement, "a[b")):
        try:
            kind(text)
        except (InvalidRequirement, InvalidVersion) as error:
            found.append(str(error))
    return found
