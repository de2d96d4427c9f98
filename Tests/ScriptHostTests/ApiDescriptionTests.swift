import CMoon
import Foundation
import LuaSyntax
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// The package's folder, found from this file.
private let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

@Suite struct `The description of the script API` {
    @Test func `lists what the shim has, and nothing else`() throws {
        let strategy = try LuaStrategy(text: "")
        #expect(strategy.missingNames == [])
        // Debian's Lua still has these, which Lua 5.4 gave up.
        let given = ["atan2", "cosh", "frexp", "ldexp", "log10", "pow", "sinh", "tanh"]
        #expect(strategy.hiddenNames.filter { !given.map { "math.\($0)" }.contains($0) } == [])
        #expect(ApiDocuments.names.count == Set(ApiDocuments.names).count)
    }

    @Test func `is what scripts see`() throws {
        for name in ApiDocuments.names {
            let strategy = try LuaStrategy(text: "assert(\(name) ~= nil)")
            #expect(strategy.files.count == 1)
        }
    }

    @Test func `has the fields and methods of every view, in order`() throws {
        var kind: Int32 = 1
        while let name = unsafe moon_view_name(kind) {
            var fields: [String] = []
            while let field = unsafe moon_view_field(kind, Int32(fields.count)) {
                fields.append(unsafe String(cString: field))
            }
            #expect(ApiDocuments.fields(of: unsafe String(cString: name)) == fields)
            kind += 1
        }
        #expect(kind == 12)
    }

    @Test func `has the handlers`() {
        let shim = (0..<MOON_HANDLER_COUNT.rawValue).map { number in
            unsafe String(cString: moon_handler_name(moon_handler(rawValue: number)))
        }
        #expect(ApiDocuments.handlers.sorted() == shim.sorted())
    }

    @Test(arguments: [
        ("order_terms", "buy{zzzzzzzz = 1}"), ("order_terms", "sell{zzzzzzzz = 1}"),
        ("cancel_terms", "cancel{zzzzzzzz = 1}"), ("cancel_terms", "orders{zzzzzzzz = 1}"),
        ("parameter", "params{a = {default = 1, zzzzzzzz = 1}}"),
    ])
    func `has the fields that are taken`(record: String, script: String) throws {
        let message = loadFailure("subscribe('sim:BTC/USDT', 'trades') \(script)")
        let list = try #require(message.firstRange(of: "it takes "))
        let fields = message[list.upperBound...].prefix { $0 != "\n" }
        #expect(ApiDocuments.fields(of: record)?.joined(separator: ", ") == String(fields))
    }

    @Test func `has the terms of an amendment`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT', 'trades')
            function on_trade() return buy{qty = 1} end
            function on_order(order) return amend(order, {zzzzzzzz = 1}) end
            """)
        _ = run.start()
        let order = try #require(try run.trade("50000").submitted.first)
        let lines = run.report(order.id, .accepted(VenueOrderID("v"))).lines
        #expect(lines.contains { $0.contains("it takes price, qty") }, "\(lines)")
    }

    @Test func `has what can be read of an intent`() throws {
        let fields = try #require(ApiDocuments.fields(of: "intent"))
        for field in fields {
            #expect(try failure("local _ = target(1).\(field)") == "no failure")
        }
        #expect(try failure("local _ = target(1).quantity").contains("unknown field `quantity`"))
    }

    @Test func `has the feeds`() throws {
        for feed in ApiDocuments.feeds {
            #expect(loadFailure("subscribe('sim:BTC/USDT', '\(feed)')") == "loaded")
        }
        let message = loadFailure("subscribe('sim:BTC/USDT', 'zzzzzzzz')")
        for feed in ApiDocuments.feeds { #expect(message.contains(feed), "\(message)") }
    }
}

@Suite struct `What comes from the description` {
    @Test func `is the page on the script API`() throws {
        let page = try String(
            contentsOf: package.appending(path: "docs/lua-api.md"), encoding: .utf8)
        #expect(page == ApiDocuments.page, "write it again: runner api --page > docs/lua-api.md")
    }

    @Test func `is the list of what check finds`() throws {
        let page = try String(
            contentsOf: package.appending(path: "docs/check.md"), encoding: .utf8)
        #expect(page.contains(ApiDocuments.checks), "put in what runner api --checks prints")
    }

    @Test func `covers every function on the page`() {
        for name in ApiDocuments.names {
            let shown = name.hasPrefix("ta.") ? String(name.dropFirst(3)) : name
            #expect(
                ["`\(shown)(", "`\(name)(", "`\(shown)`", "`\(shown){"].contains {
                    ApiDocuments.page.contains($0)
                },
                "\(name)")
        }
    }

    @Test func `annotates for editors exactly the names that scripts see`() throws {
        let program = try Parser.program(Array(ApiDocuments.languageServer.utf8))
        var defined: Set<String> = []
        for statement in program.body.statements {
            switch statement.kind {
            case .function(let target, let function) where !function.isMethod:
                defined.insert(try #require(target.path))
            case .assign(let targets, let values):
                // A library is a table; a handler or a value is nil under its annotation.
                if case .table? = values.first?.kind { continue }
                defined.insert(try #require(targets.first?.path))
            default: break
            }
        }
        let expected = Set(ApiDocuments.names + ApiDocuments.handlers)
        #expect(defined.subtracting(expected) == [])
        #expect(expected.subtracting(defined) == [])
    }

    @Test func `annotates every field of every view`() {
        for view in ["trade", "bar", "order", "position", "instrument", "fill"] {
            let fields = ApiDocuments.fields(of: view) ?? []
            for field in fields where field != "copy" {
                let text = ApiDocuments.languageServer
                #expect(
                    text.contains("---@field \(field) ") || text.contains("---@field \(field)? "))
            }
        }
    }

    @Test func `is a configuration for luacheck with the same names`() throws {
        let text = ApiDocuments.luacheck
        _ = try Parser.program(Array(text.utf8))
        for name in ApiDocuments.names + ApiDocuments.handlers where name != "state" {
            let own = name.split(separator: ".").last ?? ""
            #expect(text.contains("\"\(own)\""), "\(name)")
        }
    }

    @Test func `is three files beside a strategy`() throws {
        #expect(
            EditorFiles.all.map(\.path) == [
                ".moonrunner/library/moonrunner.lua", ".luarc.json", ".luacheckrc",
            ])
        let settings = try JSONSerialization.jsonObject(with: Data(EditorFiles.all[1].text.utf8))
        let fields = try #require(settings as? [String: Any])
        #expect(fields["runtime.version"] as? String == "Lua 5.4")
        #expect(fields["workspace.library"] as? [String] == [".moonrunner/library"])
    }
}

extension LuaSyntax.Expression {
    /// `ta.ema` of a name with fields.
    fileprivate var path: String? {
        switch kind {
        case .global(let name): name
        case .index(let table, let key, true):
            if case .text(let field) = key.kind { table.path.map { "\($0).\(field)" } } else { nil }
        default: nil
        }
    }
}
