import Glibc
import Synchronization
import TradingModel

/// The two streams of the process: results on standard output, everything else on standard error.
enum Console {
    static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
    static let inputIsTerminal = isatty(STDIN_FILENO) == 1
    static let errorIsTerminal = isatty(STDERR_FILENO) == 1
    /// Unless `NO_COLOR` is set to something; set to nothing it counts as not set (no-color.org).
    private static let wantsColour =
        unsafe getenv("NO_COLOR").map { unsafe $0.pointee == 0 } ?? true
    /// The first thing that kept results from standard output, as `errno`; 0: nothing.
    private static let outputProblem = Atomic<Int32>(0)

    /// Why results are missing on standard output; nil: they are not, or their reader went away.
    static var outputFailure: String? {
        let problem = outputProblem.load(ordering: .relaxed)
        guard problem != 0, problem != EPIPE else { return nil }
        let reason = unsafe String(cString: strerror(problem))
        return "standard output: \(reason); what was printed is not complete"
    }

    /// A line on standard output.
    static func print(_ line: String) {
        let problem = write(safe(line) + "\n", to: STDOUT_FILENO)
        guard problem != 0 else { return }
        _ = outputProblem.compareExchange(expected: 0, desired: problem, ordering: .relaxed)
    }

    /// A line on standard error.
    static func warn(_ line: String) { write(safe(line) + "\n", to: STDERR_FILENO) }

    /// An error's one message.
    static func fail(_ message: String) {
        let mark = errorIsTerminal && wantsColour ? "\u{1B}[31merror:\u{1B}[0m" : "error:"
        write("\(mark) \(message.onSomeLines)\n", to: STDERR_FILENO)
    }

    /// Nothing that is printed steers the terminal, but for the colours of ``coloured(_:_:)``.
    ///
    /// What scripts, files and venues say is put on one line before it becomes part of a text.
    private static func safe(_ text: String) -> String {
        let shown = text.onSomeLines
        guard outputIsTerminal, wantsColour, text.utf8.contains(0x1B) else { return shown }
        return Colour.allCodes.reduce(shown) { text, code in
            text.replacing("\\x1b[\(code)m", with: "\u{1B}[\(code)m")
        }
    }

    enum Colour: Int, CaseIterable {
        case bold = 1
        case red = 31
        case green = 32

        /// With 0, which ends a colour.
        static var allCodes: [Int] { [0] + allCases.map(\.rawValue) }
    }

    /// Text for standard output; plain where that is no terminal or `NO_COLOR` is set.
    static func coloured(_ text: String, _ colour: Colour) -> String {
        guard outputIsTerminal && wantsColour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// Overwrites the current line of the terminal on standard error.
    static func status(_ line: String) {
        write("\r\u{1B}[K" + clipped(line.onOneLine), to: STDERR_FILENO)
    }

    /// Removes a status line, so that a log line can take its place.
    static func clearStatus() { write("\r\u{1B}[K", to: STDERR_FILENO) }

    private static func clipped(_ line: String) -> String {
        var size = winsize()
        let known = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
        let columns = known && size.ws_col > 1 ? Int(size.ws_col) - 1 : 79
        return String(line.prefix(columns))
    }

    /// How long a reader that does not read holds a run up: 1 s, in ms.
    private static let patience: Int32 = 1_000

    /// Writes all of it; a reader that is gone (`| head`) ends the writing, not the run.
    ///
    /// - Returns: what went wrong, as `errno`; 0: nothing.
    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(descriptor, raw.baseAddress, raw.count)
            }
            if count < 0 {
                let problem = errno
                if problem == EINTR { continue }
                guard problem == EAGAIN else { return problem }
                // Whoever shares the terminal or the pipe made it one that does not wait.
                var reader = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard unsafe poll(&reader, 1, patience) > 0 else { return problem }
                continue
            }
            bytes = bytes.dropFirst(count)
        }
        return 0
    }
}

/// What the process tells its caller when it ends.
enum ExitCode: Int32 {
    case done = 0
    /// The run failed.
    case failed = 1
    /// The call or the settings are wrong.
    case usage = 2
    /// Trading was stopped by a limit, the watchdog or the kill switch.
    case stopped = 3
}

/// A run that cannot go on, with the one message that the user gets.
struct RunFailure: Error {
    let code: ExitCode
    let message: String
    init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// What the log has told with its reason, which is said again only where the log is not before
    /// the same eyes.
    ///
    /// - Parameters:
    ///   - isLogged: whether the log has a line of it.
    ///   - linesToOutput: whether the log is on standard output.
    static func told(
        _ code: ExitCode, _ what: String, reason: String, isLogged: Bool = true, linesToOutput: Bool
    ) -> RunFailure {
        let isTogether = Console.outputIsTerminal && Console.errorIsTerminal
        let isSeen = isLogged && (isTogether || !linesToOutput)
        return RunFailure(code, isSeen ? "\(what); the log above says why" : "\(what): \(reason)")
    }

    static func stopped(_ reason: String, isLogged: Bool, linesToOutput: Bool) -> RunFailure {
        told(
            .stopped, "trading stopped", reason: reason, isLogged: isLogged,
            linesToOutput: linesToOutput)
    }
}
