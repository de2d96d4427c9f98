"""Functions and files that are too long to be read at once."""

import ast

from tree import Finding

LONGEST_FUNCTION = 60  # lines, from its first word to its closing brace
LONGEST_FILE = 400  # lines

SPLIT_FUNCTION = "give a name of its own to a part of it"
SPLIT_FILE = "look for the second idea in it, and give that a file"


def too_long(tree):
    for file in tree.programs():
        yield from functions(file)
        count = file.text.count("\n")
        if count > LONGEST_FILE:
            yield Finding(
                "file", file.name, LONGEST_FILE + 1, "-",
                f"{count} lines, at most {LONGEST_FILE}", SPLIT_FILE, count)


def functions(file):
    for name, first, last in spans(file):
        count = last - first + 1
        if count > LONGEST_FUNCTION:
            yield Finding(
                "function", file.name, first, name.replace(" ", "_"),
                f"`{name}` has {count} lines, at most {LONGEST_FUNCTION}", SPLIT_FUNCTION, count)


def spans(file):
    if file.suffix in (".swift", ".c", ".h"):
        for one in file.declarations:
            if one.kind in ("function", "computed") and one.end is not None:
                yield one.name, file.line(one.begin), file.line(one.end)
    elif file.suffix == ".py" or file.text.startswith("#!/usr/bin/env python"):
        for node in ast.walk(ast.parse(file.text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.name, node.lineno, node.end_lineno
