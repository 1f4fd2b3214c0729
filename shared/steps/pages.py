"""The pages that ``report`` and ``top_artists`` write.

The templates are constants of this module, not files beside it: a step's code fingerprint reaches constants.
A page carries no date and asks for nothing from outside: the same values give the same bytes, readable anywhere.
"""

import json
from typing import Any

STYLE = """\
:root { color-scheme: light dark; --ink: #1c2733; --quiet: #5b6875; --paper: #fbfaf7; --line: #d9dcd8; --bar: #2f6f8f;
  --mark: 47, 111, 143; --bad: #b4491f }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --quiet: #9aa7b3; --paper: #14191f; --line: #313a44;
  --bar: #6fb3d2; --mark: 111, 179, 210; --bad: #f0936b } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 .25rem } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem }
p { margin: .25rem 0; color: var(--quiet) }
.figure { font-size: 3rem; font-weight: 650; color: var(--bar); font-variant-numeric: tabular-nums }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--quiet) } th:first-child, td:first-child { text-align: left }
.matrix td { text-align: center; border: 1px solid var(--line); min-width: 2.4rem }
.mistakes { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; list-style: none }
.mistakes li { width: 6.4rem; font-size: .85rem } .mistakes svg { width: 100%; display: block; margin-bottom: .3rem }
.bars { width: 100% } .bars td:last-child { width: 60% } .bar { height: 1.1rem; background: var(--bar); min-width: 2px }
"""

ML_REPORT = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>How good is the model?</title>
<style>
{{ style }}</style></head>
<body><main>
<h1>How good is the model?</h1>
<p><span class="figure">{{ "%.2f" | format(100 * metrics.accuracy) }} %</span></p>
<p>of {{ metrics.test_rows }} test rows were classified correctly, {{ metrics.mistakes }} were not.
The model learned from {{ metrics.train_rows }} other rows.</p>
<h2>Per class</h2>
<div class="wide"><table>
<tr><th>class</th><th>precision</th><th>recall</th><th>F1</th><th>test rows</th></tr>
{% for row in metrics.per_class -%}
<tr><td>{{ row["class"] }}</td><td>{{ "%.3f" | format(row.precision) }}</td><td>{{ "%.3f" | format(row.recall) }}</td>\
<td>{{ "%.3f" | format(row.f1) }}</td><td>{{ row.rows }}</td></tr>
{% endfor -%}
</table></div>
<h2>Confusion matrix</h2>
<p>Rows are the truth, columns what the model said.</p>
<div class="wide"><table class="matrix">
<tr><th></th>{% for class in metrics.classes %}<th>{{ class }}</th>{% endfor %}</tr>
{% for row in metrics.confusion -%}
{% set truth = loop.index0 -%}
<tr><th>{{ metrics.classes[truth] }}</th>{% for count in row %}<td style="\
{%- if count %}background: rgba(var(--mark), {{ "%.2f" | format(0.12 + 0.6 * count / worst) }})\
{%- if loop.index0 != truth %}; color: var(--bad); font-weight: 650{% endif %}{% endif -%}\
">{{ count or "·" }}</td>{% endfor %}</tr>
{% endfor -%}
</table></div>
{% if metrics.some_mistakes -%}
<h2>Some of the mistakes</h2>
<ul class="mistakes">
{% for mistake in metrics.some_mistakes -%}
<li>{{ picture(mistake.features) }}row {{ mistake.row }}<br>
is {{ mistake.truth }}, taken for {{ mistake.predicted }}</li>
{% endfor -%}
</ul>
{% endif -%}
</main></body>
</html>
"""

TOP_ARTISTS = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Top {{ top | length }} artists</title>
<style>
{{ style }}</style></head>
<body><main>
<h1>Top {{ top | length }} artists</h1>
<p>of {{ artists }}, by {{ plays }} plays.</p>
<div class="wide"><table class="bars">
<tr><th>artist</th><th>plays</th><th></th></tr>
{% for row in top -%}
<tr><td>{{ row.rank }}. {{ row.artist }}</td><td>{{ row.plays }}</td>\
<td><div class="bar" style="width: {{ "%.1f" | format(100 * row.plays / top[0].plays) }}%"></div></td></tr>
{% endfor -%}
</table></div>
<script type="application/json" id="top-artists">
{{ data }}
</script>
</main></body>
</html>
"""


def render(template: str, **values: Any) -> str:
    """Fill a template of this module. Undefined names are errors; text is escaped."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True, auto_reload=False
    )
    data = json.dumps(values.get("top"), ensure_ascii=False, indent=1, sort_keys=True).replace("<", "\\u003c")
    return environment.from_string(template).render(
        style=Markup(STYLE), data=Markup(data), picture=lambda features: Markup(_picture(features)), **values
    )


def _picture(features: dict[str, float]) -> str:
    """A square of shades where the features are a square image's pixels; nothing where they are not."""
    side = int(len(features) ** 0.5)
    values = list(features.values())
    if side * side != len(values) or not all(name.startswith("pixel") for name in features):
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    squares = "".join(
        f'<rect x="{i % side}" y="{i // side}" width="1" height="1" fill-opacity="{(value - low) / span:.2f}"/>'
        for i, value in enumerate(values)
    )
    return f'<svg viewBox="0 0 {side} {side}" fill="currentColor" role="img" aria-label="the image">{squares}</svg>'
