"""Decisions by a name that is for reading: it is changed for its looks, and then something else happens."""

import re

from tree import Finding

SHOWN = r"(?:name|title|description)"
# With a text; two names with each other; what is said at length with anything. `$0.name == name`, which looks
# an entry up by what a user wrote, is none.
DECISION = re.compile(
    rf"\.{SHOWN}\s*(?:==|!=)\s*\"[^\"\n]*\""
    rf"|\"[^\"\n]*\"\s*(?:==|!=)\s*[\w.?!$]+\.{SHOWN}\b"
    rf"|\.{SHOWN}\s*(?:==|!=)\s*[\w.?!$]+\.{SHOWN}\b"
    r"|(?<![\w`])(?:title|description)\s*(?:==|!=)"
    r"|(?:==|!=)\s*[\w.?!$]+\.(?:title|description)\b"
    rf"|\bswitch\s+[^{{\n]*\.{SHOWN}\s*\{{")


def decisions(tree):
    for file in tree.of(".swift", under="Sources/"):
        for found in DECISION.finditer(file.code):
            sign = file.text[found.start():found.end()].strip(" {")
            yield Finding(
                "name", file.name, file.line(found.start()), re.sub(r"\s+", "_", sign),
                f"`{sign}` decides by a name that is for reading",
                "compare the value itself, or ask it by a property such as `isResting`")
