import CMoon
import Foundation
import LuaSyntax
import PropertyTesting
import Testing

/// Why Lua's own compiler refuses the program; nil: it does not.
private func compilerError(_ bytes: [UInt8]) -> String? {
    var message = [CChar](repeating: 0, count: 300)
    let isLua = unsafe bytes.withUnsafeBytes { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
            unsafe moon_compiles(bytes.baseAddress, bytes.count, &message, message.count)
        }
    }
    let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return isLua ? nil : String(decoding: text, as: UTF8.self)
}

private func parserError(_ bytes: [UInt8]) -> String? {
    do throws(SyntaxError) {
        _ = try Parser.program(bytes)
        return nil
    } catch {
        return error.message
    }
}

@Suite struct `The parser agrees with the Lua compiler` {
    @Test(arguments: seeds)
    func `on random programs and their mutations`(seed: UInt64) {
        var random = RandomProgram(seed: seed)
        var accepted = 0
        var refused = 0
        for _ in 0..<400 {
            let program = random.program()
            for text in [program, random.mutated(program), random.mutated(program)] {
                let bytes = Array("\n\(text)".utf8)  // a first line could begin with `#`
                let theirs = compilerError(bytes)
                let ours = parserError(bytes)
                #expect(
                    (ours == nil) == (theirs == nil),
                    "Lua: \(theirs ?? "fine"), we: \(ours ?? "fine")\n\(text)")
                if theirs == nil { accepted += 1 } else { refused += 1 }
            }
        }
        // Both answers must be common, or the test shows little.
        #expect(accepted > 100 && refused > 100, "\(accepted) accepted, \(refused) refused")
    }

    @Test(arguments: seeds)
    func `on random bytes`(seed: UInt64) {
        var random = Seeded(seed)
        let letters =
            Array("\"'[]=-\\xuz{}0123456789abcdefp.e+ \n()::<>~;,x=\u{e9}".utf8) + [0, 13, 255]
        for _ in 0..<4_000 {
            let bytes = (0..<random.int(1...12)).map { _ in random.pick(letters) }
            let text = Array((random.bool() ? "x = " : "").utf8) + bytes
            #expect(
                (parserError(text) == nil) == (compilerError(text) == nil),
                "\(text) \(String(decoding: text, as: UTF8.self)): we: \(parserError(text) ?? "fine"), Lua: \(compilerError(text) ?? "fine")"
            )
        }
    }

    @Test func `on long programs that are not deep`() {
        for text in [
            "x = 1" + String(repeating: " + 1", count: 50_000),
            "x = a" + String(repeating: " and a or a", count: 20_000),
            "x = a" + String(repeating: ".b", count: 900) + String(repeating: "()", count: 90),
            "x = {" + String(repeating: "1, ", count: 50_000) + "}",
            "if a then " + String(repeating: "elseif a then ", count: 20_000) + "end",
            String(repeating: "f() ", count: 50_000), String(repeating: "local a ", count: 200),
            String(repeating: "local a ", count: 201),
        ] {
            let bytes = Array(text.utf8)
            #expect(
                (parserError(bytes) == nil) == (compilerError(bytes) == nil),
                "\(text.prefix(30)): we: \(parserError(bytes) ?? "fine"), Lua: \(compilerError(bytes) ?? "fine")"
            )
        }
    }

    @Test func `on the messages of simple mistakes`() {
        for text in [
            "x = = 1", "if a then", "for 1", "x", "x = 3x", "goto a", "f(", "x = }", "local 1",
        ] {
            let theirs = compilerError(Array(text.utf8)) ?? ""
            let ours = parserError(Array(text.utf8)) ?? "fine"
            #expect(theirs.hasPrefix("program:1: " + ours), "\(theirs) but \(ours)")
        }
    }

    private static let thirdParty: [String] = {
        let folders = ["/usr/share", "/usr/lib", "/usr/local/share"]
        var paths: [String] = []
        for folder in folders {
            let files = FileManager.default.enumerator(atPath: folder)
            while let file = files?.nextObject() as? String {
                if file.hasSuffix(".lua") { paths.append("\(folder)/\(file)") }
            }
        }
        return Array(paths.sorted().prefix(2_000))
    }()

    @Test(.enabled(if: !thirdParty.isEmpty, "no Lua of others is installed under /usr"))
    func `on the Lua of others that is installed here`() throws {
        for path in Self.thirdParty {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            var bytes = Array(data)
            if bytes.first == UInt8(ascii: "#") { bytes = Array("--".utf8) + bytes }
            #expect((parserError(bytes) == nil) == (compilerError(bytes) == nil), "\(path)")
        }
    }
}
