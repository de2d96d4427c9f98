import Foundation
import Glibc

/// The runner as a child process with limits on its time and memory, and what it took.
struct MeasuredProcess {
    let code: Int32
    /// Both streams.
    let output: String
    /// The largest resident memory, in bytes.
    let memory: Int

    struct CannotStart: Error { let reason: String }

    /// - Parameters:
    ///   - seconds: of processor time, beyond which the kernel kills it.
    ///   - bytes: of address space, beyond which it gets no memory.
    init(_ arguments: [String], in folder: String, seconds: Int, bytes: Int) throws {
        let scratch = try TemporaryFolder()
        let path = try scratch.write("output", "")
        // A shell sets the limits and gives its place to the runner, so the figures are the runner's.
        let command =
            "cd \"$1\" && shift && ulimit -t \(seconds) && ulimit -v \(bytes / 1_024) && exec \"$@\""
        let words =
            ["/bin/sh", "-c", command, "sh", folder, Runner.program.path] + arguments
        let child = try Self.start(
            words, output: path, home: scratch.url.appendingPathComponent("home").path)
        var status: Int32 = 0
        var usage = rusage()
        while unsafe wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw CannotStart(reason: "wait4 failed") }
        }
        // As a shell does: a signal's number behind 128.
        code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        memory = usage.ru_maxrss * 1_024
        output = try scratch.text("output")
    }

    private static func start(_ words: [String], output: String, home: String) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_APPEND, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments = unsafe terminated(words)
        var environment = unsafe terminated(["PATH=/usr/bin:/bin", "MOONRUNNER_HOME=\(home)"])
        defer {
            for index in 0..<words.count { unsafe free(arguments[index]) }
            for index in 0..<2 { unsafe free(environment[index]) }
        }
        var child: pid_t = 0
        let result = unsafe posix_spawn(
            &child, words[0], &actions, nil, &arguments, &environment)
        guard result == 0 else { throw CannotStart(reason: "posix_spawn gave \(result)") }
        return child
    }

    /// Copies, to be freed, with a null pointer behind the last.
    private static func terminated(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] {
        let copies: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
        return unsafe copies + [nil]
    }
}
