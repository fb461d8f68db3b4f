"""The charts of a report: drawn once as SVG for a light and once for a dark page, without a script."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.text import clean

Row = Mapping[str, Any]
INK = {"light": "#1f2328", "dark": "#e6edf3"}
GRID = {"light": "#d8dee4", "dark": "#3d444d"}
COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#7f7f7f",
    "#F0E442",
    "#8c564b",
    "#333333",
    "#9467bd",
)
"""Told apart by colour-blind readers, too (Okabe & Ito 2008, a brown, a dark grey and a violet): one for each kind of source."""
WIDTH = 620
NARROW = 150
"""Of the plot on a telephone, in CSS pixels; its labels stand beside it."""
TENTHS = (0, 0.2, 0.4, 0.6, 0.8, 1)
HUNDRED = (0, 20, 40, 60, 80, 100)
POWERS = tuple(10.0**exponent for exponent in range(-2, 7))
"""Where axes are marked: too many marks run into each other."""


class Drawing(Struct, frozen=True):
    """A chart as SVG text, for a light and for a dark page, and for the same on a telephone."""

    light: str
    dark: str
    narrow_light: str
    narrow_dark: str


def draw(chart: Any) -> Drawing:
    """Draw an Altair chart for every kind of page."""
    from vl_convert import vegalite_to_svg

    spec = chart.to_dict()
    kinds = [(width, theme) for width in (WIDTH, NARROW) for theme in ("light", "dark")]
    return Drawing(
        *(vegalite_to_svg({**spec, "width": width, "config": _config(theme, width)}) for width, theme in kinds)
    )


REPORT_MODULES = ("altair", "jinja2", "vl_convert")
"""Modules of the report extra."""


def check_installed(option: str) -> None:
    """Do nothing where a report can be made; nothing is imported to find out.

    Args:
        option: what on the command line needs it.

    Raises:
        InputError: the report extra is not installed, or Python leaves out docstrings.
    """
    missing = [name for name in REPORT_MODULES if find_spec(name) is None]
    if missing:
        problem = f"it needs the report extra: {', '.join(missing)} is missing"
        raise InputError([Problem(option, problem, "pip install 'framework-advisor[report]'")])
    if sys.flags.optimize > 1:
        problem = "the library that draws the charts needs docstrings, which Python leaves out here"
        raise InputError([Problem(option, problem, "unset PYTHONOPTIMIZE, or leave out -OO")])


def altair_module() -> Any:
    """Return the chart library."""
    with _some_home():  # it asks where that is, though nothing is kept there
        import altair

    return altair


@contextlib.contextmanager
def _some_home() -> Iterator[None]:
    """Give a user who has no home the root folder for one."""
    try:
        Path.home()
    except RuntimeError:  # neither HOME nor an entry among the users
        os.environ["HOME"] = os.sep
        try:
            yield
        finally:
            del os.environ["HOME"]
    else:
        yield


def ranking(rows: Sequence[Row], share_title: str) -> Drawing:
    """Draw in how many of 100 worlds each framework wins; rows of name and share."""
    alt = altair_module()
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("name:N", sort=None, title=None),
        x=alt.X("share:Q", title=share_title, scale=alt.Scale(domain=[0, 100]), axis=_axis(HUNDRED)),
    )
    bars = base.mark_bar(color=COLOURS[0], height={"band": 0.6})
    numbers = base.mark_text(align="left", dx=4).encode(text=alt.Text("share:Q", format=".0f"))
    return draw((bars + numbers).properties(width=WIDTH, height=34 * len(rows)))


def steps(rows: Sequence[Row], ratio_title: str) -> Drawing:
    """Draw every block of a timed measure, and its interval; rows of name, ratio, low, high."""
    alt = altair_module()
    scale = alt.Scale(type="log", nice=False, padding=24)
    base = alt.Chart(_data(rows)).encode(y=alt.Y("name:N", sort=None, title=None))
    dots = base.mark_circle(size=40, opacity=0.9, color=COLOURS[5]).encode(
        x=alt.X("ratio:Q", title=ratio_title, scale=scale)
    )
    spans = base.mark_rule(strokeWidth=7, color=COLOURS[1]).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    names = {row["name"] for row in rows}
    return draw((spans + dots).properties(width=WIDTH, height=34 * len(names)))


def break_even(rows: Sequence[Row], steps_title: str, seconds_title: str) -> Drawing:
    """Draw the seconds a number of steps takes, from a cold start; rows of name, steps, seconds."""
    alt = altair_module()
    chart = (
        alt.Chart(_data(rows))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("steps:Q", title=steps_title, scale=alt.Scale(type="log"), axis=_axis(POWERS)),
            y=alt.Y("seconds:Q", title=seconds_title, scale=alt.Scale(type="log"), axis=_axis(POWERS)),
            color=alt.Color("name:N", title=None, scale=alt.Scale(range=list(COLOURS))),
            strokeDash=alt.StrokeDash("name:N", title=None),
        )
    )
    return draw(chart.properties(width=WIDTH, height=300))


def over_size(rows: Sequence[Row], work_title: str, ratio_title: str) -> Drawing:
    """Draw how the step of each way to train compares with the fastest as the job grows; rows of name, work, ratio."""
    alt = altair_module()
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("work:Q", title=work_title, scale=alt.Scale(type="log", nice=False, padding=12)),
        y=alt.Y("ratio:Q", title=ratio_title, scale=alt.Scale(type="log", nice=False, padding=12)),
        color=alt.Color("name:N", title=None, sort=None, scale=alt.Scale(range=list(COLOURS))),
    )
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=alt.StrokeDash("name:N", title=None, sort=None))
    return draw((lines + base.mark_circle(size=40, opacity=0.9)).properties(width=WIDTH, height=300))


def beliefs(rows: Sequence[Row], value_title: str) -> Drawing:
    """Draw what is thought of each candidate on each criterion, with one standard deviation; rows of criterion, name, mean, low, high."""
    alt = altair_module()
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("criterion:N", sort=None, title=None),
        yOffset=alt.YOffset("name:N", sort=None),
        color=alt.Color("name:N", title=None, sort=None, scale=alt.Scale(range=list(COLOURS))),
    )
    scale = alt.Scale(domain=[0, 1])
    spans = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=value_title, scale=scale, axis=_axis(TENTHS)), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("mean:Q", scale=scale), shape=alt.Shape("name:N", sort=None, legend=None)
    )
    criteria, names = {row["criterion"] for row in rows}, {row["name"] for row in rows}
    return draw((spans + dots).properties(width=WIDTH, height=max(60, 14 * len(criteria) * (len(names) + 1))))


def shares(rows: Sequence[Row], share_title: str) -> Drawing:
    """Draw what a belief rests on; rows of name, part, share, order."""
    alt = altair_module()
    chart = (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, title=None),
            x=alt.X("share:Q", title=share_title, stack="zero", scale=alt.Scale(domain=[0, 100]), axis=_axis(HUNDRED)),
            color=alt.Color("part:N", title=None, sort=None, scale=alt.Scale(range=list(COLOURS))),
            order=alt.Order("order:Q"),
        )
    )
    names = {row["name"] for row in rows}
    return draw(chart.properties(width=WIDTH, height=22 * len(names)))


def _axis(values: Sequence[float]) -> Any:
    number_format = {POWERS: ",~g", TENTHS: ".1f"}.get(tuple(values), "d")
    return altair_module().Axis(values=list(values), format=number_format, labelOverlap="greedy")


def _data(rows: Iterable[Row]) -> Any:
    """Return rows as the chart's data; a control character in a name would abort the whole process while drawing."""
    return altair_module().Data(values=[{key: _drawable(value) for key, value in row.items()} for row in rows])


def _drawable(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _config(theme: str, width: int) -> dict[str, Any]:
    ink, grid = INK[theme], GRID[theme]
    size, columns = (12, 3) if width == WIDTH else (10, 1)
    text = {"labelColor": ink, "titleColor": ink, "gridColor": grid, "domainColor": grid, "tickColor": grid}
    return {
        "background": None,
        "font": "'DejaVu Sans', Verdana, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
        "padding": {
            "left": 36 if width == WIDTH else 8,
            "right": 12,
            "top": 6,
            "bottom": 6,
        },  # where the reader's font is wider than ours
        "view": {"stroke": None},
        "axis": {**text, "labelLimit": 260, "labelFontSize": size, "titleFontSize": size, "labelSeparation": 5},
        "legend": {
            "labelColor": ink,
            "titleColor": ink,
            "orient": "bottom",
            "columns": columns,
            "labelLimit": 260,
            "labelFontSize": size,
        },
        "text": {"color": ink, "fontSize": size},
    }
