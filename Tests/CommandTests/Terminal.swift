import Foundation
import Glibc

/// The runner in a terminal of its own, as a person sees it.
final class Terminal {
    private let master: Int32
    private var child: pid_t = 0
    private let scratch: TemporaryFolder
    private(set) var bytes: [UInt8] = []
    private var status: Int32?

    // Macros that Swift does not see: TIOCSPTLCK and TIOCGPTN of <asm-generic/ioctls.h>, and
    // POSIX_SPAWN_SETSID of <spawn.h>.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430
    private static let newSession: Int16 = 0x80

    struct CannotStart: Error { let reason: String }
    struct Ended: Error { let text: String }
    struct TookTooLong: Error { let text: String }

    /// - Parameters:
    ///   - environment: besides `PATH` and the runner's home; a `TERM` is there unless this has one.
    ///   - redirection: of a shell, such as `>FILE`.
    init(
        _ arguments: [String], columns: Int = 80, environment: [String: String] = [:],
        redirection: String = "", in folder: URL = Runner.package
    ) throws {
        scratch = try TemporaryFolder()
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: UInt32 = 0
        guard master >= 0, unsafe ioctl(master, Self.setLock, &isLocked) == 0,
            unsafe ioctl(master, Self.getNumber, &number) == 0
        else { throw CannotStart(reason: "there is no terminal") }
        let path = "/dev/pts/\(number)"
        resize(to: columns)
        let all = [
            "PATH": "/usr/bin:/bin", "TERM": "xterm",
            "MOONRUNNER_HOME": scratch.url.appendingPathComponent("home").path,
        ].merging(environment) { $1 }
        // A new session whose first terminal this is: Ctrl-C and a change of size reach it.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(&attributes, Self.newSession)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
        let words =
            [
                "/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\" \(redirection)", "sh",
                folder.path,
            ]
            + [Runner.program.path] + arguments
        var argv = unsafe Self.terminated(words)
        var envp = unsafe Self.terminated(all.map { "\($0)=\($1)" })
        defer {
            for index in 0..<words.count { unsafe free(argv[index]) }
            for index in 0..<all.count { unsafe free(envp[index]) }
        }
        let result = unsafe posix_spawn(&child, words[0], &actions, &attributes, &argv, &envp)
        guard result == 0 else {
            child = 0
            throw CannotStart(reason: "\(path): posix_spawn gave \(result)")
        }
    }

    deinit {
        if status == nil, child > 0 {  // 0 would be this process and all beside it
            kill(child, SIGKILL)
            var ended: Int32 = 0
            unsafe waitpid(child, &ended, 0)
        }
        close(master)
    }

    /// Copies, to be freed, with a null pointer behind the last.
    private static func terminated(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] {
        let copies: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
        return unsafe copies + [nil]
    }

    // MARK: - What a person does

    func resize(to columns: Int) {
        var size = winsize(
            ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Types on the keyboard.
    func type(_ text: String) {
        let keys = Array(text.utf8)
        _ = unsafe write(master, keys, keys.count)
    }

    func pressControlC() { type("\u{3}") }

    // MARK: - What a person sees

    /// Everything that came, as it came.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The lines that stand there, without the last: what was overwritten is gone.
    var lines: [String] { rows.dropLast() }

    /// What stands on the last line.
    var bottom: String { rows.last ?? "" }

    private var rows: [String] {
        text.replacingOccurrences(of: "\r\n", with: "\n").components(separatedBy: "\n").map { row in
            let last = row.components(separatedBy: "\r\u{1B}[K").last ?? row
            return last.replacing(/\u{1B}\[[0-9]+m/, with: "")
        }
    }

    /// Reads until the terminal shows what is wanted.
    func wait(for isThere: (Terminal) -> Bool) throws {
        let end = ContinuousClock.now + .seconds(60)
        while !isThere(self) {
            guard try read() else { throw Ended(text: text) }
            guard ContinuousClock.now < end else { throw TookTooLong(text: text) }
        }
    }

    func wait(for wanted: String) throws { try wait { $0.text.contains(wanted) } }

    /// Reads to the end and returns the exit code; 128 and more: the signal that killed it.
    func waitForEnd() throws -> Int32 {
        while try read() {}
        var ended: Int32 = 0
        while unsafe waitpid(child, &ended, 0) < 0, errno == EINTR {}
        status = ended
        return ended & 0x7f == 0 ? (ended >> 8) & 0xff : 128 + (ended & 0x7f)
    }

    /// Takes what has come, waiting for it; false: the runner has ended.
    private func read() throws -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, 30_000) > 0 else { throw TookTooLong(text: text) }
        let count = unsafe Glibc.read(master, &part, part.count)
        guard count > 0 else { return false }
        bytes += part[..<count]
        return true
    }
}
