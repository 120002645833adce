"""Lines of styled text: measuring, wrapping, cutting. A line is a tuple of pieces, a piece is its text and a style's name.

Text goes to the screen as it is, never as markup.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

from rich.cells import cell_len

Piece: TypeAlias = tuple[str, str]
Line: TypeAlias = tuple[Piece, ...]

BLANK: Line = ()
_JOINED = dict.fromkeys((0xFE0F, *range(0x1F3FB, 0x1F400)))
"""What makes another picture of the one before it, in a width that terminals do not agree about: emoji style, shades of skin."""
_SPACES = " \t\r\n"
"""Where a line may break; a no-break space holds words together."""
_PARTS = re.compile(f"[{_SPACES}]+|[^{_SPACES}]+")


def harmless(text: str) -> str:
    """The text without control characters, marks of direction and whatever else has no picture; a terminal never acts on it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter for letter in text if letter.isprintable() or letter == "\u00a0").translate(_JOINED)


def cells(text: str) -> int:
    """Cells that the text takes, once it is harmless."""
    return cell_len(harmless(text))


def width_of(line: Iterable[Piece]) -> int:
    """Cells that the line takes."""
    return sum(cells(text) for text, _ in line)


def cut(line: Line, width: int) -> Line:
    """The line, ended with "…" where it is wider than `width` cells."""
    if width_of(line) <= width:
        return line
    kept, left = [], max(0, width - 1)
    style = ""
    for text, style in line:
        fitting = _head(text, left)
        kept.append((fitting, style))
        left -= cells(fitting)
        if fitting != text:
            break
    return (*kept, ("…", style)) if width > 0 else BLANK


def fit(line: Line, width: int) -> Line:
    """The line, cut or filled with spaces to exactly `width` cells; its last piece's style goes on to the end."""
    line = cut(line, width)
    *first, (text, style) = line or (("", ""),)
    return (*first, (text + " " * (width - width_of(line)), style))


def spread(left: Line, right: Line, width: int) -> Line:
    """Both ends of one line of `width` cells; the left one is cut if they do not fit."""
    room = max(0, width - width_of(right) - 1)
    start = cut(left, room)
    return (*start, (" " * max(0, width - width_of(start) - width_of(right)), ""), *right)


def wrap(pieces: Iterable[Piece], width: int) -> list[Line]:
    """The pieces in lines of at most `width` cells, broken at spaces; a longer word is broken inside. At least one line."""
    lines: list[list[Piece]] = [[]]
    room = width = max(1, width)
    for word in _words(pieces):
        size = width_of(word)
        space = not word[0][0].strip(_SPACES)
        if size > room and not space and lines[-1]:
            lines.append([])
            room = width
        while size > room and not space:
            lines[-1] += cut_at(word, room)[0]
            word = cut_at(word, room)[1]
            size, room = width_of(word), width
            lines.append([])
        if space and (not lines[-1] or size > room):
            continue
        lines[-1] += word
        room -= size
    return [_trimmed(line) for line in lines]


def held(lines: list[Line], height: int, width: int) -> list[Line]:
    """At most `height` lines; where some are left out, the last one says so."""
    if len(lines) <= height:
        return lines
    *kept, last = lines[: max(1, height)]
    return [*kept, (*cut(last, width - 1), ("…", last[-1][1]))]


def cut_at(line: Iterable[Piece], width: int) -> tuple[Line, Line]:
    """The line in two, the first at most `width` cells wide but never empty."""
    first: list[Piece] = []
    rest: list[Piece] = []
    for text, style in line:
        head = "" if rest else _head(text, width - width_of(first)) or ("" if first else text[:1])
        if head:
            first.append((head, style))
        if head != text:
            rest.append((text[len(head) :], style))
    return tuple(first), tuple(rest)


def _words(pieces: Iterable[Piece]) -> Iterable[Line]:
    """Words and the spaces between them. A word may go over several pieces."""
    word: list[Piece] = []
    for text, style in pieces:
        for part in _PARTS.findall(text):
            if not part.strip(_SPACES):
                if word:
                    yield tuple(word)
                    word = []
                yield ((" ", style),)
            else:
                word.append((part, style))
    if word:
        yield tuple(word)


def _head(text: str, width: int) -> str:
    """As many characters from the start as fit into `width` cells."""
    if cells(text) <= width:
        return text
    used = 0
    for place, letter in enumerate(text):
        used += cells(letter)
        if used > width:
            return text[:place]
    return text


def _trimmed(line: list[Piece]) -> Line:
    while line and not line[-1][0].strip(_SPACES):
        line = line[:-1]
    return tuple(line)
