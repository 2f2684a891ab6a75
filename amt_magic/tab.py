"""Tab completes what belongs to `%%tune` and `%tune`, and leaves the body alone."""

import re
from collections.abc import Callable, Iterable, Sequence
from keyword import iskeyword
from pathlib import Path
from typing import Any, NamedTuple

from amt_magic.inputs.option_table import OPTIONS, Option

IDENTIFIER = "amt_magic"
KINDS = ("Categorical", "Continuous", "Integer")
FILES = {"script": "*.py", "config": "*.json", "file": "*.json"}  # by option
SCALINGS = ("Auto", "Linear", "Logarithmic", "ReverseLogarithmic")
_METRIC = re.compile(
    r"([A-Za-z_][\w:.-]*?)\s*[=:]\s*\{[A-Za-z_(]|report\(\s*([A-Za-z_]\w*)\s*="
)
_CELL = re.compile(r"\s*%%tune\b")
_LINE = re.compile(r"\s*(?:[\w, ]+=\s*)?%tune\b")
_COMMENT = re.compile(r"#\s*tune:")
_RANGE = re.compile(r"\w+\s*:\s*(\w*)$")
_ANNOTATION = re.compile(r"([^\W\d]\w*)\s*:\s*\S")
_SCALING = re.compile(r"""\w+\s*:\s*(?:Continuous|Integer)\(.*,\s*["'](\w*)$""")

Names = Callable[[], Iterable[str]]


class Completions(NamedTuple):
    """What the fragment before the cursor may become."""

    fragment: str
    texts: Sequence[str]


class Verbs(NamedTuple):
    """The verbs of `%tune`: their options, and those that take no name."""

    options: dict[str, Sequence[Option]]
    nameless: Sequence[str]


def complete(
    text: str, line: int, column: int, *, verbs: Verbs, job_names: Names
) -> Completions | None:
    """Complete at a place in a cell's text; None: it is not ours.

    `line` and `column` count from 0.
    """
    lines = text.split("\n")
    before = lines[line][:column]
    if _CELL.match(lines[0]):
        if line == 0:
            words = _CELL.sub("", before, count=1)
            return _options(words, text, job_names) if words[:1].isspace() else None
        if _COMMENT.match(before) and _is_leading(lines[1:line]):
            return _options(_COMMENT.sub("", before, count=1), text, job_names)
        return _ranges(before) if _is_above_the_body(lines[1:line]) else None
    if match := _LINE.match(before):
        words = before[match.end() :]
        return _verbs(words, verbs, job_names) if words[:1].isspace() else None
    return None


def _options(words: str, text: str, job_names: Names) -> Completions:
    """Complete the last of an option line's words."""
    *done, fragment = words.split(" ")
    done = [word for word in done if word]
    by_spelling = {option.spelled("magic"): option for option in OPTIONS}
    option = by_spelling.get(done[-1]) if done else None
    if option and option.metavar and not fragment.startswith("--"):
        return _starting(fragment, _values(option, text, job_names))
    given = {
        word for word in done if not getattr(by_spelling.get(word), "repeatable", 0)
    }
    if {"--maximize", "--minimize"} & given:
        given |= {"--maximize", "--minimize"}
    return _starting(fragment, [name for name in by_spelling if name not in given])


def _values(option: Option, text: str, job_names: Names) -> Iterable[str]:
    """Return the values that an option may have, as far as they are known."""
    if option.choices:
        return option.choices
    if option.name in ("maximize", "minimize", "metric_definition"):
        return metric_names(text)
    if option.name == "warm_start":
        return job_names()
    if kind := FILES.get(option.name):
        return sorted(map(str, Path().glob(kind)))
    return ()


def _verbs(words: str, verbs: Verbs, job_names: Names) -> Completions:
    """Complete the last of a `%tune` line's words."""
    *done, fragment = words.split(" ")
    done = [word for word in done if word]
    if not done:
        return _starting(fragment, verbs.options)
    verb = done[0]
    known = {option.spelled("magic"): option for option in verbs.options.get(verb, ())}
    left = [name for name in known if name not in done]
    takes_name = verb not in verbs.nameless and len(done) == 1
    if (option := known.get(done[-1])) and option.metavar:
        return _starting(fragment, _values(option, "", job_names))
    names = job_names() if takes_name and not fragment.startswith("-") else ()
    return _starting(fragment, [*names, *left])


def _ranges(before: str) -> Completions | None:
    """Complete the kind of a range, or its scaling."""
    if match := _SCALING.match(before):
        return _starting(match[1], SCALINGS)
    if match := _RANGE.match(before):
        return _starting(match[1], [f"{kind}(" for kind in KINDS])
    return None


def metric_names(text: str) -> list[str]:
    """Return the names that a cell prints or reports values under, in its order.

    metric_names('print(f"epoch={epoch} loss={loss:.4f}")')    # ['epoch', 'loss']
    """
    found = (a or b for a, b in _METRIC.findall(text))
    return list(dict.fromkeys(found))


def _starting(fragment: str, texts: Iterable[str]) -> Completions:
    return Completions(fragment, [text for text in texts if text.startswith(fragment)])


def _is_leading(lines: Sequence[str]) -> bool:
    """Tell whether there are comments and blank lines alone."""
    return all(not line.strip() or line.startswith("#") for line in lines)


def _is_above_the_body(lines: Sequence[str]) -> bool:
    """Tell whether there are comments, blank lines and annotations alone."""
    annotated = (_ANNOTATION.match(line) for line in lines if not _is_leading([line]))
    return all(match and not iskeyword(match[1]) for match in annotated)


def make_matcher(verbs: Verbs, job_names: Names) -> Any:
    """Return a matcher for IPython's completer; where it speaks, others are silent."""
    from IPython.core.completer import (
        CompletionContext,
        SimpleCompletion,
        SimpleMatcherResult,
        context_matcher,
    )

    def amt_magic_matcher(context: CompletionContext) -> SimpleMatcherResult:
        found = complete(
            context.full_text,
            context.cursor_line,
            context.cursor_position,
            verbs=verbs,
            job_names=job_names,
        )
        if found is None:
            return {"completions": [], "suppress": False}
        return {
            "completions": [
                SimpleCompletion(text=text, type="amt") for text in found.texts
            ],
            "matched_fragment": found.fragment,
            "suppress": True,
            "ordered": True,
        }

    return context_matcher(identifier=IDENTIFIER, priority=200)(amt_magic_matcher)
