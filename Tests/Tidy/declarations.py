"""What a file declares, found by words and braces: enough for names, lines and sizes, far from a compiler."""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"[{}()\[\]]|(?<![\w.`$@#])(?:"
    r"(?P<function>func)\s+(?P<named>`[^`]+`|\w+|[^\s\w(`]+)"
    r"|(?P<unnamed>init|deinit|subscript)\b(?=[?!]?\s*[(<{]|\s*$)"
    r"|(?P<type>struct|class|enum|actor|protocol|extension|typealias|associatedtype)\s+"
    r"(?!func\b|var\b|let\b)(?P<typed>`?[\w.]+`?)"
    r"|(?P<variable>var|let|case)\s+(?=[\w`(])"
    r"|(?P<imported>import)\s[^\n]*)", re.M)
NAME = re.compile(r"\s*`?([A-Za-z_]\w*)`?")
ATTRIBUTE = re.compile(r"@\w+(?:\([^)\n]*\))?|[a-z]+(?:\([a-z]+\))?")


@dataclass
class Declaration:
    kind: str  # function, type, property, computed, case
    name: str
    at: int  # where its name stands
    begin: int  # where its keyword stands
    # The types around it, the outermost first; a function within a function has the same.
    scope: tuple = ()
    word: str = ""  # its keyword
    is_local: bool = False
    end: int = None  # its closing brace; None: it has none
    inherits: tuple = ()  # of a type
    modifiers: str = ""  # what stands before it on its line and on lines of attributes above


@dataclass
class Scope:
    kind: str  # file, type, function, block
    declaration: Declaration = None
    parens: int = 0
    pending: Declaration = None
    types: tuple = ()
    word: str = ""


def modifiers(code, begin):
    line = code.rfind("\n", 0, begin) + 1
    before = code[line:begin]
    while line:
        above = code.rfind("\n", 0, line - 1) + 1
        text = code[above:line - 1].strip()
        if not re.fullmatch(r"@\w+(\(.*\))?( @\w+(\(.*\))?)*", text):
            break
        before, line = text + " " + before, above
    return before.strip()


def inherited(code, at):
    """The protocols behind the colon of a type, up to its brace."""
    header = code[at:code.find("{", at)]
    header = re.sub(r"\bwhere\b.*", "", header, flags=re.S)
    header = re.sub(r"^\s*<.*?>(?=\s*(:|$))", "", header, flags=re.S)
    if not header.lstrip().startswith(":"):
        return ()
    return tuple(
        name for part in re.split(r"[,&]", header.lstrip()[1:])
        if (name := re.sub(r"@\w+|<.*", "", part, flags=re.S).strip()))


def names(code, at):
    """Names behind `let`, `var`, `case` with where each stands: `a`, `a, b`, `a(Int), b = 1`."""
    found = []
    while match := NAME.match(code, at):
        found.append((match.group(1), match.start(1)))
        at = match.end()
        if code[at:at + 1] == "(":
            at = closing(code, at)
        value = re.compile(r"\s*=\s*[\w\"'.+-][^,\n]*").match(code, at)
        at = value.end() if value else at
        comma = re.compile(r"\s*,").match(code, at)
        if not comma:
            break
        at = comma.end()
    return found


def closing(code, at):
    depth = 0
    for index in range(at, len(code)):
        depth += {"(": 1, ")": -1}.get(code[index], 0)
        if depth == 0:
            return index + 1
    return len(code)


class Reader:
    def __init__(self, code):
        self.code, self.found, self.scopes = code, [], [Scope("file")]

    def read(self):
        for token in TOKEN.finditer(self.code):
            scope, sign = self.scopes[-1], token.group()
            if sign in "([":
                scope.parens += 1
            elif sign in ")]":
                scope.parens -= 1
            elif sign == "{":
                self.open(scope)
            elif sign == "}":
                self.close(token.start())
            elif not token["imported"]:
                self.declare(scope, token)
        return self.found

    def open(self, scope):
        held = scope.pending if scope.parens == 0 else None
        if held is None:
            self.scopes.append(Scope("block", types=scope.types))
            return
        scope.pending = None
        if held.kind == "property":
            held.kind = "computed"
        if held.kind == "type":
            types = scope.types + (held.name.split(".")[-1],)
            self.scopes.append(Scope("type", held, types=types, word=held.word))
        else:
            self.scopes.append(Scope("function", held, types=scope.types))

    def close(self, at):
        if len(self.scopes) > 1:
            ended = self.scopes.pop()
            if ended.declaration:
                ended.declaration.end = at

    def declare(self, scope, token):
        is_local = scope.kind in ("function", "block")
        if token["variable"]:
            if not is_local and scope.parens == 0:
                self.declare_names(scope, token)
            return
        if scope.parens:
            return
        kind = "type" if token["type"] else "function"
        name = token["named"] or token["unnamed"] or token["typed"]
        group = "named" if token["named"] else "unnamed" if token["unnamed"] else "typed"
        found = Declaration(
            kind, name.strip("`"), token.start(group), token.start(), scope.types,
            token["function"] or token["unnamed"] or token["type"], is_local,
            inherits=inherited(self.code, token.end()) if kind == "type" else (),
            modifiers=modifiers(self.code, token.start()))
        self.found.append(found)
        scope.pending = None if found.word in ("typealias", "associatedtype") else found

    def declare_names(self, scope, token):
        is_case = token["variable"] == "case"
        if is_case and scope.word != "enum":
            return
        scope.pending = None
        for name, at in names(self.code, token.end()):
            found = Declaration(
                "case" if is_case else "property", name, at, token.start(), scope.types,
                token["variable"], modifiers=modifiers(self.code, token.start()))
            self.found.append(found)
            scope.pending = None if is_case else found


def swift(code):
    return Reader(code).read()


# ── C

C_HEAD = re.compile(r"(?:^|[;}])([^;{}]*?)([{;])", re.S)


def without_preprocessor(code):
    return re.sub(
        r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda found: re.sub(r"[^\n]", " ", found.group()), code,
        flags=re.M)


def c(code):
    """Functions of a C file: those with a body have an end, prototypes have none."""
    plain, found, at, depth, head = without_preprocessor(code), [], 0, 0, 0
    for sign in re.finditer(r"[{};]", plain):
        at = sign.start()
        if sign.group() == "{":
            if depth == 0:
                current = c_function(plain, head, at, has_body=True)
            depth += 1
        elif sign.group() == "}":
            depth -= 1
            if depth == 0:
                if current:
                    current.end = at
                    found.append(current)
                head = at + 1
        elif depth == 0:
            prototype = c_function(plain, head, at, has_body=False)
            if prototype:
                found.append(prototype)
            head = at + 1
    return found


def c_function(plain, head, at, has_body):
    text = plain[head:at]
    plain = re.sub(r"__attribute__\s*\(\(.*?\)\)", lambda found: " " * len(found.group()), text)
    match = re.search(r"([A-Za-z_]\w*)\s*\(", plain)
    before = text[:match.start()] if match else ""
    if not match or re.match(r"\s*(typedef|extern\s+\"|_Static_assert)", text) or "=" in before:
        return None
    if not before.strip():
        return None  # a macro that stands for a declaration
    start = head + len(text) - len(text.lstrip())
    return Declaration("function", match.group(1), head + match.start(1), start, word="c",
                       modifiers=before.strip())
