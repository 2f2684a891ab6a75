"""Bytes of a pipe become lines, whatever they are."""

LONGEST_LINE = 16_384  # bytes; the rest of a longer line is left out


class LineSplitter:
    r"""Cuts chunks of output into lines at \n and \r.

    lines = LineSplitter()
    lines.feed(b"loss=0.5\nlo")     # ['loss=0.5']
    lines.feed(b"ss=0.4\n")         # ['loss=0.4']
    lines.rest()                     # []

    Bytes that are not UTF-8 become U+FFFD.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        """Return the lines that this chunk completes, empty ones left out."""
        head, found, rest = (self._rest + chunk).replace(b"\r", b"\n").rpartition(b"\n")
        self._rest = rest[:LONGEST_LINE]
        return _lines(head) if found else []

    def rest(self) -> list[str]:
        """Return the last line, which no newline ended."""
        rest, self._rest = self._rest, b""
        return _lines(rest)


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    return [line[:LONGEST_LINE] for line in text.split("\n") if line]
