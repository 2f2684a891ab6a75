"""Where the options of a cell stand in its text, and how one of them is changed."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from amt_magic.inputs.cell_writer import (
    WIDTH,
    quoted,
    reads_as_option,
    written_option,
)
from amt_magic.inputs.option_table import OPTIONS, spell
from amt_magic.inputs.tune_cell import MAGIC

_WORD = re.compile(r"""(?:[^ \t\r\n'"]|'[^']*'|"[^"]*")+""")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_COMMENT = re.compile(r"#\s*tune:(.*)")
_HEAD = re.compile(rf"\n*{MAGIC}(?!\S)[ \t]*(.*)")
_BY_SPELLING = {option.spelled("magic"): option for option in OPTIONS}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of the options, without its quotes, and its place in the text."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPlace:
    """One option with its values. `spelled` is where its own name stands."""

    name: str
    spelled: Word
    values: tuple[Word, ...]
    is_in_comment: bool

    @property
    def end(self) -> int:
        """Where the option ends in the text."""
        return max(word.end for word in (self.spelled, *self.values))


def options_in(text: str) -> list[OptionPlace]:
    """Return the options of a cell: those of comment lines, then the magic's own."""
    return [*_walk(text, in_comments=True)[1], *_walk(text, in_comments=False)[1]]


def asks_for_form(text: str) -> bool:
    """Tell whether a cell has `--form` among its options."""
    return any(place.name == "form" for place in options_in(text))


def values_in(text: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the values in force by option; several where it can be repeated."""
    found: dict[str, list[tuple[str, ...]]] = {}
    repeatable = {option.name for option in OPTIONS if option.repeatable}
    for place in options_in(text):
        values = tuple(word.value for word in place.values)
        earlier = found.get(place.name, []) if place.name in repeatable else []
        found[place.name] = [*earlier, values]
    return found


def name_in(text: str) -> str:
    """Return the name of the tuning job; empty where the cell has none."""
    loose, _ = _walk(text, in_comments=False)
    return loose[0].value if loose else ""


def set_name(text: str, name: str) -> str:
    """Give the tuning job a name, another one, or none."""
    loose, _ = _walk(text, in_comments=False)
    if loose and name:
        return _replaced(text, (loose[0].start, loose[0].end), quoted(name))
    if loose:
        return _without(text, (loose[0].start, loose[0].end))
    head = _HEAD.match(text)
    if head is None:
        return f"{MAGIC} {quoted(name)}\n{text}" if name else text
    place = head.start() + len(head[0]) - len(head[0].lstrip("\n")) + len(MAGIC)
    return _replaced(text, (place, place), f" {quoted(name)}") if name else text


def end_of_options(text: str) -> int:
    """Return where the last line ends that has options; 0 where there is none."""
    head = _HEAD.match(text)
    ends = [end for _, end in _spans(text, in_comments=True)]
    return max([head.end() if head else 0, *ends])


def set_option(text: str, name: str, *values: str) -> str:
    """Give an option other values in its place, or add it where there is room."""
    places = [place for place in options_in(text) if place.name == name]
    if not places:
        return _with_option(text, written_option(name, *values))
    return _with_values(text, places[-1], values)


def remove_option(text: str, name: str) -> str:
    """Take an option out, in all its places."""
    for place in reversed([p for p in _in_order(text) if p.name == name]):
        text = _without(text, (place.spelled.start, place.end))
    return text


def rename_option(text: str, old: str, new: str) -> str:
    """Put one option into the place of another, with the same values."""
    places = [place for place in options_in(text) if place.name == old]
    if not places:
        return text
    spelled = places[-1].spelled
    return _replaced(text, (spelled.start, spelled.end), spell(new, "magic"))


def set_repeated(text: str, name: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Give an option that can be repeated these values, one row each time."""
    places = [place for place in options_in(text) if place.name == name]
    if len(places) == len(rows):
        changes = sorted(
            zip(places, rows, strict=True), key=lambda pair: pair[0].end, reverse=True
        )
        for place, row in changes:
            text = _with_values(text, place, row)
        return text
    text = remove_option(text, name)
    return _with_options(text, [written_option(name, *row) for row in rows])


def _in_order(text: str) -> list[OptionPlace]:
    return sorted(options_in(text), key=lambda place: place.end)


def _spans(text: str, in_comments: bool) -> Iterator[Span]:
    """Yield the parts of the text that hold options."""
    head = _HEAD.match(text)
    if not in_comments:
        if head:
            yield head.span(1)
        return
    offset = head.end() + 1 if head else 0
    below = text[offset:].split("\n")
    for line in takewhile(lambda line: not line.strip() or line[0] == "#", below):
        if match := _COMMENT.match(line):
            yield offset + match.start(1), offset + match.end(1)
        offset += len(line) + 1


def _words(text: str, in_comments: bool) -> list[Word]:
    """Split as `read_options` does; a quote without its partner leaves nothing."""
    joined, offsets = "", list[int]()
    for start, end in _spans(text, in_comments):
        joined += text[start:end] + "\n"
        offsets += range(start, end + 1)
    if _WORD.sub("", joined).strip():
        return []
    return [
        Word(
            value=_QUOTED.sub(lambda quote: quote[1] or quote[2] or "", match[0]),
            start=offsets[match.start()],
            end=offsets[match.end() - 1] + 1,
        )
        for match in _WORD.finditer(joined)
    ]


def _walk(text: str, *, in_comments: bool) -> tuple[list[Word], list[OptionPlace]]:
    """Return loose words and options, told apart as `read_options` does."""
    words = deque(_words(text, in_comments))
    loose, places = list[Word](), list[OptionPlace]()
    while words:
        word = words.popleft()
        spelled, equals, attached = word.value.partition("=")
        if not re.match("-+[a-zA-Z]", spelled):
            loose.append(word)
            continue
        option = _BY_SPELLING.get(spelled)
        if option is None:
            _take(words, len(words))
            continue
        cut = word.start + len(spelled)
        is_plain = text[word.start : cut] == spelled and equals
        values = [Word(value=attached, start=cut + 1, end=word.end)] if is_plain else []
        own = Word(value=spelled, start=word.start, end=cut) if is_plain else word
        values += _take(words, len(option.metavar.split()) - len(values))
        places.append(
            OptionPlace(
                name=option.name,
                spelled=own,
                values=tuple(values),
                is_in_comment=in_comments,
            )
        )
    return loose, places


def _take(words: deque[Word], most: int) -> list[Word]:
    taken: list[Word] = []
    while words and len(taken) < most and not reads_as_option(words[0].value):
        taken.append(words.popleft())
    return taken


def _with_values(text: str, place: OptionPlace, values: Sequence[str]) -> str:
    """Replace the values that differ; the whole option where their number does."""
    is_attached = bool(place.values) and place.values[0].start == place.spelled.end + 1
    is_attached = is_attached and text[place.spelled.end] == "="
    fits = len(place.values) == len(values)
    fits = fits and (is_attached or not (values and reads_as_option(values[0])))
    if not fits:
        whole = (place.spelled.start, place.end)
        return _replaced(text, whole, written_option(place.name, *values))
    for word, value in reversed(list(zip(place.values, values, strict=True))):
        if word.value != value:
            text = _replaced(text, (word.start, word.end), quoted(value))
    return text


def _with_options(text: str, options: Sequence[str]) -> str:
    """Add options that keep their order: all to the magic's line, or none of them."""
    joined = " ".join(options)
    if not options or len(options) == 1 or _fits(text, joined):
        return _with_option(text, joined) if options else text
    for option in options:
        text = _with_option(text, option, in_line=False)
    return text


def _fits(text: str, option: str) -> bool:
    """Tell whether the magic's line has room for an option."""
    head = _HEAD.match(text)
    line = head[0].strip() if head else MAGIC
    is_whole = head is None or not _WORD.sub("", head[1]).strip()
    return is_whole and len(line) + 1 + len(option) <= WIDTH


def _with_option(text: str, option: str, *, in_line: bool = True) -> str:
    """Add an option to the magic's line, to a comment line, or in one of its own."""
    head = _HEAD.match(text)
    if head is None:
        text = f"{MAGIC}\n{text}"
        head = _HEAD.match(text)
        assert head is not None
    comments = list(_spans(text, in_comments=True))
    if in_line and _fits(text, option):
        return _appended(text, head.end(), f" {option}")
    if comments:
        start = text.rfind("\n", 0, comments[-1][0]) + 1
        end = comments[-1][1]
        if len(text[start:end].rstrip()) + 1 + len(option) <= WIDTH:
            return _appended(text, end, f" {option}")
    end = comments[-1][1] if comments else head.end()
    return _replaced(text, (end, end), f"\n# tune: {option}")


def _appended(text: str, end: int, addition: str) -> str:
    """Add to the end of a line, before the spaces there."""
    end -= len(text[:end]) - len(text[:end].rstrip(" \t"))
    return _replaced(text, (end, end), addition)


def _without(text: str, span: Span) -> str:
    """Take out words and the spaces before them; a comment line that is left empty."""
    start = len(text[: span[0]].rstrip(" \t"))
    text = text[:start] + text[span[1] :]
    line_start = text.rfind("\n", 0, start) + 1
    line_end = len(text) if (end := text.find("\n", start)) < 0 else end
    left = _COMMENT.fullmatch(text[line_start:line_end])
    if left and not left[1].strip():
        return text[: line_start - 1] + text[line_end:]
    return text


def _replaced(text: str, span: Span, by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]
