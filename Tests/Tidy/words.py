"""Words that docs/style.md bans: in names, in messages to users, in pages."""

import re
from dataclasses import dataclass

from tree import Finding

PAGE = "docs/style.md"
PLACES = {"functions", "names", "messages", "pages"}


@dataclass
class Banned:
    words: str
    instead: str
    places: set
    # Phrases in which the words are meant otherwise.
    exceptions: list

    def __post_init__(self):
        text = r"\s+".join(map(re.escape, self.words.split()))
        self.pattern = re.compile(rf"(?<![\w-]){text}(?![\w-])", re.I)
        self.allowed = [
            re.compile(r"\s+".join(map(re.escape, one.split())), re.I) for one in self.exceptions]

    def within(self, text):
        """Where the words stand in a text."""
        for found in self.pattern.finditer(text):
            around = [one for allowed in self.allowed for one in allowed.finditer(text)]
            if not any(one.start() <= found.start() and found.end() <= one.end() for one in around):
                yield found.start()


def table(tree):
    """The rows of the page's table whose head is `| Not | But | In | Except |`."""
    found, is_inside = [], False
    text = tree.files[PAGE].text if PAGE in tree.files else ""
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[:3] == ["Not", "But", "In"]:
            is_inside = True
        elif not line.startswith("|"):
            is_inside = False
        elif is_inside and not set(line) <= set("|-: "):
            words, instead, places, exceptions = (cells + [""])[:4]
            places = set(re.split(r",\s*", places))
            if not places <= PLACES:
                raise ValueError(f"{PAGE}:{number}: `In` takes {', '.join(sorted(PLACES))}")
            found += [
                Banned(word, instead, places, re.findall(r"`([^`]+)`", exceptions))
                for word in re.findall(r"`([^`]+)`", words)]
    if not found:
        raise ValueError(f"{PAGE}: there is no table `| Not | But | In | Except |`")
    return found


def parts(name):
    """The words of a name: `takeList`, `moon_take_list` and `HTTPList`."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return [word.lower() for word in words if word != "moon"]


def banned(tree):
    rows = table(tree)
    for file in tree.of(".swift", ".c", ".h", under="Sources/"):
        for one in file.declarations:
            if one.word != "extension" and not (one.word == "c" and one.end is None):
                yield from in_name(file, one, rows)
        for start, text in file.strings:
            yield from in_text(file, start, text, rows, "messages")
    for file in tree.of(".md"):
        if file.name != PAGE:
            yield from in_text(file, 0, file.text, rows, "pages")


def in_name(file, one, rows):
    words = parts(one.name)
    for row in rows:
        first = row.words.split()
        is_begin = "functions" in row.places and one.kind == "function" and words[:len(first)] == first
        is_part = "names" in row.places and any(
            words[index:index + len(first)] == first for index in range(len(words)))
        if is_begin or is_part:
            yield Finding(
                "word", file.name, file.line(one.at), one.name,
                f"`{one.name}` is named with `{row.words}`", f"say {row.instead} ({PAGE})")


def in_text(file, start, text, rows, place):
    for row in rows:
        if place in row.places:
            for at in row.within(text):
                yield Finding(
                    "word", file.name, file.line(start + at), row.words.replace(" ", "_"),
                    f"`{row.words}` stands in a {place[:-1]}", f"say {row.instead} ({PAGE})")
