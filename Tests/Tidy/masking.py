"""Texts of programs without their comments and the contents of their strings, each character at its place."""

import re

# The names of tests are sentences between backticks, which may hold quotes.
CODE = re.compile(r'//|/\*|#*"""(?=[ \t]*\n)|#*"|`[^`\n]*`')
INSIDE = re.compile(CODE.pattern + r"|[()]")
C_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class Masked:
    """`code` is as long as the text; `strings` are the parts of literals, each with where it begins."""

    def __init__(self, text):
        self.text, self.strings, self.pieces, self.done = text, [], [], 0

    def hide(self, start, end):
        self.pieces += [self.text[self.done:start], blank(self.text[start:end])]
        self.done = end

    def hide_string(self, start, end):
        if start < end:
            self.strings.append((start, self.text[start:end]))
            self.hide(start, end)

    @property
    def code(self):
        return "".join(self.pieces) + self.text[self.done:]


def swift(text):
    masked = Masked(text)
    pass_code(masked, 0, CODE)
    return masked.code, masked.strings


def pass_code(masked, at, token):
    """Goes over code; with INSIDE up to the `)` that ends an interpolation. Where it ended."""
    text, depth = masked.text, 0
    while found := token.search(text, at):
        at, sign = found.end(), found.group()
        if sign == "(":
            depth += 1
        elif sign == ")":
            if depth == 0:
                return at
            depth -= 1
        elif sign[0] == "`":
            continue
        elif sign == "//":
            at = (text.find("\n", at) + 1 or len(text) + 1) - 1
            masked.hide(found.start(), at)
        elif sign == "/*":
            at = end_of_comment(text, at)
            masked.hide(found.start(), at)
        else:
            at = pass_string(masked, at, sign)
    return len(text)


def end_of_comment(text, at):
    depth = 1
    for sign in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if sign.group() == "/*" else -1
        if depth == 0:
            return sign.end()
    return len(text)


def pass_string(masked, at, opening):
    """Goes over a literal whose opening quotes end at `at`. Where it ended."""
    text = masked.text
    hashes = "#" * opening.count("#")
    ending = opening.strip("#") + hashes
    sign = re.compile(re.escape("\\" + hashes) + r"(.)|" + re.escape(ending), re.S)
    start = at
    while found := sign.search(text, at):
        at = found.end()
        if found.group() == ending:
            masked.hide_string(start, found.start())
            return at
        if found.group(1) == "(":
            masked.hide_string(start, found.start())
            start = at = pass_code(masked, at, INSIDE)
    masked.hide_string(start, len(text))
    return len(text)


def c(text):
    strings = []

    def hide(found):
        sign = found.group()
        if sign[0] != '"':
            return blank(sign)
        strings.append((found.start() + 1, sign[1:-1]))
        return '"' + blank(sign[1:-1]) + '"'
    return C_TOKEN.sub(hide, text), strings
