import unittest

import listed
import tidy
from small import Small

VENUES = "docs/adding-a-venue.md"
TESTS = "Tests/TradingCoreTests/EngineTests.swift"


class Case(unittest.TestCase):
    def setUp(self):
        self.begin()

    def begin(self):
        """Anew, without faults."""
        self.small = Small()
        self.addCleanup(self.small.folder.cleanup)


class Rules(Case):
    """One fault in a repository in which all is well: it is found, at its line, and nothing else is."""

    def finds(self, rule, file, line, *parts):
        found = tidy.findings(self.small.root)
        self.assertEqual([(one.rule, one.file, one.line) for one in found], [(rule, file, line)], found)
        for part in parts:
            self.assertIn(part, str(found[0]))

    def test_is_content_with_what_is_well(self):
        self.assertEqual(tidy.findings(self.small.root), [])

    def test_finds_a_long_function(self):
        line = self.small.replace(
            "Sources/TradingModel/Price.swift", "    public let ticks: Int\n",
            "    public let ticks: Int\n    init(ticks: Int) {\n" + "        // x\n" * 58 + "    }\n")
        self.assertEqual(tidy.findings(self.small.root), [])
        self.small.replace(
            "Sources/TradingModel/Price.swift", "    init(ticks: Int) {\n", "    init(ticks: Int) {\n\n")
        self.finds("function", "Sources/TradingModel/Price.swift", line + 1, "`init` has 61 lines, at most 60")

    def test_finds_a_long_function_of_c_and_of_a_script(self):
        self.small.replace("Sources/CMoon/moon_open.c", "return called(", "\n" * 60 + "return called(")
        self.finds("function", "Sources/CMoon/moon_open.c", 4, "`moon_open`")
        self.begin()
        self.small.write("scripts/long", "#!/usr/bin/env python3\ndef f():\n" + "    pass\n" * 60)
        self.finds("function", "scripts/long", 2, "`f` has 61 lines")

    def test_finds_a_long_file(self):
        self.small.write("Tests/TradingCoreTests/Long.swift", "\n" * 400)
        self.assertEqual(tidy.findings(self.small.root), [])
        self.small.write("Tests/TradingCoreTests/Long.swift", "\n" * 401)
        self.finds("file", "Tests/TradingCoreTests/Long.swift", 401, "401 lines, at most 400")

    def test_finds_what_a_run_by_hand_left(self):
        self.small.write("sim.log", "connected\n")
        self.finds("stray", "sim.log", 1, "top folder")

    def test_finds_an_import_that_points_up(self):
        line = self.small.add("Sources/TradingModel/Price.swift", "@_spi(X) internal import TradingCore\n")
        self.finds("layer", "Sources/TradingModel/Price.swift", line, "TradingModel imports TradingCore", "points up")

    def test_finds_an_import_that_is_never_to_be(self):
        line = self.small.add("Sources/TradingCore/Engine.swift", "import Glibc\n")
        self.finds("layer", "Sources/TradingCore/Engine.swift", line, "no clock")
        self.begin()
        line = self.small.add("Sources/runner/Runner.swift", "internal import struct CMoon.x\n")
        self.finds("layer", "Sources/runner/Runner.swift", line, "only ScriptHost may")

    def test_finds_an_import_that_belongs_to_another_file(self):
        self.small.add("Package.swift", '.target(name: "LiveTrading"),\n')
        self.small.write("Sources/LiveTrading/PaperVenueRun.swift", "import PaperTrading\n")
        self.assertEqual(tidy.findings(self.small.root), [])
        self.small.write("Sources/LiveTrading/LiveRun.swift", "import PaperTrading\n")
        self.finds("layer", "Sources/LiveTrading/LiveRun.swift", 1, "only PaperVenueRun.swift may")

    def test_finds_a_dependency_that_points_up(self):
        line = self.small.replace(
            "Package.swift", 'name: "TradingModel")', 'name: "TradingModel", dependencies: ["runner"])')
        self.finds("layer", "Package.swift", line, "TradingModel imports runner")

    def test_finds_a_target_without_a_layer(self):
        line = self.small.add("Package.swift", '.target(name: "Helpers"),\n')
        self.finds("layer", "Package.swift", line, "`Helpers` has no layer")

    def test_finds_an_include_that_points_up(self):
        line = self.small.add("Sources/CMoon/moon_heap.h", '#include "moon_host.h"\n')
        self.finds("layer", "Sources/CMoon/moon_heap.h", line, "it points up")
        self.begin()
        line = self.small.add("Sources/CMoon/moon_open.c", "#include <zlib.h>\n")
        self.finds("layer", "Sources/CMoon/moon_open.c", line, "only CZlib may")
        self.begin()
        self.small.write("Sources/CMoon/moon_new.h", "")
        line = self.small.add("Sources/CMoon/moon_open.c", '#include "moon_new.h"\n')
        self.finds("layer", "Sources/CMoon/moon_open.c", line, "no layer")

    def test_finds_what_nothing_uses(self):
        for text, name in (
            ("func lost() {}\n", "lost"),
            ("let lost = 1\n", "lost"),
            ("extension Price { var lost: Int { ticks } }\n", "Price.lost"),
            ("extension Side { func lost() { let lost = 1; print(lost) } }\n", "Side.lost"),
            ("private typealias Lost = Int\n", "Lost"),
            ("struct Lost: Hashable { init() {} }\n", "Lost"),
            ("func print(_ x: Stage2) {}\nenum Stage2 { case idle2(Int) }\n", "Stage2.idle2"),
        ):
            with self.subTest(text):
                self.begin()
                line = self.small.add("Sources/TradingModel/Price.swift", text) + text.count("\nenum")
                self.finds("unused", "Sources/TradingModel/Price.swift", line, f"nothing uses `{name}`")

    def test_finds_a_function_of_c_that_nothing_uses(self):
        self.small.add("Sources/CMoon/moon_heap.h", "int moon_lost(void);\n")
        line = self.small.add("Sources/CMoon/moon_open.c", "int moon_lost(void) { return 1; }\n")
        self.finds("unused", "Sources/CMoon/moon_open.c", line, "nothing uses `moon_lost`")

    def test_finds_what_only_tests_use(self):
        line = self.small.add("Sources/TradingModel/Price.swift", "package func tried() {}\n")
        self.small.add("Tests/TradingCoreTests/EngineTests.swift", "let x = tried()\n")
        self.finds("unused", "Sources/TradingModel/Price.swift", line, "only tests use `tried`")

    def test_leaves_what_others_call(self):
        self.small.add("Sources/TradingModel/Price.swift", '''
struct All: Shown, Sequence, IteratorProtocol {
    var description: String { "" }
    func next() -> Int? { nil }
    @_cdecl("x") func fromC() {}
    subscript(i: Int) -> Int { i }
    deinit {}
}
enum Raw: UInt8 { case one = 1, two }
let shown: (Price) -> Int = \\.count2
extension Price { var count2: Int { [ticks].map(twice)[0] } }
func twice(_ x: Int) -> Int { shown(All()) + Raw(rawValue: 1) + (x as Int) }
''')
        self.assertEqual(tidy.findings(self.small.root), [])

    def test_finds_a_page_that_nothing_links(self):
        self.small.write("docs/decisions/0002-two.md", "# Two, see [one](0001-one.md)\n")
        self.finds("page", "docs/decisions/0002-two.md", 1, "no link leads here", "docs/decisions/README.md")
        self.begin()
        self.small.write("docs/new.md", "# New\n")
        self.small.add("docs/style.md", "\n```\n[not a link](new.md)\n```\n")
        self.finds("page", "docs/new.md", 1, "no link leads here")

    def test_finds_an_index_that_nothing_links(self):
        self.small.write("README.md", "# Small\n")
        self.finds("page", "README.md", 1, "does not link to docs/README.md")

    def test_finds_decisions_by_a_name(self):
        for sign in (
            'found.name == "x"', '"x" != found?.name', "found.title == name", "found.state.name != engine.name",
            "first { $0.description == name }",
        ):
            with self.subTest(sign):
                self.begin()
                line = self.small.replace("Sources/runner/Runner.swift", "if found == nil", f"if {sign}")
                self.finds("name", "Sources/runner/Runner.swift", line, "decides by a name")
        self.begin()
        line = self.small.replace("Sources/runner/Runner.swift", "if found == nil {", "switch found.name {\ncase \"\":")
        self.finds("name", "Sources/runner/Runner.swift", line, "`switch found.name`")

    def test_finds_a_banned_verb(self):
        line = self.small.replace("Sources/TradingCore/Engine.swift", "strategy.hear(", "grabIt()\nstrategy.hear(") + 1
        line = self.small.add("Sources/TradingCore/Engine.swift", "func grabIt() {}\n")
        self.finds("word", "Sources/TradingCore/Engine.swift", line, "`grabIt` is named with `grab`", "say `read`")
        self.begin()
        self.small.replace("Sources/CMoon/moon_open.c", "one(int x)", "get_hold_of(int x)")
        self.small.replace("Sources/CMoon/moon_open.c", "called(one(", "called(get_hold_of(")
        self.finds("word", "Sources/CMoon/moon_open.c", 3, "`get hold`")

    def test_finds_a_banned_name(self):
        self.small.replace("Sources/TradingCore/Engine.swift", "strategy.hear(", "let x = isDoomSure\nstrategy.hear(")
        line = self.small.add("Sources/TradingCore/Engine.swift", "let isDoomSure = true\n")
        self.finds("word", "Sources/TradingCore/Engine.swift", line, "`doom`", "say `status` (docs/style.md)")

    def test_finds_a_banned_word_in_a_message_and_in_a_page(self):
        line = self.small.replace("Sources/TradingModel/Price.swift", '"there is no', '"""\n  it is no\n  there is no')
        self.small.replace("Sources/TradingModel/Price.swift", '("}")"', '("}")\n"""')
        self.finds("word", "Sources/TradingModel/Price.swift", line + 1, "`is no` stands in a message")
        self.begin()
        self.small.add("docs/decisions/0001-one.md", "\nIt is no text with Doom.\n")
        self.finds("word", "docs/decisions/0001-one.md", 3, "`doom` stands in a page")

    def test_finds_a_promise_that_no_test_proves(self):
        line = self.small.replace(VENUES, "once.\n", "once.\n* **P2** Each is told.\n") + 1
        self.finds("promise", VENUES, line, "no test proves P2")
        self.begin()
        line = self.small.replace(VENUES, "once.\n", "once.\n* **P1** Each is told.\n") + 1
        self.finds("promise", VENUES, line, "P1 is stated twice")

    def test_finds_a_row_whose_test_does_not_cite_its_promise(self):
        for old, new in (("// Promise P1.\n    @Test func", "@Test func"), ("works (mostly`", "works`"),
                         ('An "engine" {`', "A strategy`")):
            with self.subTest(old):
                self.begin()
                self.small.replace(TESTS, old, new)
                found = tidy.findings(self.small.root)
                self.assertTrue(found)
                self.assertTrue(all(one.rule == "promise" for one in found), found)
                self.assertIn("no test `works (mostly` of `An \"engine\" {` cites P1", " ".join(map(str, found)))

    def test_finds_a_citation_that_the_page_does_not_know(self):
        line = self.small.replace(TESTS, "P1.\n    @Test func", "P1, P7.\n    @Test func")
        self.finds("promise", TESTS, line, "there is no promise P7", VENUES)
        self.begin()
        self.small.replace(VENUES, ", `sends once`", "")
        self.finds("promise", TESTS, 5, "does not name `sends once`", "add it to the table")

    def test_refuses_a_table_that_it_cannot_read(self):
        self.small.replace("docs/style.md", "| functions |", "| function |")
        with self.assertRaisesRegex(ValueError, "docs/style.md:5: `In` takes functions"):
            tidy.findings(self.small.root)
        self.small.write("docs/style.md", "# Style\n")
        with self.assertRaisesRegex(ValueError, "there is no table"):
            tidy.findings(self.small.root)


class List(Case):
    def setUp(self):
        self.begin()
        self.small.add("Sources/TradingModel/Price.swift", "func lost() {}\n")
        self.small.write("Tests/TradingCoreTests/Long.swift", "\n" * 450)

    def problems(self):
        return tidy.problems(self.small.root)[0]

    def list(self, *lines):
        self.small.write(listed.LIST, "# What is known.\n" + "\n".join(lines) + "\n")

    def test_takes_what_is_listed(self):
        self.assertEqual(len(self.problems()), 2)
        self.list(
            "unused Sources/TradingModel/Price.swift lost  # it comes back",
            "file Tests/TradingCoreTests/Long.swift - 450")
        self.assertEqual(tidy.problems(self.small.root), ([], {"unused": (0, 1), "file": (1, 0)}))

    def test_fails_for_what_is_listed_and_gone(self):
        self.list(
            "unused Sources/TradingModel/Price.swift lost", "file Tests/TradingCoreTests/Long.swift - 450",
            "unused Sources/TradingModel/Price.swift lost")
        self.assertEqual(
            self.problems(),
            ["scripts/tidy.allowed:4: listed: `unused` of lost in Sources/TradingModel/Price.swift is gone; "
             "remove the line"])

    def test_fails_for_what_has_grown(self):
        self.list("unused Sources/TradingModel/Price.swift lost", "file Tests/TradingCoreTests/Long.swift - 449")
        self.assertEqual(len(self.problems()), 1)
        self.assertIn("it has grown: 449 are known", self.problems()[0])
        self.list("unused Sources/TradingModel/Price.swift lost", "file Tests/TradingCoreTests/Long.swift - 460")
        self.assertEqual(self.problems(), [])

    def test_fails_for_a_line_that_is_none(self):
        self.list("unused lost")
        self.assertIn("scripts/tidy.allowed:2: expected `RULE FILE NAME", self.problems()[0])

    def test_shrinks(self):
        self.list(
            "unused Sources/TradingModel/Price.swift gone", "file Tests/TradingCoreTests/Long.swift - 460  # why")
        self.assertEqual(
            tidy.list_anew(self.small.root, grows=False),
            "# What is known.\n\nfile Tests/TradingCoreTests/Long.swift - 450  # why\n")
        self.assertIn("Price.swift lost\n", tidy.list_anew(self.small.root, grows=True))
