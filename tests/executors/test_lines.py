from hypothesis import given
from hypothesis import strategies as st

from amt_magic.executors.lines import LONGEST_LINE, LineSplitter


def lines_of(*chunks: bytes) -> list[str]:
    splitter = LineSplitter()
    found = [line for chunk in chunks for line in splitter.feed(chunk)]
    return found + splitter.rest()


def test_lines_end_at_newlines_and_carriage_returns():
    assert lines_of(b"a\nb\rc\r\nd") == ["a", "b", "c", "d"]


def test_lines_may_come_in_pieces_even_within_a_character():
    whole = "größe=1\nfin".encode()

    assert lines_of(*(bytes([byte]) for byte in whole)) == ["größe=1", "fin"]


def test_endless_line_is_cut_and_the_next_one_is_whole():
    chunks = [b"x" * 1000] * 100

    assert lines_of(*chunks, b"\nloss=1\n") == ["x" * LONGEST_LINE, "loss=1"]


def test_bytes_that_are_not_utf8_are_replaced():
    assert lines_of(b"\xff loss=1\n") == ["\ufffd loss=1"]


@given(
    text=st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))),
    size=st.integers(1, 7),
)
def test_any_cutting_of_the_bytes_gives_the_same_lines(text, size):
    data = "\n".join(text).encode()
    chunks = [data[start : start + size] for start in range(0, len(data), size)]

    assert lines_of(*chunks) == [line for line in text if line]
