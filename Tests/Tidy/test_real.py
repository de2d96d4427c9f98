import pathlib
import shutil
import tempfile
import unittest

import listed
import tidy
import tree
from small import Small

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SUMS = "Sources/TradingCore/Exposure.swift"
MODEL = "Sources/TradingModel/Amounts.swift"
HEADER = "Sources/CMoon/Heap/moon_heap.h"
SHIM = "Sources/CMoon/Sandbox/moon_base.c"
VENUES = "docs/adding-a-venue.md"
PROGRAM = "Sources/runner/Runner.swift"


class Copy(Small):
    """This repository, in a folder that goes away."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for name in (*tree.FOLDERS, "Package.swift", "README.md"):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns(".build"))
            else:
                shutil.copy(ROOT / name, self.root / name)


class Real(unittest.TestCase):
    def test_finds_a_fault_of_each_kind_among_all_that_is_here(self):
        copy = Copy()
        self.addCleanup(copy.folder.cleanup)
        before = tidy.problems(copy.root)[0]
        places = [
            ("function", SUMS, copy.add(SUMS, "func planted() {\n" + "    _ = 1\n" * 59 + "}\n")),
            ("layer", MODEL, copy.add(MODEL, "import TradingCore\n")),
            ("layer", HEADER, copy.add(HEADER, '#include "moon_host.h"\n')),
            ("unused", SHIM, copy.add(SHIM, "int moon_planted(void) { return 1; }\n")),
            ("unused", MODEL, copy.add(MODEL, "public let plantedLimit = 1\n")),
            ("word", MODEL, copy.add(MODEL, "private func takePlanted() {}\n")),
            ("name", PROGRAM, copy.add(PROGRAM, 'let x = takePlanted(planted().name == "planted")\n')),
            ("word", PROGRAM, copy.add(PROGRAM, 'print("planted: \\(x) is no text")\n')),
            ("word", "docs/live.md", copy.add("docs/live.md", "\nIts planted fate.\n") + 1),
            ("page", "docs/decisions/9999-planted.md", 1),
            ("promise", VENUES, copy.add(VENUES, "* **P99** Planted.\n")),
            ("file", "Tests/Planted.swift", 401),
            # A line of the list whose finding is gone.
            ("listed", listed.LIST, copy.add(listed.LIST, "file Tests/Gone.swift - 500\n")),
        ]
        copy.write("docs/decisions/9999-planted.md", "# Planted\n")
        copy.write("Tests/Planted.swift", "// planted\n" * 401)
        found = [one for one in tidy.problems(copy.root)[0] if one not in before]
        self.assertEqual(
            sorted(":".join(one.split(":")[:3]) for one in found),
            sorted(f"{file}:{line}: {rule}" for rule, file, line in places))
