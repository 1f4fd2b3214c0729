"""What is run of a package: steps, each with fixed inputs."""

import markdown
from markdown.extensions import abbr, admonition, def_list, fenced_code, footnotes, md_in_html, tables, toc  # noqa: F401

from saltern import step

TEXT = """# Salt *works*

Some **bold** and `code`, a [link](http://a.b "t") and ![pic](p.png).
A line with <b>html</b> &amp; an <http://auto.link>.

> quoted
> more

1. one
2. two
    * inner
    * other

* a

    code block

---

[ref]: http://c.d 'title'
Use [ref] now.\x20\x20
Break.
"""
MORE = """
| a | b |
|---|:-:|
| 1 | 2 |

```python
x = 1
```

!!! note "Mind"
    the gap

Term
:   meaning

Note[^1] and HTML.

[^1]: the foot

*[HTML]: markup
[TOC]

## Two {#two}
"""


@step(version="1", writes="json")
def plain():
    return markdown.markdown(TEXT)


@step(version="1", writes="json")
def extended():
    names = ["tables", "fenced_code", "admonition", "def_list", "footnotes", "abbr", "toc", "attr_list"]
    return markdown.markdown(MORE, extensions=[f"markdown.extensions.{name}" for name in names])


@step(version="1", writes="json")
def chosen():
    extensions = [toc.TocExtension(permalink=True), tables.TableExtension(), footnotes.FootnoteExtension()]
    return markdown.Markdown(extensions=extensions, output_format="xhtml", tab_length=2).convert(MORE + TEXT)
