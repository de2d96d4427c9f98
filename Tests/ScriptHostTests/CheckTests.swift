import Foundation
import PropertyTesting
import ScriptHost
import Testing

/// A script with planted mistakes, each said in a comment: `-- finds CODE` on its line, or
/// `-- finds at LINE: CODE`.
private struct PlantedMistake: CustomStringConvertible, Sendable {
    var name: String
    var path: String
    var description: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Mistakes")

    static let all: [PlantedMistake] = {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { $0.hasSuffix(".lua") }.sorted().map { file in
            PlantedMistake(
                name: String(file.dropLast(4)), path: folder.appending(path: file).path)
        }
    }()

    /// `LINE CODE` for each finding that the file promises.
    func expected() throws -> [String] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var expected: [String] = []
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            guard let mark = line.range(of: "-- finds ") else { continue }
            var words = line[mark.upperBound...].split { " ,:".contains($0) }.map(String.init)
            var number = "\(index + 1)"
            if words.first == "at" {
                number = words[1]
                words.removeFirst(2)
            }
            expected += words.map { "\(number) \($0)" }
        }
        return expected.sorted()
    }
}

@Suite struct `A check of a script` {
    @Test func `is held against many mistakes`() {
        #expect(PlantedMistake.all.count >= 40)
    }

    @Test(arguments: PlantedMistake.all)
    private func `finds each planted mistake on its line, and nothing else`(
        mistake: PlantedMistake
    ) throws {
        let findings = StrategyCheck.findings(file: mistake.path)
        let expected = try mistake.expected()
        #expect(!expected.isEmpty)
        #expect(findings.map { "\($0.line ?? 0) \($0.code)" }.sorted() == expected, "\(findings)")
        #expect(findings.allSatisfy { $0.column != nil && $0.sourceLine?.isEmpty == false })
    }

    @Test func `has a planted mistake for every code`() throws {
        let planted = Set(
            try PlantedMistake.all.flatMap { mistake in try mistake.expected() }
                .map { line in String(line.drop { $0 != " " }.dropFirst()) })
        let codes = ApiDocuments.checks.split(separator: "\n").dropFirst(2)
            .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(Set(codes).subtracting(planted) == [])
    }

    private func found(_ text: String) -> [String] {
        StrategyCheck.findings(text: text).map(\.description)
    }
    private let start = "subscribe('sim:BTC/USDT', 'trades')\n"

    @Test func `shows the place with a caret and says what to do`() {
        let text = start + "function on_trade(trade)\n  return target(trade.prise)\nend"
        #expect(
            found(text) == [
                """
                strategy.lua:3:23: error: a trade has no field `prise`: did you mean `price`? \
                [unknown-field]
                  3 | return target(trade.prise)
                    |                     ^^^^^
                """
            ])
    }

    @Test func `counts columns in characters`() throws {
        let text = start + "function on_trade() log.info('€µ', fooo) end"
        let finding = try #require(StrategyCheck.findings(text: text).first)
        #expect(finding.column == 36)
        #expect(finding.endColumn == 40)
        #expect(
            finding.description.hasSuffix("\n    | " + String(repeating: " ", count: 35) + "^^^^"))
    }

    @Test(arguments: [
        ("local x = 1 -- check: ignore unused-local", []),
        ("local x = 1 -- check: ignore", []),
        ("-- check: ignore unused-local -- it is for later\nlocal x = 1", []),
        ("local x = 1 -- check: ignore unused-global", ["unused-local"]),
        ("-- check: ignore unused-local\n\nlocal x = 1", ["unused-local"]),
        ("local x = fooo -- check: ignore unused-local", ["unknown-global"]),
    ])
    func `is silenced line by line`(line: String, codes: [String]) {
        let text = start + "function on_trade() return target(1) end\n" + line
        #expect(StrategyCheck.findings(text: text).map(\.code) == codes)
    }

    @Test(arguments: [
        "function on_trade() return target(1) end function on_start() on_trade = nil end",
        "local function go() return target(1) end function on_start() on_trade = go end "
            + "function on_trade() end",
        "local function go() return target(1) end "
            + "if mode() == 'check' then on_trade = go else function on_trade() end end",
        "local function go() return target(1) end local function set() on_trade = go end set()",
        "function on_trade() end function on_timer() on_trade = on_trade and nil end every(1, 'a')",
        "function on_trade(t) state.last = t:copy() state.n = (state.n or 0) + 1 end",
        "local mine = { f = print } function on_trade() mine.f(1) mine.g = function() end end",
    ])
    func `finds nothing in what is meant`(body: String) {
        #expect(found(start + body) == [])
    }

    @Test(.timeLimit(.minutes(1))) func `of a large script takes no long time`() {
        var text = start + "function on_trade() return target(1) end\n"
        for index in 0..<20_000 { text += "global\(index) = other\(index)\n" }
        #expect(StrategyCheck.findings(text: text).count > 20_000)
    }

    @Test func `does not say twice what the load finds too`() {
        let text = start + "function on_trade() return target(1) end\nlocal x = ta.ema(0) x(1)"
        #expect(StrategyCheck.findings(text: text).map(\.code) == ["argument-type"])
    }

    @Test func `says what only the load can know`() {
        let findings = StrategyCheck.findings(
            text: start
                + "function on_trade() return target(1) end\nlocal n = 2\nassert(n > 3, 'n')")
        #expect(findings.map(\.code) == ["load"])
        #expect(findings.first?.line == 4)
        let override = StrategyCheck.findings(
            text: start + "function on_trade() return target(1) end",
            parameters: [ParameterOverride(name: "a", text: "1")])
        #expect(override.map(\.code) == ["load"])
        #expect(override.first?.message.contains("no parameter `a`") == true)
    }

    @Test(arguments: [
        // What a script does so that nothing may be said.
        "function on_trade(t) local _, ask = t.price, t.qty log.info(ask) end",
        "local function f() return target(1) end function on_trade() return f() end",
        "local last function on_trade(t) last = t:copy() log.info(last.price) end",
        "local x = {} function x.y() end function on_trade() x.y() x.z = 1 return x.z end",
        "function on_trade() if helper then return helper() end end function helper() end",
        "function on_trade(t) local q = quote() if q then log.info(q.bid) end end",
        "local list = {} function on_trade(t) list[#list + 1] = buy{qty = 1} return list end",
        "local p = params{a = 1} function on_trade() for k, v in pairs(p) do log.info(k .. v) end end",
        "function on_trade(t) while true do if t.price > 1 then break end end return target(1) end",
        "local a = ta.atr(14) function on_trade(t) log.info(a(t.price, t.price, t.price)) end",
        "local e = {} function on_trade(t) e[t.symbol] = e[t.symbol] or ta.ema(5) e[t.symbol](1) end",
        "function on_trade(t) return target(t.symbol, '0.5') end",
        "function on_trade(t) local s = ('%d'):format(t.time) log.info(s:upper()) end",
        "function on_trade(t) return buy{qty = t.qty, symbol = t.symbol, tif = 'ioc', tag = 'a'} end",
        "local sum = 0 function on_trade(t) sum = sum + t.qty plot('sum', sum) end",
        "function on_trade(...) local trade = ... log.info(trade.anything) end",
        "local M = setmetatable({}, {__call = function() end}) function on_trade() M() end",
        "function on_trade() local ok = pcall(error, 'x') log.info(ok) end",
        "local f = math.max function on_trade(t) plot('m', f(1, t.price)) end",
    ])
    func `is quiet about what is right`(body: String) {
        #expect(found(start + body) == [])
    }

    @Test func `looks into what is required`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "moonrunner-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let main = folder.appending(path: "main.lua")
        try Data(
            """
            local util = require "util"
            subscribe("sim:BTC/USDT", "trades")
            function on_trade() return target(util.size()) end
            """.utf8
        ).write(to: main)
        try Data("local M = {}\nfunction M.size() return siz end\nreturn M".utf8)
            .write(to: folder.appending(path: "util.lua"))
        let findings = StrategyCheck.findings(file: main.path)
        #expect(findings.map(\.code) == ["unknown-global"])
        #expect(findings.first?.file.hasSuffix("/util.lua") == true)
        #expect(findings.first?.line == 2)
    }

    /// All but where an endless loop was stopped: that is wherever it was at the time.
    private func steady(_ findings: [Diagnostic]) -> [Diagnostic] {
        findings.filter { !$0.message.contains("without returning") }
    }

    @Test(arguments: seeds)
    func `answers to any program, the same each time`(seed: UInt64) {
        var random = RandomProgram(seed: seed)
        for _ in 0..<20 {
            let program = random.program()
            for text in [program, random.mutated(program)] {
                let findings = StrategyCheck.findings(text: text)
                #expect(steady(findings) == steady(StrategyCheck.findings(text: text)), "\(text)")
                #expect(!findings.contains { $0.description.isEmpty })
            }
        }
    }

    @Test func `answers to a program that is long`() {
        let lines = (0..<2_000).map { "local a\($0) <const> = b\($0) + c\($0 % 7).d" }
        let text = "do " + lines.joined(separator: " end do\n") + " end"
        let chain = "x = 1" + String(repeating: " + y", count: 20_000)
        #expect(StrategyCheck.findings(text: text).count > 2_000)
        #expect(StrategyCheck.findings(text: chain).contains { $0.code == "unknown-global" })
    }

    @Test func `tells a file that cannot be read`() {
        let findings = StrategyCheck.findings(file: "/nowhere/a.lua")
        #expect(findings.map(\.severity) == [.error])
        #expect(findings[0].message.contains("No such file"))
    }

    @Test func `finds no false mistake in the page's examples`() {
        for example in ApiDocuments.examples {
            // Examples subscribe to more than they use, and some have no handler.
            let findings = StrategyCheck.findings(text: example).filter {
                !["no-handler", "feed-without-handler", "unused-parameter"].contains($0.code)
            }
            #expect(findings == [], "\(example)")
        }
    }
}
