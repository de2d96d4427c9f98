import LiveTrading
import Testing

@Suite struct `The watch on a script` {
    private let folder: TestFolder
    private let watch: ScriptWatch

    init() throws {
        folder = try TestFolder()
        try folder.write("s.lua", "-- 1")
        try folder.makeFolder("lib")
        try folder.write("lib/a.lua", "-- 1")
        watch = try #require(ScriptWatch(script: folder.path("s.lua")))
    }

    @Test func `is quiet while nothing happens`() {
        #expect(!watch.hasNews())
    }

    @Test func `hears a write into the file`() throws {
        try folder.write("s.lua", "-- 2")
        #expect(watch.hasNews())
        #expect(!watch.hasNews())
    }

    @Test func `hears a rename over the file, again and again`() throws {
        for version in 2...4 {
            try folder.replace("s.lua", "-- \(version)")
            #expect(watch.hasNews(), "version \(version)")
        }
    }

    @Test func `hears a deletion and a file that is made again`() throws {
        try folder.remove("s.lua")
        #expect(watch.hasNews())
        try folder.write("s.lua", "-- 2")
        #expect(watch.hasNews())
    }

    @Test func `hears an editor that moves the old file aside first`() throws {
        try folder.rename("s.lua", to: "s.lua~")
        _ = watch.hasNews()
        try folder.write("s.lua", "-- 2")
        #expect(watch.hasNews())
        try folder.remove("s.lua~")
        #expect(!watch.hasNews())
    }

    @Test(arguments: [".#s.lua", "#s.lua#", ".s.lua.swp", "4913", "s.lua~", "notes.txt"])
    func `does not care for what editors leave beside it`(name: String) throws {
        try folder.write(name, "x")
        #expect(!watch.hasNews())
        try folder.remove(name)
        #expect(!watch.hasNews())
    }

    @Test func `hears a change of a required file in a folder below`() throws {
        try folder.write("lib/a.lua", "-- 2")
        #expect(watch.hasNews())
        try folder.replace("lib/a.lua", "-- 3")
        #expect(watch.hasNews())
    }

    @Test func `hears a file in a folder that came later`() throws {
        try folder.makeFolder("more")
        #expect(watch.hasNews())
        try folder.write("more/b.lua", "-- 1")
        #expect(watch.hasNews())
    }

    @Test func `hears a folder that was replaced whole, and goes on`() throws {
        try folder.makeFolder("new")
        try folder.write("new/a.lua", "-- 2")
        _ = watch.hasNews()
        try folder.rename("lib", to: "old")
        try folder.rename("new", to: "lib")
        #expect(watch.hasNews())
        try folder.write("lib/a.lua", "-- 3")
        #expect(watch.hasNews())
    }

    @Test func `hears a change of what a link points to`() throws {
        let other = try TestFolder()
        try other.write("real.lua", "-- 1")
        let link = folder.path("link.lua")
        try makeLink(link, to: other.path("real.lua"))
        let watch = try #require(ScriptWatch(script: link))
        try other.replace("real.lua", "-- 2")
        #expect(watch.hasNews())
    }
}

@Suite struct `Files that are being written` {
    private let folder: TestFolder
    private let start: Int64 = 5_000_000_000

    init() throws {
        folder = try TestFolder()
        try folder.write("s.lua", "-- 1")
    }

    /// The files and the clock.
    private final class Waited {
        private var files: StableFiles
        private let start: Int64

        init(_ path: String, from start: Int64) {
            files = StableFiles([path], now: start)
            self.start = start
        }

        func areStable(after milliseconds: Int64, hasNews: Bool = false) -> Bool {
            files.areStable(at: start + milliseconds * 1_000_000, hasNews: hasNews)
        }
        var texts: [[UInt8]?] { files.texts }
    }

    @Test func `are at rest when nothing has changed for 50 ms`() throws {
        let files = Waited(folder.path("s.lua"), from: start)
        #expect(!files.areStable(after: 49))
        #expect(files.areStable(after: 50))
    }

    @Test func `begin to rest anew with every part that is written`() throws {
        let files = Waited(folder.path("s.lua"), from: start)
        try folder.write("s.lua", "-- 1\nfunction on_tr")
        #expect(!files.areStable(after: 45))
        #expect(!files.areStable(after: 90))
        try folder.write("s.lua", "-- 1\nfunction on_trade() end")
        #expect(!files.areStable(after: 96))
        #expect(files.areStable(after: 146))
        #expect(files.texts == [Array("-- 1\nfunction on_trade() end".utf8)])
    }

    @Test func `begin to rest anew when the same text is written again`() throws {
        let files = Waited(folder.path("s.lua"), from: start)
        #expect(!files.areStable(after: 40, hasNews: true))
        #expect(!files.areStable(after: 60))
        #expect(files.areStable(after: 90))
    }

    @Test func `are waited for when they are gone or empty, but not for ever`() throws {
        let files = Waited(folder.path("s.lua"), from: start)
        try folder.remove("s.lua")
        #expect(!files.areStable(after: 10, hasNews: true))
        #expect(!files.areStable(after: 500))
        try folder.write("s.lua", "")
        #expect(!files.areStable(after: 600, hasNews: true))
        #expect(!files.areStable(after: 1_599))
        #expect(files.areStable(after: 1_600))
    }
}
