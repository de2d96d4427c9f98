import Foundation
import Testing

@Suite struct `The new command` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func runner(_ arguments: String...) throws -> Runner {
        try Runner(arguments, in: folder.url)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    }

    @Test(arguments: ["trend", "maker", "pairs", "blank"])
    func `writes a strategy that is tested, checked and run without an edit`(
        template: String
    ) throws {
        #expect(try runner("new", "demo", "--template", template).code == 0)
        let tested = try runner("test", "demo_test.lua")
        #expect(tested.code == 0, "\(tested.output)")
        #expect(tested.output.contains("5 passed in 1 file"))
        let checked = try runner("check", "demo.lua", "--json")
        #expect(checked.code == 0)
        #expect(checked.output == "[]\n")
        let run = try runner(
            "demo.lua", "--duration", "10s", "--speed", "1000000", "--seed", "1", "--json")
        #expect(run.code == 0, "\(run.errors)")
        #expect(try run.json()["orders"] is Int)
    }

    @Test(arguments: [("trend", "30m"), ("maker", "2m"), ("pairs", "30m")])
    func `writes a strategy that trades, is refused nothing and leaves nothing behind`(
        template: String, duration: String
    ) throws {
        _ = try runner("new", "demo", "--template", template)
        let run = try runner(
            "demo.lua", "--duration", duration, "--speed", "1000000", "--seed", "1", "--json")
        #expect(run.code == 0, "\(run.errors)")
        let fields = try run.json()
        #expect(fields["orders"] as? Int ?? 0 > 0)
        #expect((fields["rejected"] as? [String: Any])?.isEmpty == true)
        let positions = try #require(fields["positions"] as? [String: [String: Any]])
        #expect(positions.values.allSatisfy { $0["qty"] as? String == "0" }, "\(positions)")
        #expect(!run.errors.contains(".lua:"), "\(run.errors)")
    }

    @Test(arguments: ["trend", "maker", "pairs"])
    func `writes a strategy that is seen to trade within five seconds at the speed it names`(
        template: String
    ) throws {
        let made = try runner("new", "demo", "--template", template)
        let speed = try #require(made.output.firstMatch(of: /--speed ([0-9]+)/)?.1)
        let fiveSeconds = try #require(Int(speed)) * 5
        let late = try (1...20).filter { seed in
            let run = try runner(
                "demo.lua", "--duration", "\(fiveSeconds)s", "--speed", "1000000", "--seed",
                "\(seed)", "--json")
            return try run.json()["fills"] as? Int ?? 0 == 0
        }
        #expect(late == [])
    }

    @Test func `says what it wrote and what to type next`() throws {
        let run = try runner("new", "demo")
        for part in [
            "wrote demo.lua", "wrote demo_test.lua", "wrote .luarc.json",
            "runner test demo_test.lua", "runner demo.lua", "runner check demo.lua",
        ] {
            #expect(run.output.contains(part), "\(run.output)")
        }
        let written = try names()
        #expect(written.contains("demo.lua") && written.contains("demo_test.lua"))
        let settings = try folder.text(".luarc.json")
        #expect(try JSONSerialization.jsonObject(with: Data(settings.utf8)) is [String: Any])
    }

    @Test func `never overwrites, and then writes nothing at all`() throws {
        _ = try folder.write("demo_test.lua", "-- mine\n")
        expectOneMessage(
            try runner("new", "demo"), code: 2, containing: ["demo_test.lua is there already"])
        #expect(try folder.text("demo_test.lua") == "-- mine\n")
        #expect(try names() == ["demo_test.lua"])
    }

    @Test func `keeps editor settings that are there`() throws {
        _ = try folder.write(".luarc.json", "{}")
        let run = try runner("new", "demo")
        #expect(run.code == 0)
        #expect(run.output.contains("kept  .luarc.json"))
        #expect(try folder.text(".luarc.json") == "{}")
    }

    @Test(arguments: ["ideas/deep/demo", "ideas/deep/demo.lua"])
    func `takes a folder, which it makes, in the name`(name: String) throws {
        #expect(try runner("new", name).code == 0)
        let tested = try runner("test", "ideas/deep")
        #expect(tested.code == 0, "\(tested.output)\(tested.errors)")
        #expect(try folder.text("ideas/deep/demo.lua").hasPrefix("-- demo: "))
    }

    @Test(arguments: ["", "1st", "a b", "é", "demo_test", "a.b", "x/", "..", "-", "_a", "a;b"])
    func `refuses what is no name, and writes nothing`(name: String) throws {
        let run = try runner("new", name)
        #expect(run.code == 2)
        #expect(!run.errors.isEmpty)
        #expect(try names() == [])
    }

    @Test func `gives the nearest template`() throws {
        expectOneMessage(
            try runner("new", "demo", "--template", "makr"), code: 2,
            containing: ["`makr`", "did you mean `maker`?"])
        #expect(try names() == [])
    }
}
