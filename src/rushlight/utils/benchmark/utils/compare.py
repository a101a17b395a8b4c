"""Tables that compare measurements."""
from __future__ import annotations

import enum
import math

from .common import Measurement, ordered_unique, select_unit, trim_sigfig, unit_to_english

__all__ = ["Colorize", "Compare"]

_BEST, _BAD, _OFF = "\033[92m\033[1m", "\033[31m\033[1m", "\033[0m\033[0m"


class Colorize(enum.Enum):
    """What the best of is marked in a table."""

    NONE = "none"
    COLUMNWISE = "columnwise"
    ROWWISE = "rowwise"


class Compare:
    """Prints measurements as tables, one for each label: rows by second label and threads, columns by description.

    Args:
        results: measurements; those of the same task are merged.
    """

    def __init__(self, results):
        self._results = []
        self.extend_results(results)
        self._trim = False
        self._colorize = Colorize.NONE
        self._highlight = False

    def extend_results(self, results):
        """Add measurements."""
        for r in results:
            if not isinstance(r, Measurement):
                raise ValueError(f"Expected an instance of `Measurement`, got {type(r)} instead.")
        self._results.extend(results)

    def trim_significant_figures(self):
        """Show only digits that mean something."""
        self._trim = True

    def colorize(self, rowwise=False):
        """Mark the best in each column (or row) green, what takes more than twice as long red."""
        self._colorize = Colorize.ROWWISE if rowwise else Colorize.COLUMNWISE

    def highlight_warnings(self):
        """Mark measurements that vary much."""
        self._highlight = True

    def print(self):
        """Print the tables."""
        print(str(self))

    def __str__(self):
        results = Measurement.merge(self._results)
        groups = {}
        for r in results:
            groups.setdefault(r.label, []).append(r)
        unit, scale = select_unit(min(r.median for r in results))
        return "\n".join(self._table(label, group, unit, scale) for label, group in groups.items())

    # ---- one table

    def _table(self, label, results, unit, scale):
        rows = ordered_unique((r.num_threads, r.env if r.task_spec.env else "", r.as_row_name) for r in results)
        rows.sort(key=lambda row: row[0])
        columns = ordered_unique(r.description for r in results)
        cells = {((r.num_threads, r.env if r.task_spec.env else "", r.as_row_name), r.description): r for r in results}
        names = [f"      {f'({env})  ' if env else ''}{name}" for _, env, name in rows]
        shown = [[c or "" for c in columns]]
        marks = []
        texts = [self._column([cells.get((row, c)) for row in rows], scale) for c in columns]
        for i, row in enumerate(rows):
            shown.append([texts[j][i] for j in range(len(columns))])
            marks.append([self._mark(cells, rows, columns, row, c) for c in columns])
        first = max(map(len, names))
        widths = [max(len(line[j]) for line in shown) for j in range(len(columns))]
        width = first + sum(w + 5 for w in widths)
        lines = ["[" + f" {label or ''} ".center(width - 2, "-") + "]",
                 "  |  ".join([" " * first, *[c.center(w) for c, w in zip(shown[0], widths)]])]
        threads = None
        for name, row, texts_of_row, marks_of_row in zip(names, rows, shown[1:], marks):
            if row[0] != threads:
                threads = row[0]
                lines.append(f"{threads} threads: ".ljust(width, "-"))
            lines.append("  |  ".join([name.ljust(first), *[
                f"{mark}{text.center(w)}{_OFF}" if mark else text.center(w)
                for text, mark, w in zip(texts_of_row, marks_of_row, widths)]]))
        lines += ["", f"Times are in {unit_to_english(unit)}s ({unit})."]
        if self._highlight and any(r.has_warnings for r in results):
            lines.append("(! XX%) Measurement has high variance, where XX is the IQR / median * 100.")
        return "\n".join(lines) + "\n"

    def _column(self, results, scale):
        """The texts of a column, all of one width."""
        digits = 1
        if self._trim:
            digits = min([r.significant_figures - math.ceil(math.log10(r.median / scale)) for r in results if r], default=0)
            digits = max(digits, 0)
        texts, notes = [], []
        for r in results:
            value = r and r.median / scale
            if r and self._trim:
                value = trim_sigfig(value, r.significant_figures)
            texts.append("" if r is None else f"{value:.{digits}f}")
            notes.append(f" (! {r.iqr / r.median * 100:.0f}%)" if r and self._highlight and r.has_warnings else "")
        width, space = max(map(len, texts)), max(map(len, notes))
        return [text.rjust(width) + note.ljust(space) for text, note in zip(texts, notes)]

    def _mark(self, cells, rows, columns, row, column):
        """The colour of a cell."""
        result = cells.get((row, column))
        if result is None or self._colorize is Colorize.NONE:
            return ""
        others = [(row, c) for c in columns] if self._colorize is Colorize.ROWWISE else [
            (r, column) for r in rows if r[0] == row[0]]
        best = min(cells[key].median for key in others if key in cells)
        return _BEST if result.median == best else _BAD if result.median > 2 * best else ""
