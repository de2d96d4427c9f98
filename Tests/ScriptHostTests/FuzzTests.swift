import Foundation
import PropertyTesting
import ScriptHost
import Testing

/// Sources that nobody would write; scripts/sanitize does the same under the sanitizers.
@Suite struct `Sources from anywhere` {
    private static let package = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The shipped strategies' texts.
    private static let texts = Result {
        let folder = package.appending(path: "strategies")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".lua") }.sorted()
            .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
    }

    /// Pieces of the texts, with bytes changed.
    private static func mixture(_ random: inout Seeded, of texts: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<random.int(1...5) {
            let text = random.pick(texts)
            let start = random.int(0...(text.count - 1))
            bytes += text[start..<min(text.count, start + 2_000)]
        }
        for _ in 0..<random.int(0...10) {
            bytes[random.int(0...(bytes.count - 1))] = UInt8(random.int(0...127))
        }
        return bytes
    }

    @Test(arguments: seeds)
    func `load, or say why not`(seed: UInt64) throws {
        var random = Seeded(seed)
        var limits = ScriptLimits()
        limits.instructions = 10_000
        let texts = try Self.texts.get()
        for _ in 0..<50 {
            let bytes = Self.mixture(&random, of: texts)
            do throws(ScriptError) {
                _ = try LuaStrategy(
                    text: String(decoding: bytes, as: UTF8.self), limits: limits)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test(arguments: seeds)
    func `are refused as bytecode, whatever follows its mark`(seed: UInt64) throws {
        var random = Seeded(seed)
        let header: [UInt8] = [
            0x1b, 0x4c, 0x75, 0x61, 0x54, 0, 0x19, 0x93, 0x0d, 0x0a, 0x1a, 0x0a, 4, 8, 8,
        ]
        for _ in 0..<50 {
            var bytes = header.prefix(random.int(1...header.count))
            for _ in 0..<random.int(0...200) {
                bytes.append(UInt8(random.int(0...127)))
            }
            let text = String(decoding: bytes, as: UTF8.self)
            for prefix in ["", "\u{feff}"] {
                #expect(loadFailure(prefix + text).contains("attempt to load a binary chunk"))
            }
            #expect(
                throws: ScriptError.self,
                performing: { try LuaStrategy(text: "", state: text) })
        }
    }

    @Test func `of one endless line load in the time they take, or are refused by size`() throws {
        let folder = try FileManager.default.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: Self.package,
            create: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "long.lua")
        try Data(repeating: UInt8(ascii: " "), count: 10_000_000).write(to: file)
        #expect(throws: ScriptError.self) { try LuaStrategy(file: file.path) }
        try Data(("x = 1" + String(repeating: " + 1", count: 500_000)).utf8).write(to: file)
        _ = try LuaStrategy(file: file.path)
    }
}
