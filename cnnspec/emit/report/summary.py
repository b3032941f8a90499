"""A summary as Markdown and as an HTML page."""

from cnnspec.model.readable import Line, escaped, heading, lines, share_text, totals
from cnnspec.model.summary import Summary

HEADERS = (
    "Layer",
    "Type",
    "Output shape",
    "Params",
    "Trainable",
    "MACs",
    "Output memory",
    "Receptive field",
    "Share of params",
)


def markdown(summary: Summary, why: bool, expand: bool = False) -> str:
    """A summary as a section of a Markdown document, with a table as GitHub reads it.

    Args:
        summary: of a model.
        why: whether to show how sizes come about and parameters are counted.
        expand: whether a model inside has its layers' rows below its own.
    """
    name, inputs = heading(summary)
    return "\n".join(
        [
            f"## {escaped(name)}",
            "",
            f"Input: {escaped(inputs)}",
            "",
            f"| {' | '.join(HEADERS)} |",
            "| :-- | :-- | --: | --: | --: | --: | --: | --: | :-- |",
            *(_markdown_row(line, why) for line in lines(summary, expand=expand)),
            "",
            *(
                f"- {what}: **{number}** ({note})"
                for what, number, note in totals(summary)
            ),
        ]
    )


def _markdown_row(line: Line, why: bool) -> str:
    cells = (
        escaped(line.name),
        line.type,
        ", ".join(_sizes(line, why)),
        line.why if why else line.params,
        line.trainable,
        line.macs,
        line.memory,
        line.field,
        f"{'█' * round(10 * line.share)} {share_text(line.share)}".strip(),
    )
    return f"| {' | '.join(cells)} |"


def _sizes(line: Line, why: bool) -> tuple[str, ...]:
    return (*line.output, *line.sums) if why else line.output


def html(summary: Summary, why: bool, expand: bool = False) -> str:
    """A summary as an HTML page that stands alone.

    Args:
        summary: of a model.
        why: whether to show how sizes come about and parameters are counted.
        expand: whether a model inside has its layers' rows below its own.
    """
    from html import escape

    name = escape(heading(summary)[0])
    return _PAGE.format(name=name, table=html_table(summary, why, expand))


def html_table(summary: Summary, why: bool, expand: bool = False) -> str:
    """A summary as a part of an HTML page, with its own style.

    Args:
        summary: of a model.
        why: whether to show how sizes come about and parameters are counted.
        expand: whether a model inside has its layers' rows below its own.
    """
    from html import escape

    name, inputs = map(escape, heading(summary))
    headers = "".join(f"<th scope=col>{header}" for header in HEADERS)
    rows = "\n".join(_html_row(line, why) for line in lines(summary, expand=expand))
    sums = "\n".join(
        f"<dt>{what}<dd><b>{escape(number)}</b> {note}"
        for what, number, note in totals(summary)
    )
    return _TABLE.format(
        name=name, inputs=inputs, headers=headers, rows=rows, sums=sums, style=_STYLE
    )


def _html_row(line: Line, why: bool) -> str:
    from html import escape

    numbers = (
        "<br>".join(_sizes(line, why)),
        line.why if why else line.params,
        line.trainable,
        line.macs,
        line.memory,
        line.field,
    )
    cells = "".join(f"<td>{number}" for number in numbers)
    bar = f'<i style="width:{line.share:.1%}"></i>' if line.share else ""
    return (
        f"<tr><th scope=row>{escape(line.name)}<td>{line.type}{cells}"
        f"<td>{bar}{escape(share_text(line.share))}"
    )


_STYLE = """\
.cnnspec { overflow-x: auto; line-height: 1.4; }
.cnnspec table { border-collapse: collapse; width: 100%; font-size: .875rem;
  font-variant-numeric: tabular-nums; }
.cnnspec th, .cnnspec td { padding: .3rem .5rem; text-align: right;
  vertical-align: top; white-space: nowrap;
  border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.cnnspec thead th { vertical-align: bottom; white-space: normal; }
.cnnspec tbody th { font-weight: 600; }
.cnnspec th:nth-child(-n+2), .cnnspec td:nth-child(2), .cnnspec th:last-child,
.cnnspec td:last-child { text-align: left; }
.cnnspec td:last-child { min-width: 8rem; }
.cnnspec i { display: block; height: .5rem; min-width: 1px; border-radius: 2px;
  background: #2563a8; background: light-dark(#2563a8, #7ab3ef); }
.cnnspec dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
.cnnspec dd { margin: 0; }"""

_TABLE = """\
<div class="cnnspec">
<style>
{style}
</style>
<h1>{name}</h1>
<p>Input: {inputs}</p>
<table>
<thead><tr>{headers}</thead>
<tbody>
{rows}
</tbody>
</table>
<dl>
{sums}
</dl>
</div>"""

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 2rem auto; max-width: 90rem; padding: 0 1rem;
  font-family: system-ui, sans-serif; background: Canvas; color: CanvasText; }}
.cnnspec {{ overflow-x: visible; }}
.cnnspec thead th {{ position: sticky; top: 0; background: Canvas; }}
</style>
{table}
</html>"""
