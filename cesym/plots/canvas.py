"""What all figures share: the style, one meaning per colour, and how a figure shows itself.

A figure never passes through pyplot, so that drawing one leaves no global state behind. In Jupyter
it appears exactly once: where a cell displays it, or else at the end of the cell that drew it.
"""

import functools
import importlib
import io
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["drawn", "new_figure", "point_to", "require"]

Style = dict[str, Any]
# Line styles are given wherever a line is drawn: matplotlib's cycle would dash every second one.
K1: Style = {"color": "#004488", "markerfacecolor": "#004488", "linestyle": "-"}  # k = 1
K0: Style = {"color": "#BB5566", "markerfacecolor": "white", "linestyle": "--"}  # k = 0
MODEL: Style = {"color": "#000000", "linestyle": "-"}
WRONG: Style = {"color": "#997700", "linestyle": "-."}  # a formula that looks like the right one
GUIDE: Style = {"color": "#666666", "linewidth": 1, "linestyle": (0, (4, 3)), "zorder": 1}
LEAST: Style = {"marker": "o", "color": "#000000", "markerfacecolor": "white", "zorder": 6}
REMARK: Style = {"color": "#555555", "fontsize": 9.5, "va": "center"}
QUIET = "#555555"  # measurements, which are neither 0 nor 1
BAND = "#D4D4D4"  # an interval
SHADE = "#F1F1F1"  # where no data are

P = ParamSpec("P")


def require(module: str) -> None:
    """Import a module that the symbolic core does without.

    Raises: ImportError, with the remedy, where it is not installed.
    """
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name != module:
            raise
        raise ImportError(
            f"Figures and fits need {module}, which is missing here: pip install 'cesym[notebooks]'"
        ) from None


def drawn(draw: Callable[P, "Figure"]) -> Callable[P, "Figure"]:
    """The drawing function, run in the package's style; in Jupyter its figure is shown once."""

    @functools.wraps(draw)
    def draw_in_style(*args: P.args, **kwargs: P.kwargs) -> "Figure":
        require("numpy")
        require("matplotlib")
        with _style():
            figure = draw(*args, **kwargs)
        _show_at_the_end_of_the_cell(figure)
        return figure

    return draw_in_style


def _style() -> AbstractContextManager[None]:
    import matplotlib.style

    # after_reset: a reader's own settings, a dark theme say, must not leak into half a figure.
    return matplotlib.style.context("cesym.cesym", after_reset=True)


def new_figure(height: float) -> "Figure":
    """An empty figure of the common width and of this height in inches."""
    return _figure_class()(figsize=(7.0, height))


def point_to(
    axes: "Axes", text: str, at: tuple[float, float], text_at: tuple[float, float], **style: Any
) -> None:
    """Write a remark at `text_at` with a thin line to the point `at`; both in data coordinates."""
    leader = {"arrowstyle": "-", "color": "#666666", "shrinkB": 5}
    axes.annotate(text, at, text_at, arrowprops=leader, va="center", **style)


def _shell() -> Any:
    """The running IPython shell if it can show pictures, otherwise None."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    # A shell in a terminal has text as its only active type.
    return shell if shell and "image/png" in shell.display_formatter.active_types else None


def _show_at_the_end_of_the_cell(figure: Any) -> None:
    shell = _shell()
    if shell is None:
        return

    def show() -> None:
        shell.events.unregister("post_execute", show)
        if not figure.was_shown:
            figure._ipython_display_()

    shell.events.register("post_execute", show)


@functools.cache
def _figure_class() -> type["Figure"]:
    from matplotlib.figure import Figure

    class TitledFigure(Figure):
        """A figure whose text form is its titles: a notebook's test compares the numbers there."""

        was_shown = False

        def __repr__(self) -> str:
            titles = (axes.get_title("left") for axes in self.axes)
            return "Figure: " + " / ".join(filter(None, titles))

        def draw(self, renderer: Any) -> None:
            # Ticks are chosen and made when the figure is drawn, long after it was composed.
            with _style():
                super().draw(renderer)

        def _ipython_display_(self) -> None:
            shell = _shell()
            if shell is None:
                print(repr(self))
                return
            png = io.BytesIO()
            # No metadata: matplotlib's version would change the file and not the picture.
            self.savefig(png, format="png", metadata={"Software": None})
            picture = {"image/png": b64encode(png.getvalue()).decode(), "text/plain": repr(self)}
            shell.display_pub.publish(data=picture, metadata={})
            self.was_shown = True

    return TitledFigure
