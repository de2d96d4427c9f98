internal import CMoon
import TradingCore
package import TradingModel

/// A test file: a script in a sandbox of its own, with a library of functions for tests.
///
/// The library is Lua source; it asks its host by `call(name, value)`. What the host answers may
/// run strategies, which have Lua states of their own.
@safe package final class TestScript {
    /// Answers a call of the library; the message of a refusal becomes an error at the line of the
    /// test file that asked.
    package typealias Answer = (String, PlainValue) throws(TestRefusal) -> PlainValue

    private let context: ScriptContext
    private let bridge: Bridge
    private let host: OpaquePointer

    private final class Bridge {
        let answer: Answer
        init(_ answer: @escaping Answer) { self.answer = answer }
    }

    /// Reads the file and prepares it; ``load()`` runs it.
    package init(
        file path: String, library: String, limits: ScriptLimits, answer: @escaping Answer
    ) throws(ScriptError) {
        let text: String
        do throws(UnreadableFile) {
            text = try ScriptFiles.text(of: path, shown: path)
        } catch {
            throw ScriptError(file: "", message: error.message)
        }
        context = ScriptContext(overrides: [], folder: ScriptFiles.folder(of: path))
        context.files.add(
            chunk: ScriptFiles.lastComponent(of: path), path: path, text: text)
        bridge = Bridge(answer)
        guard
            let host = unsafe moon_open(
                moon_limits(limits, seed: 0), context.calls(), ScriptApi.shimText)
        else {
            throw ScriptError(
                file: path,
                message: limits.noRoom(for: "a test file"))
        }
        unsafe self.host = host
        try open(library)
    }

    deinit { unsafe moon_close(host) }

    private func open(_ library: String) throws(ScriptError) {
        var library = library
        let context = unsafe Unmanaged.passUnretained(bridge).toOpaque()
        let isOpen = library.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe moon_open_tests(host, bytes.baseAddress, bytes.count, Self.call, context)
            }
        }
        guard isOpen else { throw failure() }
    }

    private static let call: moon_test_call = { pointer, name, bytes, count, answer in
        guard let pointer = unsafe pointer else { return false }
        let bridge = unsafe Unmanaged<Bridge>.fromOpaque(pointer).takeUnretainedValue()
        do {
            let value = unsafe try PlainValue(
                encoded: UnsafeRawBufferPointer(start: bytes, count: count))
            let name = unsafe string(name)
            // `state` alone may hold any bytes, and comes with the load.
            if name != "load", value.hasBytes {
                throw ScriptMistake(
                    message: "a text that is not UTF-8 text cannot be given to a strategy")
            }
            let encoded = try bridge.answer(name, value).encoded
            unsafe encoded.withUnsafeBytes { bytes in
                let text = unsafe bytes.assumingMemoryBound(to: CChar.self)
                unsafe moon_text_set(answer, text.baseAddress, text.count)
            }
            return true
        } catch let refusal as TestRefusal {
            unsafe set(answer, refusal.message)
        } catch let mistake as ScriptMistake {
            unsafe set(answer, mistake.message)
        } catch {
            unsafe set(answer, "\(error)")
        }
        return false
    }

    /// Runs the file, which declares its tests.
    package func load() throws(ScriptError) {
        guard var text = context.files.read.first.map({ loadable($0.text) }),
            let chunk = context.files.read.first?.chunk
        else { return }
        let isLoaded = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe moon_load(host, bytes.baseAddress, bytes.count, chunk)
            }
        }
        guard isLoaded else { throw failure() }
    }

    /// Runs the test of a number, counted from 1 in the order of declaration; nil: it passed.
    package func run(_ number: Int) -> ScriptError? {
        unsafe moon_run_test(host, Int64(number)) ? nil : failure()
    }

    /// What the file logged and printed since it was last asked, in order.
    package func drainLines() -> [String] {
        var lines: [String] = []
        for index in 0..<(unsafe moon_request_count(host)) {
            let request = unsafe moon_request_at(host, index)
            if unsafe request.kind == MOON_REQUEST_LOG || request.kind == MOON_REQUEST_ALERT {
                lines.append(unsafe string(request.text, request.count))
            }
        }
        unsafe moon_clear_requests(host)
        return lines
    }

    /// The text of a line of the test file, for a message.
    package func line(_ number: Int) -> String? {
        context.files.read.first.flatMap { context.files.line(number, ofChunk: $0.chunk) }
    }

    /// Splits `name_test.lua:12: text`; no line where the text has no place.
    package static func place(_ text: String) -> Int? { LuaStrategy.place(in: text)?.line }

    /// The shim's last failure; without a line where it happened in no line of the author.
    private func failure() -> ScriptError {
        let failure = unsafe moon_failure_of(host)
        var message = unsafe string(failure.message, failure.count)
        var chunk = unsafe string(failure.file)
        var line = unsafe Int(failure.line)
        if let place = LuaStrategy.place(in: message) {
            (chunk, line, message) = (place.chunk, place.line, place.rest)
        }
        let library = MOON_TEST_LIBRARY
        if message.hasPrefix(library + ":") {  // a limit that was reached inside of it
            let behind = message.dropFirst(library.utf8.count + 1)
            message = String(behind.drop { $0 != " " }.dropFirst())
        }
        guard !chunk.isEmpty, chunk != library, line > 0 else {
            return ScriptError(file: context.files.read.first?.path ?? "", message: message)
        }
        return ScriptError(
            file: context.files.path(ofChunk: chunk), line: line, message: message,
            sourceLine: context.files.line(line, ofChunk: chunk))
    }
}

/// Why a call of a test cannot be answered, in words for its author.
package struct TestRefusal: Error {
    package let message: String
    package init(_ message: String) { self.message = message }
}

// MARK: - What tests need of a strategy

extension LuaStrategy {
    /// The names of all handlers that a script may have.
    package static var handlerNames: [String] {
        (0..<MOON_HANDLER_COUNT.rawValue).map {
            unsafe string(moon_handler_name(moon_handler(rawValue: $0)))
        }
    }

    /// Whether the script has the handler of a name.
    package func handles(_ name: String) -> Bool {
        Self.handlerNames.firstIndex(of: name).map {
            hasHandler(moon_handler(rawValue: UInt32($0)))
        } ?? false
    }

    /// The bar sizes of a symbol as the script wrote them, in order.
    package func barTexts(of symbol: Symbol) -> [(text: String, size: BarSize)] {
        let texts = context.barTexts(of: symbol)
        return (subscriptions[symbol]?.barSizes ?? []).map { (texts[$0] ?? "", $0) }
    }
}

/// The shortest decimal that reads back as a Lua number, in attos, rounded towards zero.
package func attos(of number: Double) throws(DecimalError) -> Int128 {
    try shortestDecimal(number, roundedUp: number < 0)
}
