import Glibc
import Synchronization
import TradingModel

/// The two streams of the process: results on standard output, everything else on standard error.
enum Console {
    static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
    static let inputIsTerminal = isatty(STDIN_FILENO) == 1
    static let errorIsTerminal = isatty(STDERR_FILENO) == 1
    /// Whether the terminal knows codes that move its cursor: a dumb one shows them.
    private static let takesCodes = !["", "dumb"].contains(variable("TERM"))
    /// Whether a line that changes may stand at the bottom.
    static let showsStatus = errorIsTerminal && takesCodes
    /// Set and not empty turns colours off: https://no-color.org, read on 2026-11-29.
    private static let wantsColour = takesCodes && variable("NO_COLOR").isEmpty

    /// Empty where it is not set.
    private static func variable(_ name: String) -> String {
        unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
    }

    /// The first thing that kept results from standard output, as `errno`; 0: nothing.
    private static let outputProblem = Atomic<Int32>(0)

    /// Why results are missing on standard output; nil: they are not, or their reader went away.
    static var outputFailure: String? {
        let problem = outputProblem.load(ordering: .relaxed)
        // A terminal that was closed reads nothing either.
        let isGone = problem == EPIPE || problem == EIO && outputIsTerminal
        guard problem != 0, !isGone else { return nil }
        let reason = unsafe String(cString: strerror(problem))
        return "standard output: \(reason); what was printed is not complete"
    }

    /// Whether what is printed still goes somewhere.
    static var outputGoesOn: Bool { outputProblem.load(ordering: .relaxed) == 0 }

    /// A line on standard output.
    static func print(_ line: String) {
        let problem = show(safe(line) + "\n", on: STDOUT_FILENO)
        guard problem != 0 else { return }
        _ = outputProblem.compareExchange(expected: 0, desired: problem, ordering: .relaxed)
    }

    /// A line on standard error.
    static func warn(_ line: String) { show(safe(line) + "\n", on: STDERR_FILENO) }

    /// An error's one message.
    static func fail(_ message: String) {
        let mark = errorIsTerminal && wantsColour ? "\u{1B}[31merror:\u{1B}[0m" : "error:"
        show("\(mark) \(message.onSomeLines)\n", on: STDERR_FILENO)
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

    /// Text for standard output; plain where that is not a terminal or `NO_COLOR` is set.
    static func coloured(_ text: String, _ colour: Colour) -> String {
        guard outputIsTerminal && wantsColour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    // MARK: - The status line

    /// What stands at the bottom of the terminal.
    private struct Bottom {
        var line: StatusLine?
        var isDrawn = false
    }

    /// A watchdog's thread speaks too.
    private static let bottom = Mutex(Bottom())
    private static let erasure = "\r\u{1B}[K"

    /// Draws the line at the bottom of the terminal; it stays there while other lines are shown.
    static func status(_ line: StatusLine) {
        guard showsStatus else { return }
        bottom.withLock { bottom in
            bottom = Bottom(line: line, isDrawn: true)
            write(erasure + fitted(line), to: STDERR_FILENO)
        }
    }

    /// Removes the status line.
    static func clearStatus() {
        bottom.withLock { bottom in
            if bottom.isDrawn { write(erasure, to: STDERR_FILENO) }
            bottom = Bottom()
        }
    }

    /// Columns of the terminal behind standard output or error, as it is now.
    static func columns(ofOutput isOutput: Bool) -> Int {
        columns(of: isOutput ? STDOUT_FILENO : STDERR_FILENO)
    }

    /// 80 where it does not say.
    private static func columns(of stream: Int32) -> Int {
        var size = winsize()
        let isKnown = unsafe ioctl(stream, UInt(TIOCGWINSZ), &size) == 0
        return isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// One column less than there are: a full line moves the cursor to the next.
    private static func fitted(_ line: StatusLine) -> String {
        line.fitted(to: columns(of: STDERR_FILENO) - 1)
    }

    /// Shows text that ends a line, with the status line below it again at once.
    ///
    /// - Returns: what went wrong, as `errno`; 0: nothing.
    @discardableResult
    private static func show(_ text: String, on stream: Int32) -> Int32 {
        bottom.withLock { bottom in
            guard bottom.isDrawn, let line = bottom.line else { return write(text, to: stream) }
            if stream == STDERR_FILENO || outputIsErrorsTerminal {
                return write(erasure + text + fitted(line), to: stream)
            }
            if outputMayBeShown {
                // Whoever reads it may show it on this terminal, later: the next status follows it.
                write(erasure, to: STDERR_FILENO)
                bottom.isDrawn = false
            }
            return write(text, to: stream)
        }
    }

    /// Whether both streams are one terminal.
    private static let outputIsErrorsTerminal =
        outputIsTerminal && device(STDOUT_FILENO)?.st_rdev == device(STDERR_FILENO)?.st_rdev

    /// Whether standard output is neither a file nor nowhere.
    private static let outputMayBeShown: Bool = {
        guard let mode = device(STDOUT_FILENO)?.st_mode else { return false }
        return outputIsTerminal || mode & S_IFMT == S_IFIFO || mode & S_IFMT == S_IFSOCK
    }()

    private static func device(_ stream: Int32) -> stat? {
        var facts = stat()
        return unsafe fstat(stream, &facts) == 0 ? facts : nil
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
    /// Trading was stopped by a limit or the watchdog.
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

    /// What the log has with its reason, which is shown again only where the log is not before
    /// the same eyes.
    ///
    /// - Parameters:
    ///   - isLogged: whether the log has a line of it.
    ///   - linesToOutput: whether the log is on standard output.
    static func logged(
        _ code: ExitCode, _ what: String, reason: String, isLogged: Bool = true, linesToOutput: Bool
    ) -> RunFailure {
        let isTogether = Console.outputIsTerminal && Console.errorIsTerminal
        let isSeen = isLogged && (isTogether || !linesToOutput)
        return RunFailure(code, isSeen ? "\(what); the log above says why" : "\(what): \(reason)")
    }

    static func stopped(_ reason: String, isLogged: Bool, linesToOutput: Bool) -> RunFailure {
        logged(
            .stopped, "trading stopped", reason: reason, isLogged: isLogged,
            linesToOutput: linesToOutput)
    }
}
