internal import CMoon
import TradingCore
import TradingModel

extension moon_limits {
    init(_ limits: ScriptLimits, seed: UInt64) {
        self.init(
            instructions: Int64(max(1, limits.instructions)),
            memory: Int64(max(0, limits.memoryBytes)), time: limits.time ?? 0,
            load_time: limits.loadTime ?? 0, hard_limit: limits.hardLimit ?? 0,
            intents: Int32(clamping: limits.perCallback.intents),
            log_lines: Int32(clamping: limits.perCallback.logLines),
            plots: Int32(clamping: limits.perCallback.plots),
            timers: Int32(clamping: limits.perCallback.timers),
            coroutines: Int32(clamping: limits.coroutines),
            intents_per_second: Int32(clamping: limits.perSecond.intents),
            log_lines_per_second: Int32(clamping: limits.perSecond.logLines),
            plots_per_second: Int32(clamping: limits.perSecond.plots),
            timers_per_second: Int32(clamping: limits.perSecond.timers),
            subscriptions: Int32(clamping: limits.subscriptions), seed: seed)
    }
}

extension LuaStrategy {
    func load(_ source: String, chunk: String) throws(ScriptError) {
        var source = loadable(source)
        let isLoaded = source.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe moon_load(host, bytes.baseAddress, bytes.count, chunk)
            }
        }
        if let problem = context.overrideProblem { throw ScriptError(file: "", message: problem) }
        guard isLoaded else { throw failure(handler: nil) }
        // A script that never calls params{} takes no overrides either.
        if let problem = context.parameters.unused { throw ScriptError(file: "", message: problem) }
    }

    /// Gives the script the `state` of an earlier run.
    func restore(_ state: String) throws(ScriptError) {
        var state = state
        let isRestored = state.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe moon_set_state(host, bytes.baseAddress, bytes.count)
            }
        }
        guard isRestored else {
            throw ScriptError(
                file: "", message: "the saved state cannot be read: \(failure(handler: nil))")
        }
    }

    /// The script's `state` as text that ``init(file:parameters:limits:seed:state:)`` reads.
    ///
    /// The same data gives the same text. Saved when the script is replaced or the run ends.
    ///
    /// - Throws: ``ScriptError`` naming the first entry that is not plain data.
    public func stateText() throws(ScriptError) -> String {
        guard let state = unsafe moon_state_text(host) else {
            let file = context.files.read.first?.path ?? ""
            throw ScriptError(file: file, message: failure(handler: nil).message)
        }
        return unsafe string(state)
    }

    /// The shim's last failure, with the place that its text begins with taken out of it.
    func failure(handler: String?) -> ScriptError {
        let failure = unsafe moon_failure_of(host)
        var message = unsafe string(failure.message, failure.count)
        var chunk = unsafe string(failure.file)
        var line = unsafe Int(failure.line)
        if let place = Self.place(in: message) {
            chunk = place.chunk
            line = place.line
            message = place.rest
        }
        guard !chunk.isEmpty, line > 0 else {
            let file = context.files.read.first?.path ?? ""
            return ScriptError(file: file, handler: handler, message: message)
        }
        return ScriptError(
            file: context.files.path(ofChunk: chunk), line: line, handler: handler,
            message: message, sourceLine: context.files.line(line, ofChunk: chunk))
    }

    /// Splits `strategy.lua:12: text`; nil where the text begins with no place.
    static func place(in message: String) -> (chunk: String, line: Int, rest: String)? {
        guard let colon = message.firstIndex(of: ":") else { return nil }
        let chunk = message[..<colon]
        let behind = message[message.index(after: colon)...]
        let digits = behind.prefix { $0.isASCII && $0.isNumber }
        let rest = behind.dropFirst(digits.count)
        guard chunk.hasSuffix(".lua"), let line = Int(digits), rest.hasPrefix(": ") else {
            return nil
        }
        return (String(chunk), line, String(rest.dropFirst(2)))
    }

    // MARK: - Handlers

    fileprivate var handlers: [moon_handler] {
        (0..<MOON_HANDLER_COUNT.rawValue).map { moon_handler(rawValue: $0) }
    }

    /// Handlers without a feed and globals that look like handlers.
    ///
    /// - Throws: ``ScriptError`` for a global whose name is a misspelt handler: the strategy would
    ///   run and do nothing.
    func handlerWarnings() throws(ScriptError) -> [Diagnostic] {
        var warnings = try strayHandlers()
        let subscribed = subscriptions.values.reduce(into: FeedSet()) { $0.formUnion($1.feeds) }
        let feeds = Feed.plainFeeds + [("bars:1m", .bars, MOON_ON_BAR)]
        for (name, feed, handler) in feeds where hasHandler(handler) && !subscribed.contains(feed) {
            // Quotes come from the depth too.
            if feed == .quotes && subscribed.contains(.book) { continue }
            warnings.append(
                warning(
                    "\(handlerName(handler)) is never called: no symbol subscribes to `\(name)`; "
                        + "add subscribe(symbol, \"\(name)\")"))
        }
        if !watches, !handlers.contains(where: hasHandler) {
            warnings.append(warning("the script has no handler, such as on_trade: it does nothing"))
        }
        return warnings
    }

    private func strayHandlers() throws(ScriptError) -> [Diagnostic] {
        var warnings: [Diagnostic] = []
        let names = handlers.map(handlerName).joined(separator: ", ")
        while let stray = unsafe moon_stray_at(host, warnings.count)?.pointee {
            let name = unsafe withUnsafeBytes(of: stray.name) { unsafe text(of: $0) }
            let chunk = unsafe withUnsafeBytes(of: stray.file) { unsafe text(of: $0) }
            let line = unsafe chunk.isEmpty ? nil : Int(stray.line)
            let sourceLine = line.flatMap { context.files.line($0, ofChunk: chunk) }
            let path =
                chunk.isEmpty
                ? context.files.read.first?.path ?? "" : context.files.path(ofChunk: chunk)
            if let meant = unsafe stray.meant {
                throw ScriptError(
                    file: path, line: line,
                    message: "`\(name)` is not a handler and would never be called: did you mean "
                        + "`\(unsafe string(meant))`?",
                    sourceLine: sourceLine)
            }
            warnings.append(
                Diagnostic(
                    severity: .warning, file: path, line: line,
                    message: "`\(name)` is not a handler; the handlers are \(names)",
                    sourceLine: sourceLine))
        }
        let count = unsafe moon_stray_count(host)
        if count > warnings.count {
            let more = count - warnings.count
            warnings.append(
                warning("\(more) more global functions begin with `on_` and are not handlers"))
        }
        return warnings
    }

    fileprivate func handlerName(_ handler: moon_handler) -> String {
        unsafe string(moon_handler_name(handler))
    }

    private func warning(_ message: String) -> Diagnostic {
        Diagnostic(
            severity: .warning, file: context.files.read.first?.path ?? "", message: message)
    }
}

extension LuaStrategy {
    /// Whether the host watches conditions for it.
    var watches: Bool { unsafe moon_watches(host) }

    /// Whether an indicator follows this feed of any symbol.
    func isFollowed(_ feed: Feed) -> Bool {
        context.followed.values.contains { $0.contains(feed) }
    }

    /// Whether the script had the handler of this name when it had loaded.
    func hasHandler(named name: String) -> Bool {
        handlers.contains { handlerName($0) == name && declares($0) }
    }
}
