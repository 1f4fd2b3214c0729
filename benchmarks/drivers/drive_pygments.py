"""What is run of a package: steps, each with fixed inputs."""

from pygments import highlight, lex
from pygments.formatters import HtmlFormatter, LatexFormatter, TerminalFormatter
from pygments.lexers import get_lexer_by_name
from pygments.lexers.data import JsonLexer
from pygments.lexers.python import PythonLexer
from pygments.styles import get_style_by_name

from saltern import step

CODE = "@d\nclass A(B):\n    '''doc'''\n"
CODE += "    def f(self, x=1.5e3): return f'{x!r:>3} {self}' + \"a\\n\"  # no\nimport os as o, re\n"


@step(version="1", writes="json")
def tokens():
    return [
        [(str(kind), text) for kind, text in lex(CODE, PythonLexer())],
        list(map(str, JsonLexer().get_tokens('{"a": [1, null]}'))),
    ]


@step(version="1", writes="json")
def pages():
    return [
        highlight(CODE, PythonLexer(), HtmlFormatter(linenos="table", cssclass="s")),
        HtmlFormatter().get_style_defs(".x"),
        highlight(CODE, PythonLexer(), HtmlFormatter(noclasses=True, full=True, hl_lines=[2])),
    ]


@step(version="1", writes="json")
def others():
    return [
        highlight(CODE, PythonLexer(stripall=True), LatexFormatter()),
        highlight(CODE, PythonLexer(), TerminalFormatter()),
    ]


@step(version="1", writes="json")
def by_name():
    return [highlight("a: [1]\n", get_lexer_by_name("yaml"), HtmlFormatter(style=get_style_by_name("vim")))]
