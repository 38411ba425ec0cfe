"""What the codes mean: `reconciler explain`."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.finding import Explanation
from reconciler.render.legible import cells
from reconciler.render.lines import BLANK, Tone, labelled, line, prose, put, span
from reconciler.render.problems import WIDTH


def explanation_text(code: str, explanation: Explanation, *, styled: bool, width: int = WIDTH) -> str:
    """One code: its title, why it matters, how to mend it."""
    lines = [line(span(code, Tone.STRONG), "  ", span(explanation.title, Tone.STRONG))]
    for word, text in (("Why", explanation.why), ("What to do", explanation.mend)):
        lines += [BLANK, line(span(word, Tone.FAINT)), *prose(text, width=width, indent=2)]
    return put(lines, styled=styled)


def codes_text(explanations: Mapping[str, Explanation], *, styled: bool, width: int = WIDTH) -> str:
    """Every code with its title, sorted; a blank line where the letters change."""
    lines = []
    column = max((cells(code) for code in explanations), default=0) + 2
    family = ""
    for code, explanation in sorted(explanations.items()):
        letters = code.rstrip("0123456789")
        if family and letters != family:
            lines.append(BLANK)
        family = letters
        title = [span(explanation.title)]
        lines += labelled(span(code, Tone.STRONG), title, width=width, indent=0, column=column)
    return put(lines, styled=styled)
