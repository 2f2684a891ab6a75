"""Options as they are written on the line of a magic, split as a shell splits."""

import re
import shlex
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any

from amt_magic.checks import Faults
from amt_magic.inputs.option_table import Option, unknown_option

OBJECTIVES = {"maximize", "minimize"}
_COMMENT = re.compile(r"#\s*tune:(.*)")


def read_options(
    faults: Faults, line: str, known: Iterable[Option]
) -> tuple[list[str], dict[str, Any]]:
    """Read the words of a line that belong to no option, and the options by name.

    read_options(faults, "churn --target -1e-3 --no-wait", OPTIONS)
    # ['churn'], {'target': -0.001, 'no_wait': True}

    Quotes go and backslashes stay, so that regular expressions survive. Notes every
    fault of the line, where argparse would end at the first.
    """
    by_spelling = {option.spelled("magic"): option for option in known}
    words = deque(_split(faults, line))
    loose: list[str] = []
    given: dict[str, Any] = {}
    while words:
        spelled, equals, attached = words[0].partition("=")
        if not re.match("-+[a-zA-Z]", spelled):
            loose.append(words.popleft())
            continue
        words.popleft()
        option = by_spelling.get(spelled)
        if option is None:
            faults.found.append(unknown_option(spelled, by_spelling))
            _take(words, len(words), by_spelling)
            continue
        wanted = len(option.metavar.split())
        values = [attached] if equals else []
        values += _take(words, wanted - len(values), by_spelling)
        if _check_option(faults, option, values, wanted, given):
            _add(faults, given, option, values)
    return loose, given


def comment_options(text: str) -> str:
    """Return the options in the leading comments of a cell, `# tune: --seed 1`.

    They are there even if the cell below has faults.
    """
    leading = takewhile(
        lambda line: not line.strip() or line[0] == "#", text.split("\n")
    )
    matches = map(_COMMENT.match, leading)
    return "\n".join(match[1] for match in matches if match)


def merge_options(weak: Mapping[str, Any], strong: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, the strong ones winning; what can be repeated adds up."""
    if OBJECTIVES & strong.keys():
        weak = {name: value for name, value in weak.items() if name not in OBJECTIVES}
    lists = {
        name: [*weak[name], *value]
        for name, value in strong.items()
        if isinstance(value, list) and isinstance(weak.get(name), list)
    }
    return {**weak, **strong, **lists}


def _split(faults: Faults, line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return list(lexer)
    except ValueError:
        rule = "has a quote without its partner"
        remedy = """put a word that has a ' in it between " and \""""
        faults.check(False, "the line", rule, line.strip(), remedy=remedy)
        return []


def _take(words: deque[str], most: int, by_spelling: Mapping[str, Option]) -> list[str]:
    """Take the values that follow an option, up to the next option."""
    taken: list[str] = []
    while words and len(taken) < most and not _is_option(words[0], by_spelling):
        taken.append(words.popleft())
    return taken


def _is_option(word: str, by_spelling: Mapping[str, Option]) -> bool:
    """Tell options, misspelt ones too, from values such as -1e-3 and --loss=(.+)."""
    known = word.partition("=")[0] in by_spelling
    return known or bool(re.fullmatch("--[a-zA-Z-]+", word))


def _check_option(
    faults: Faults,
    option: Option,
    values: list[str],
    wanted: int,
    given: Mapping[str, Any],
) -> bool:
    spelled = option.spelled("magic")
    rule = f"needs {option.metavar}" if wanted else "takes no value"
    complete = faults.check(len(values) == wanted, spelled, rule, *values)
    once = option.repeatable or option.name not in given
    return complete and faults.check(once, spelled, "is given twice", *values)


def _add(
    faults: Faults, given: dict[str, Any], option: Option, values: list[str]
) -> None:
    if option.repeatable:
        value = tuple(values) if len(values) > 1 else values[0]
        given[option.name] = [*given.get(option.name, ()), value]
    else:
        given[option.name] = _converted(faults, option, values)


def _converted(faults: Faults, option: Option, values: list[str]) -> Any:
    if option.kind is bool:
        return True
    text = values[0]
    kinds = (int, float) if option.kind is float else (option.kind,)
    for kind in kinds:
        try:
            return kind(text)
        except ValueError:
            continue
    rule = "must be an integer" if option.kind is int else "must be a number"
    faults.check(False, option.spelled("magic"), rule, text)
    return None
