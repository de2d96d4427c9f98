"""The list of what is known: a finding that is not on it fails, and so does one on it that is gone."""

import re
from collections import defaultdict
from dataclasses import dataclass

LIST = "scripts/tidy.allowed"
LINE = re.compile(r"(\S+) (\S+) (\S+)(?: (\d+))?(?:\s+# (.+))?")


@dataclass
class Entry:
    line: int
    key: tuple  # rule, file, name
    # The largest size that is known; None: its rule knows no sizes.
    size: int = None
    # Why it stays; None: it is to go.
    reason: str = None


def read(text):
    """The entries, and complaints about lines that are none."""
    entries, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        found = LINE.fullmatch(line.strip())
        if found:
            rule, file, name, size, reason = found.groups()
            entries.append(Entry(number, (rule, file, name), size and int(size), reason))
        elif line.strip() and not line.startswith("#"):
            wrong.append(f"{LIST}:{number}: expected `RULE FILE NAME [SIZE]`, and `# why` where it is to stay")
    return entries, wrong


def key(finding):
    return finding.rule, finding.file, finding.name


def compare(findings, entries):
    """What fails: new findings, ones that have grown, and entries without a finding."""
    known = defaultdict(list)
    for entry in entries:
        known[entry.key].append(entry)
    problems = []
    for finding in findings:
        held = known[key(finding)]
        if not held:
            problems.append(str(finding))
            continue
        entry = held.pop(0)
        if finding.size and entry.size and finding.size > entry.size:
            problems.append(f"{finding} (it has grown: {entry.size} are known)")
    for entry in (entry for held in known.values() for entry in held):
        rule, file, name = entry.key
        problems.append(f"{LIST}:{entry.line}: listed: `{rule}` of {name} in {file} is gone; remove the line")
    return problems


def written(findings, entries, header, grows):
    """The list anew, by rule, with the sizes as they are now and the reasons that are known.

    What is not listed yet is left out, unless the list grows.
    """
    known = defaultdict(list)
    for entry in entries:
        known[entry.key].append(entry)
    lines, rule = [header], None
    for finding in sorted(findings, key=lambda one: (one.rule, one.file, one.name, one.line)):
        held = known[key(finding)]
        if not held and not grows:
            continue
        entry = held.pop(0) if held else Entry(0, key(finding))
        if finding.rule != rule:
            rule = finding.rule
            lines.append("")
        size = finding.size and (finding.size if grows or entry.size is None else min(finding.size, entry.size))
        words = [*key(finding)] + ([str(size)] if size else []) + ([f" # {entry.reason}"] if entry.reason else [])
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"
