"""What is run of a package: steps, each with fixed inputs."""

from jinja2 import DictLoader, Environment, StrictUndefined, nodes
from jinja2.ext import Extension
from jinja2.sandbox import SandboxedEnvironment

from saltern import step

PAGES = {
    "base": "<h1>{% block title %}none{% endblock %}</h1>{% block body %}{% endblock %}",
    "page": "{% extends 'base' %}{% block title %}{{ super() }} {{ name|title }}{% endblock %}"
    "{% block body %}{% for x in rows if x > 1 %}{{ loop.index }}:{{ x }}{% if not loop.last %}, {% endif %}"
    "{% else %}empty{% endfor %}{% include 'part' %}{% endblock %}",
    "part": "{% macro m(a, b=2) -%} {{ a }}-{{ b }} {%- endmacro %}{{ m(1) }}{{ m(a=3, b=name|upper) }}",
}


class Shout(Extension):
    tags = {"shout"}  # noqa: RUF012

    def parse(self, parser):
        line = next(parser.stream).lineno
        return nodes.Output([nodes.Const("LOUD")], lineno=line)


@step(version="1", writes="json")
def pages():
    return (
        Environment(loader=DictLoader(PAGES), autoescape=True).get_template("page").render(name="<a b>", rows=[1, 2, 3])
    )


@step(version="1", writes="json")
def filters():
    text = (
        "{{ xs|sort|join('-') }} {{ xs|batch(2)|list }} {{ xs|groupby(0)|list if 0 }} {{ 'a b'|wordcount }} "
        "{{ 1234567|filesizeformat }} {{ 3.14159|round(2) }} {{ 'long text here'|truncate(8) }} {{ xs|sum }} "
        "{{ xs|map('string')|first }} {{ xs|select('odd')|list }} {{ '<b>'|e }} {{ {'a': 1}|dictsort }} "
        "{{ 'x'|center(5) }} "
        "{{ xs|slice(2)|list }} {{ 'http://a.b'|urlize }} {{ {'a': 'b'}|tojson }} {{ xs is iterable }}"
    )
    return Environment().from_string(text).render(xs=[3, 1, 2])  # noqa: S701


@step(version="1", writes="json")
def statements():
    text = (
        "{% set ns = namespace(n=0) %}{% for x in range(4) recursive %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}"
        "{% with a=1 %}{{ a }}{% endwith %}{% filter upper %}abc{% endfilter %}{% raw %}{{ }}{% endraw %}"
        "{% call(x) m() %}<{{ x }}>{% endcall %}{# no #}{% do xs.append(1) %}{{ xs[0:2] }}{% shout %}"
        "{{ 2**3 // 3 ~ 'q' }}"
        "{{ 'y' if xs and not 0 else 'n' }}{{ 1 in xs }}{{ cycler('a', 'b').next() }}"
    )
    text = "{% macro m() %}{{ caller(5) }}{% endmacro %}" + text
    made = Environment(extensions=["jinja2.ext.do", Shout], trim_blocks=True)  # noqa: S701
    return made.from_string(text).render(xs=[4, 5])


@step(version="1", writes="json")
def refused():
    found = []
    for text in ("{{ gone }}", "{{ ''.__class__.mro() }}", "{% if %}", "{{ a b }}", "{% endfor %}"):
        try:
            found.append(SandboxedEnvironment(undefined=StrictUndefined).from_string(text).render())
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
    return found
