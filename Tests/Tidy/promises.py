"""Promises of a venue's session: the page names the tests that prove each, and those tests cite it."""

import re
from collections import defaultdict

from tree import Finding

PAGE = "docs/adding-a-venue.md"
STATED = re.compile(r"^\* \*\*(P\d+)\*\* ", re.M)
ROW = re.compile(r"^\| (P\d+) \| `([^`\n]+)` \| (.+) \|$", re.M)
SUITE = re.compile(r"\bstruct `([^`\n]+)`")
CITED = re.compile(r"^[ \t]*// (?:.*\. )?Promises? (P\d+(?:, P\d+)*)\.\n[ \t]*@Test\b[^`]*?\bfunc `([^`\n]+)`", re.M)


def unproven(tree):
    page = tree.files.get(PAGE)
    if page is None:
        return
    stated, cited, proven = set(), citations(tree), set()
    for found in STATED.finditer(page.text):
        if found[1] in stated:
            yield finding(page, found.start(), found[1], f"{found[1]} is stated twice", "give one the next number")
        stated.add(found[1])
    named = set()
    for row in ROW.finditer(page.text):
        for sentence in re.findall(r"`([^`]+)`", row[3]):
            key = row[1], row[2], sentence
            named.add(key)
            if key in cited:
                proven.add(row[1])
            else:
                yield finding(
                    page, row.start(), row[1], f"no test `{sentence}` of `{row[2]}` cites {row[1]}",
                    f"write `// Promise {row[1]}.` above it, or take it out of the table")
    for found in STATED.finditer(page.text):
        if found[1] not in proven:
            yield finding(page, found.start(), found[1], f"no test proves {found[1]}", "name one in the table below")
    for key, places in cited.items():
        promise, suite, sentence = key
        for file, at in places:
            if promise not in stated:
                yield finding(file, at, promise, f"there is no promise {promise}", f"see {PAGE} for those there are")
            elif key not in named:
                yield finding(
                    file, at, promise, f"{PAGE} does not name `{sentence}` of `{suite}` for {promise}",
                    "add it to the table there")


def citations(tree):
    """Where tests cite promises, by promise, suite and test."""
    found = defaultdict(list)
    for file in tree.of(".swift", under="Tests/"):
        suites = [(one.start(), one[1]) for one in SUITE.finditer(file.text)]
        for one in CITED.finditer(file.text):
            suite = max((start, name) for start, name in [(-1, "-"), *suites] if start < one.start())[1]
            for promise in one[1].split(", "):
                found[promise, suite, one[2]].append((file, one.start()))
    return found


def finding(file, at, promise, what, remedy):
    return Finding("promise", file.name, file.line(at), promise, what, remedy)
