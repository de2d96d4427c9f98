import Dispatch
import Foundation
import Glibc
import Testing

/// What waits for a program waits for minutes at most: one that hangs is a failure that says what it printed, and
/// not a test that never ends.
extension Process {
    private static let patience: TimeInterval = 180

    /// Starts it as a shell would, whatever the tests themselves ignore: a closed terminal is heard.
    func start() throws {
        _ = signal(SIGHUP, SIG_DFL)
        try run()
    }

    /// Waits for its end, and kills it where that takes too long.
    func waitForExit(sourceLocation: SourceLocation = #_sourceLocation) {
        let (id, words) = (processIdentifier, arguments ?? [])
        let end = DispatchWorkItem {
            Issue.record("\(words) did not end, and was killed", sourceLocation: sourceLocation)
            Glibc.kill(id, SIGKILL)
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: end)
        waitUntilExit()
        end.cancel()
    }
}

extension FileHandle {
    /// What has come, waiting for it; nil: nothing came for minutes.
    func patientData() -> Data? {
        var ready = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, 180_000) > 0 else { return nil }
        return availableData
    }
}
