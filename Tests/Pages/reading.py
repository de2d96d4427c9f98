"""Finds in a page what a reader types, in order: commands, files to save, and names that must exist."""

import re
from dataclasses import dataclass, field

# What begins a command in a block that does not say `sh`.
PROGRAM = re.compile(
    r"(runner|make|curl|export|cd|cp|git|swift|python3|apt-get|sudo|scripts/\w+|Benchmarks/\w+"
    r"|\.ci/run|\.build/\S+)(\s|$)")


@dataclass
class Command:
    line: int
    text: str
    # What the page shows below it; None: nothing.
    expected: list = None


@dataclass
class File:
    """A text that the page tells its reader to save."""
    line: int
    name: str
    text: str


@dataclass
class Block:
    """Commands that belong together."""
    line: int
    commands: list = field(default_factory=list)


def without_comment(line):
    """The command of a line, without what is said about it."""
    return re.sub(r"(^|\s+)#( .*|$)", "", line).rstrip()


def joined(lines, first):
    """Commands of a shell block with their lines; a backslash goes on in the next line."""
    commands, text, begin = [], "", first
    for number, line in enumerate(lines, first):
        plain = without_comment(line.strip())
        if not text:
            begin = number
        if plain.endswith("\\"):
            text += plain[:-1].rstrip() + " "
            continue
        text += plain
        if text:
            commands.append(Command(begin, text))
        text = ""
    return commands


def prompted(lines, first):
    """Commands after `$ `, each with what stands below it."""
    commands = []
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            commands.append(Command(number, line[2:], []))
        elif commands:
            commands[-1].expected.append(line)
    return commands


def read(text):
    """Blocks and files of a Markdown page, in their order."""
    found, lines, index = [], text.split("\n"), 0
    while index < len(lines):
        line = lines[index]
        if line.startswith("```"):
            end = next(i for i in range(index + 1, len(lines)) if lines[i].startswith("```"))
            found += fenced(line[3:].strip(), lines[index + 1:end], index + 2, lines[:index])
            index = end
        elif line.startswith("    ") and index and not lines[index - 1].strip():
            end = index
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            body = [part.strip() for part in lines[index:end]]
            if PROGRAM.match(body[0]):
                found.append(Block(index + 1, joined(body, index + 1)))
            index = end
        index += 1
    return found


def fenced(language, body, first, before):
    if language == "lua":
        named = re.match(r"-- (\w+\.lua)\b", body[0])
        said = re.findall(r"save this as `(\S+)`", " ".join(before[-3:]))
        name = named.group(1) if named else said[-1] if said else None
        return [File(first, name, "\n".join(body) + "\n")] if name else []
    if body and body[0].startswith("$ "):
        return [Block(first, prompted(body, first))]
    if language == "sh" or language == "" and body and PROGRAM.match(body[0]):
        return [Block(first, joined(body, first))]
    return []


def examples(help_text):
    """The examples of a help text, each by itself."""
    section = re.search(r"^EXAMPLES:\n((?:  .*\n|\S+ --.*\n|\S.*\n)*?)(?:\n|\Z)", help_text, re.M)
    if not section:
        return []
    lines = [re.sub(r"\s{3,}\S.*", "", line.strip()) for line in section.group(1).splitlines()]
    return [Block(command.line, [command]) for command in joined(lines, 1)]


def missed(text):
    """Lines of blocks that look like commands and that `read` takes for something else."""
    taken = set()
    for part in read(text):
        for command in getattr(part, "commands", []):
            taken.update(range(command.line, command.line + 1 + len(command.expected or [])))
    language = None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            language = line[3:].strip() if language is None else None
        elif language not in ("lua", "python") and (language is not None or line.startswith("    ")):
            if PROGRAM.match(line.strip().removeprefix("$ ")) and number not in taken:
                yield number, line.strip()


def spans(text):
    """What stands between single backticks outside of blocks, with its line."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            inside = not inside
        elif not inside and not line.startswith("    "):
            for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", line):
                yield number, span


def anchors(text):
    """The names by which links point into a page."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", head).lower()).replace(" ", "-")
        for head in heads
    }


def links(text):
    """Targets of links to other files and places, outside of blocks."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", plain):
        if not re.match(r"https?:", target):
            yield target
