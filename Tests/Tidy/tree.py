"""The files of a repository, each read once."""

import bisect
import functools
import pathlib
import re
from dataclasses import dataclass

import declarations
import masking

FOLDERS = ("Sources", "Tests", "Benchmarks", "scripts", ".ci", "deploy", "docs", "examples", "strategies")
PROGRAMS = (".swift", ".c", ".h", ".py", ".sh")


@dataclass(frozen=True)
class Finding:
    rule: str
    file: str
    line: int
    # What it is about: with rule and file this is how the list of known findings calls it.
    name: str
    what: str
    remedy: str
    # How much there is of it, where it is a size: it may not grow.
    size: int = None

    def __str__(self):
        return f"{self.file}:{self.line}: {self.rule}: {self.what}; {self.remedy}"


class File:
    def __init__(self, root, path):
        self.path, self.name, self.suffix = path, path.relative_to(root).as_posix(), path.suffix
        self.text = path.read_text(errors="replace")

    @functools.cached_property
    def lines(self):
        return [0] + [found.end() for found in re.finditer("\n", self.text)]

    def line(self, at):
        return bisect.bisect_right(self.lines, at)

    @functools.cached_property
    def masked(self):
        return masking.swift(self.text) if self.suffix == ".swift" else masking.c(self.text)

    @property
    def code(self):
        return self.masked[0]

    @property
    def strings(self):
        return self.masked[1]

    @functools.cached_property
    def declarations(self):
        return declarations.swift(self.code) if self.suffix == ".swift" else declarations.c(self.code)

    @property
    def is_script(self):
        """A program that says by its first line what runs it."""
        return not self.suffix and self.text.startswith("#!")


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.files = {}
        for folder in FOLDERS:
            for path in sorted((self.root / folder).rglob("*")):
                if path.is_file() and not path.is_symlink() and self.counts(path):
                    file = File(self.root, path)
                    self.files[file.name] = file
        for name in ("Package.swift", "README.md"):
            if (self.root / name).exists():
                self.files[name] = File(self.root, self.root / name)

    def counts(self, path):
        parts = path.relative_to(self.root).parts
        return ".build" not in parts and "__pycache__" not in parts \
            and path.suffix in (*PROGRAMS, ".md", "") and path.name != "Package.resolved"

    def of(self, *suffixes, under=""):
        return [file for file in self.files.values()
                if file.suffix in suffixes and file.name.startswith(under)]

    def programs(self, under=""):
        return [file for file in self.files.values() if file.name.startswith(under)
                and (file.suffix in PROGRAMS or file.is_script)]
