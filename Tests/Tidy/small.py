"""A made-up repository in which all is well, for tests to put faults into."""

import pathlib
import tempfile

FILES = {
    "Package.swift": '''
let package = Package(
    targets: [
        .executableTarget(
            name: "runner", dependencies: ["ScriptHost", "TradingCore", "TradingModel"]),
        .target(name: "ScriptHost", dependencies: ["CMoon", "TradingModel"]),
        .target(name: "TradingCore", dependencies: ["TradingModel"]),
        .target(name: "TradingModel"),
        .target(name: "CMoon"),
        .testTarget(name: "TradingCoreTests", dependencies: ["TradingCore"]),
    ])
''',
    "README.md": "# Small\n\nSee [the pages](docs/README.md).\n",
    "docs/README.md": "# Pages\n\n[Style](style.md), [decisions](decisions/README.md#all), [venues](adding-a-venue.md).\n",
    "docs/adding-a-venue.md": '''# Adding a venue

* **P1** Orders are sent once.

| Promise | Suite | Test |
| --- | --- | --- |
| P1 | `An "engine" {` | `works (mostly`, `sends once` |
''',
    "docs/decisions/README.md": "# Decisions\n\n[One](0001-one.md)\n",
    "docs/decisions/0001-one.md": "# One\n",
    "docs/style.md": '''# Style

| Not | But | In | Except |
| --- | --- | --- | --- |
| `grab`, `get hold` | `read` | functions | |
| `doom` | `status` | names, pages | |
| `is no` | `is not a` | messages | `there is no` |
''',
    "Sources/TradingModel/Price.swift": '''/// What says itself; `grab` in a comment is no name.
public protocol Shown: CustomStringConvertible {}

public struct Price: Hashable, Shown {
    public let ticks: Int
    public var description: String { "there is no \\(ticks.description) \\("}")" }
    public static func + (one: Price, other: Price) -> Price { Price(ticks: one.ticks + other.ticks) }
}

public enum Side: String, CaseIterable { case buy, sell }
''',
    "Sources/TradingCore/Engine.swift": '''public import TradingModel

public protocol Strategy {
    func hear(_ price: Price)
}

public struct Engine<S: Strategy> {
    public enum Stage { case idle, busy(Int) }
    private var stage = Stage.idle
    let strategy: S
    public init(strategy: S) { self.strategy = strategy }

    public mutating func process(_ price: Price) {
        if case .busy = stage { return }
        stage = .busy(1)
        let grabbed = #"a "raw" text } with a brace"#
        if grabbed.isEmpty { return }
        strategy.hear(price + price)
        for side in Side.allCases { print(side.rawValue, price) }
    }
}
''',
    "Sources/ScriptHost/Host.swift": '''private import CMoon
import TradingModel

public struct Host: Strategy {
    public init() { unsafe moon_open(called) }
    public func hear(_ price: Price) {}
}

/// C calls it.
private func called(_ number: Int32) -> Int32 { number }
''',
    "Sources/runner/Runner.swift": '''import ScriptHost
import TradingCore
import TradingModel

@main struct Runner {
    static func main() {
        var engine = Engine(strategy: Host())
        let name = "x"
        let found = [Entry(name: "y")].first { $0.name == name }
        if found == nil { engine.process(Price(ticks: 1)) }
    }
}

private struct Entry: Equatable { let name: String }
''',
    "Sources/CMoon/include/moon.h": "int moon_open(int (*called)(int));\n",
    "Sources/CMoon/moon_heap.h": "struct heap;\n",
    "Sources/CMoon/moon_host.h": '#include "moon.h"\n#include "moon_heap.h"\n',
    "Sources/CMoon/moon_open.c": '''#include <lua.h>
#include "moon_host.h"
static int one(int x) { return x; }
int moon_open(int (*called)(int)) { return called(one(1)); }
static __attribute__((constructor)) void begin(void) {}
int __wrap_luaH_getn(void) { return 0; }
''',
    "Tests/TradingCoreTests/EngineTests.swift": '''@Suite struct `An "engine" {` {
    // Promise P1.
    @Test func `works (mostly`() {}

    // Once more. Promise P1.
    @Test(arguments: [1, 2])
    func `sends once`(number: Int) {}
}
''',
    "scripts/tidy.allowed": "# What is known.\n",
}


class Small:
    """The repository in a folder that goes away with it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def add(self, name, text):
        """Puts lines at the end of a file. The number of the first."""
        path = self.root / name
        before = path.read_text() if path.exists() else ""
        self.write(name, before + text)
        return before.count("\n") + 1

    def replace(self, name, old, new):
        """Puts `new` in the place of `old`. The number of its line."""
        before = (self.root / name).read_text()
        assert before.count(old) == 1, f"{name} has {old!r} {before.count(old)} times"
        self.write(name, before.replace(old, new))
        return before[:before.index(old)].count("\n") + 1
