import LiveTrading
import Testing
import TradingModel

@Suite struct `An account's latch` {
    private let folder: TestFolder
    private let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    init() throws { folder = try TestFolder() }

    private func latch(_ key: String = "key") -> AccountLatch {
        AccountLatch(venue: "coinex", keyID: key, home: folder.path("home"))
    }

    @Test func `stays on, with its first reason, until it is taken off`() throws {
        #expect(latch().halt == nil)
        #expect(!latch().isOn)
        try latch().set("runner kill", at: now)
        try latch().set("SIGUSR1", at: now.advanced(byNanoseconds: 5))
        #expect(latch().halt?.reason == "runner kill")
        #expect(latch().halt?.time == now)
        #expect(latch().isOn)
        #expect(try latch().clear())
        #expect(latch().halt == nil)
        #expect(try !latch().clear())
    }

    @Test func `is of one account alone, whose key its name does not show`() throws {
        try latch("another").set("runner kill", at: now)
        #expect(latch().halt == nil)
        #expect(!latch("another").path.contains("another"))
    }

    @Test func `holds where its file cannot be read`() throws {
        try latch().set("x", at: now)
        for text in ["", "{", "{}", "\u{0}"] {
            try folder.write(
                "home/accounts/" + (latch().path.split(separator: "/").last.map(String.init) ?? ""),
                text)
            #expect(latch().halt?.reason.contains("cannot be read") == true)
        }
    }

    @Test func `cannot be put on where nothing can be written, which names the file`() throws {
        try folder.write("home", "a file")
        let problem = #expect(throws: OrderIDProblem.self) { try latch().set("x", at: now) }
        #expect(problem?.description.contains(latch().path) == true)
        #expect(!latch().isOn)
    }
}

@Suite struct `A run's presence` {
    private let folder = RunFolder(name: "a", path: "/nowhere/a")

    @Test func `is not seen where there is no folder`() {
        #expect(RunPresence.process(of: folder) == nil)
        #expect(RunPresence.requestedKill(of: folder) == nil)
    }

    @Test func `tells what somebody asked for, until it is seen`() throws {
        let root = try TestFolder()
        let folder = RunFolder(name: "a", path: root.root)
        #expect(RunPresence.requestedKill(of: folder) == nil)
        try RunPresence.requestKill(of: folder, flattens: true)
        #expect(RunPresence.requestedKill(of: folder)?.flattens == true)
        try RunPresence.requestKill(of: folder, flattens: false)
        #expect(RunPresence.requestedKill(of: folder)?.flattens == false)
        RunPresence.acknowledgeKill(of: folder)
        #expect(RunPresence.requestedKill(of: folder) == nil)
    }
}
