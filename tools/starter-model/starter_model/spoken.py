"""Written text as it is spoken: small letters, numbers in words, one sentence a line."""

import re

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = dict(
    zip(
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split(),
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
        strict=True,
    )
)
SHORT = {"dr": "doctor", "mr": "mister", "mrs": "missus", "ms": "miss", "st": "street"}
APOSTROPHES = {
    left: left[:-1] + "'" + left[-1] if left.endswith(("t", "s", "m")) else left[:-2] + "'" + left[-2:]
    for left in "im dont cant ive didnt doesnt thats whats youre isnt wont couldnt havent lets wasnt".split()
}
"""Contractions that chats write without their apostrophe."""


def number(value: int) -> str:
    """A number in words; from a million on, digit by digit."""
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (" " + ONES[value % 10] if value % 10 else "")
    if value < 1000:
        return ONES[value // 100] + " hundred" + (" and " + number(value % 100) if value % 100 else "")
    if value < 1_000_000:
        return number(value // 1000) + " thousand" + (" " + number(value % 1000) if value % 1000 else "")
    return " ".join(ONES[int(digit)] for digit in str(value))


def _digits(found: re.Match[str]) -> str:
    """Long numbers and those with a leading zero are read digit by digit, years by halves."""
    digits = found[0].replace(",", "")
    if len(digits) > 4 or digits.startswith("0"):
        return f" {' '.join(ONES[int(digit)] for digit in digits)} "
    if len(digits) == 4 and (1100 <= int(digits) < 2000 or 2010 <= int(digits) < 2100):
        century, year = int(digits[:2]), int(digits[2:])
        rest = number(year) if year >= 10 else "hundred" if year == 0 else "oh " + number(year)
        return f" {number(century)} {rest} "
    return f" {number(int(digits))} "


def _clock(found: re.Match[str]) -> str:
    return number(int(found[1])) + " " + (number(int(found[2])) if found[2] != "00" else "")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in words of letters and apostrophes only."""
    text = text.lower().replace("’", "'").replace("`", "'").replace("“", "").replace("”", "")
    text = re.sub(r"https?\S+|www\.\S+|\S+@\S+|<[^>]*>", " ", text)
    text = re.sub(r"\$(\d[\d,]*)\.(\d\d)\b", r"\1 dollars and \2 cents", text)
    text = re.sub(r"\$(\d[\d,]*)", r"\1 dollars", text)
    text = re.sub(r"\b(\d+(?:st|nd|rd|th))\b", lambda found: ORDINALS.get(found[1], " "), text)
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", _clock, text)
    text = re.sub(r"\b(\d{1,2})\s*([ap])\.?m\b\.?", lambda found: f"{number(int(found[1]))} {found[2]} m", text)
    text = re.sub(r"\b([ap])\.m\.?", r"\1 m", text)
    text = re.sub(r"\d[\d,]*", _digits, text)
    text = text.replace("%", " percent ").replace("&", " and ")
    text = re.sub(r"\b(dr|mr|mrs|ms|st)\.", lambda found: SHORT[found[1]], text)
    text = re.sub(r"\bok\b", "okay", text)
    found = []
    for part in re.split(r"[.!?;:()\n\r\[\]]+|--+| - ", text):
        words = [word.strip("'") for word in re.sub(r"[^a-z' ]+", " ", part).split()]
        if line := " ".join(word for word in words if word):
            found.append(_mended(line))
    return found


def _mended(line: str) -> str:
    """Apostrophes put back, and a few words that chats write apart."""
    words = " ".join("i d" if word == "id" else APOSTROPHES.get(word, word) for word in line.split())
    return words.replace("good bye", "goodbye").replace("any one ", "anyone ").replace("some one ", "someone ")
