"""Declarations that nothing uses: their name stands nowhere else in Sources, or only in tests."""

import re
from collections import Counter

from tree import Finding

# Names that others call by a protocol which is not ours. A type is known to keep one by its declaration or
# by an extension, also through a protocol of ours that inherits it.
WITNESSES = {
    "CustomStringConvertible": "description", "CustomDebugStringConvertible": "debugDescription",
    "CustomReflectable": "customMirror", "Hashable": "hash", "CaseIterable": "allCases",
    "RawRepresentable": "rawValue RawValue", "OptionSet": "rawValue RawValue Element",
    "Sequence": "makeIterator underestimatedCount Element Iterator", "IteratorProtocol": "next Element",
    "Collection": "startIndex endIndex index Index Element Iterator",
    "RandomNumberGenerator": "next",
    "ParsableCommand": "configuration run validate", "ParsableArguments": "validate",
    "EnumerableFlag": "name help", "ExpressibleByArgument": "defaultValueDescription",
    "ExpressibleByStringInterpolation": "StringInterpolation",
    "ExpressibleByArrayLiteral": "ArrayLiteralElement",
    "ExpressibleByDictionaryLiteral": "Key Value",
    "ChannelInboundHandler":
        "InboundIn InboundOut OutboundOut handlerAdded handlerRemoved channelActive channelInactive"
        " channelRead channelReadComplete channelRegistered channelUnregistered"
        " channelWritabilityChanged userInboundEventTriggered errorCaught",
    "ChannelOutboundHandler":
        "OutboundIn OutboundOut handlerAdded handlerRemoved write flush close read register bind"
        " connect triggerUserOutboundEvent",
    "RemovableChannelHandler": "removeHandler",
}
INHERITED = {"ChannelDuplexHandler": "ChannelInboundHandler ChannelOutboundHandler"}
# An enum of these has cases that are made of a value, or listed.
LISTED = {"CaseIterable", "EnumerableFlag", "RawRepresentable", "CodingKey", "String", "Character"} | {
    sign + "Int" + size for sign in ("", "U") for size in ("", "8", "16", "32", "64")}
# Attributes by which something else calls what is declared.
CALLED = re.compile(r"@(main|_cdecl|_silgen_name|objc)\b|\boverride\b|\(constructor\)")

WORD = re.compile(r"[A-Za-z_]\w*")
DOTTED = re.compile(r"\.\s*`?([A-Za-z_]\w*)")
# Labels of calls and names of parameters: `f(name: 1)`, `func f(label name: Int)`.
LABEL = re.compile(r"[(,]\s*(?:`?[A-Za-z_]\w*`?\s+)?`?([A-Za-z_]\w*)`?:(?!:)")
CALL = re.compile(r"(?<![.\w`])`?([A-Za-z_]\w*)`?\s*[({]")
# Names of locals. They are given something; `if let name` alone uses the other of that name.
LOCAL = re.compile(r"\b(?:let|var)\s+`?([A-Za-z_]\w*)`?|\bfor\s+([A-Za-z_]\w*)(?=\s+in\b)")
PASTED = re.compile(r"([A-Za-z_]\w*)##")


class Uses:
    """How often each name is used in files: where it stands, but for where something is declared by it."""

    def __init__(self, files):
        self.words, self.dotted, self.calls, self.values = Counter(), Counter(), Counter(), Counter()
        for file in files:
            if file.suffix == ".swift":
                self.add(file)
            else:
                words = Counter(WORD.findall(file.code))
                words.subtract(one.name for one in file.declarations)
                for counts in (self.words, self.calls):
                    counts.update(words)

    def add(self, file):
        code, declared = file.code, Counter(
            one.name for one in file.declarations
            if one.word not in ("init", "deinit", "subscript") and "." not in one.name)
        places = {one.at for one in file.declarations}
        variables = {one.name for one in file.declarations if one.kind in ("property", "computed")}
        for found in LOCAL.finditer(code):
            name = found.group(1) or found.group(2)
            variables.add(name)
            is_given = re.compile(r"\s*(=(?!=)|:)|\s+in\b").match(code, found.end())
            if is_given and found.start(found.lastindex) not in places:
                declared[name] += 1
        words, labels = Counter(WORD.findall(code)), Counter(LABEL.findall(code))
        words.subtract(declared)
        dotted = Counter(DOTTED.findall(code))
        calls = Counter(CALL.findall(code))
        calls.subtract(one.name for one in file.declarations if one.word == "func")
        self.words.update(words)
        self.dotted.update(dotted)
        self.calls.update(calls)
        # A function that is handed on, unless a variable of this file has its name.
        self.values.update({
            name: count - labels[name] for name, count in words.items()
            if name not in variables})

    def of(self, one):
        if one.kind == "case":
            return self.dotted[one.name]
        if one.word == "func":
            return max(0, self.dotted[one.name]) + max(0, self.calls[one.name]) + self.values[one.name]
        return self.words[one.name]


def unused(tree):
    sources = tree.of(".swift", ".c", ".h", under="Sources/")
    # Benchmarks are programs like the runner.
    uses = Uses(sources + tree.of(".swift", ".c", ".h", under="Benchmarks/"))
    tests = Uses(tree.of(".swift", ".c", ".h", under="Tests/"))
    kept = Protocols(sources)
    pasted = tuple({name for file in sources for name in PASTED.findall(file.code)}) or ("\0",)
    for file in sources:
        for one in file.declarations:
            if one.word == "c":
                # A prototype is no place of its own. The linker calls what wraps something.
                counts = one.end is not None and not CALLED.search(one.modifiers) \
                    and not one.name.startswith(("__wrap_", *pasted))
            else:
                counts = WORD.fullmatch(one.name) and one.word not in (
                    "init", "deinit", "subscript", "extension") and not kept.call(one)
            if counts and uses.of(one) <= 0:
                yield finding(file, one, tests.words[one.name] > 0)


def finding(file, one, is_tested):
    name = ".".join((*one.scope, one.name))
    if is_tested:
        what, remedy = f"only tests use `{name}`", "move it to them, or remove both"
    else:
        what, remedy = f"nothing uses `{name}`", "remove it"
    return Finding("unused", file.name, file.line(one.at), name, what, remedy)


class Protocols:
    def __init__(self, files):
        self.of = {}
        for file in files:
            for one in file.declarations:
                if one.kind == "type":
                    names = self.of.setdefault(one.name.split(".")[-1], set())
                    names.update(name.split(".")[-1] for name in one.inherits)

    def all(self, name):
        found, new = set(), {name}
        while new:
            name = new.pop()
            found.add(name)
            new |= (self.of.get(name, set()) | set(INHERITED.get(name, "").split())) - found
        return found

    def call(self, one):
        """Whether something that is not ours uses it."""
        if CALLED.search(one.modifiers):
            return True
        kept = self.all(one.scope[-1]) if one.scope else set()
        if one.kind == "case" and kept & LISTED:
            return True
        return any(one.name in WITNESSES.get(name, "").split() for name in kept)
