internal import Glibc

/// The socket in a run's folder through which a command reaches the run while it goes on.
///
/// A request is a line; the answer is lines, the last of them `exit N` with the caller's exit code.
package final class ControlSocket {
    let descriptor: Int32
    private let path: String
    private static let name = "control"

    /// Opens the socket; nil when the system does not let us.
    package init?(in folder: RunFolder) {
        path = folder.path + "/" + Self.name
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let isBound = unsafe Self.withAddress(in: folder) { address, size in
            unsafe bind(descriptor, address, size) == 0
        }
        guard isBound, listen(descriptor, 8) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        close(descriptor)
        unsafe unlink(path)
    }

    /// The next request that waits; nil: there is none.
    package func next() -> ControlRequest? {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return nil }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        // A caller that says nothing may hold the others up for a second, not longer.
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        unsafe setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        guard let line = Self.lines(from: connection, mostBytes: 256, untilFirst: true).first
        else {
            close(connection)
            return nil
        }
        return ControlRequest(line: line, connection: connection)
    }

    /// Whether the run goes on and can be reached.
    package static func isReachable(_ folder: RunFolder) -> Bool {
        guard let connection = connect(to: folder) else { return false }
        close(connection)
        return true
    }

    /// Sends a request to a run and returns its answer; nil: it is over.
    package static func send(
        _ line: String, to folder: RunFolder
    ) -> (lines: [String], code: Int32)? {
        guard let connection = connect(to: folder) else { return nil }
        defer { close(connection) }
        ControlRequest.write(line, to: connection)
        var lines = lines(from: connection, mostBytes: 16 << 20, untilFirst: false)
        guard let last = lines.popLast(), last.hasPrefix("exit "),
            let code = Int32(last.dropFirst(5))
        else { return (lines + ["the session went away before it had answered"], 1) }
        return (lines, code)
    }

    private static func connect(to folder: RunFolder) -> Int32? {
        let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard connection >= 0 else { return nil }
        let isConnected = unsafe withAddress(in: folder) { address, size in
            unsafe Glibc.connect(connection, address, size) == 0
        }
        if isConnected { return connection }
        close(connection)
        return nil
    }

    /// An address has room for 107 bytes, a path may be longer: it goes through the open folder.
    private static func withAddress(
        in folder: RunFolder, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let directory = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return false }
        defer { close(directory) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let short = Array("/proc/self/fd/\(directory)/\(name)".utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            unsafe room.copyBytes(from: short)
        }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, size)
            }
        }
    }

    private static func lines(
        from connection: Int32, mostBytes: Int, untilFirst: Bool
    ) -> [String] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < mostBytes {
            let count = unsafe read(connection, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
            if untilFirst, bytes.contains(UInt8(ascii: "\n")) { break }
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// A request that waits for its answer; the connection ends with it.
package final class ControlRequest {
    package let line: String
    private let connection: Int32

    init(line: String, connection: Int32) {
        self.line = line
        self.connection = connection
    }

    deinit { close(connection) }

    package func answer(_ text: String) { Self.write(text, to: connection) }
    package func end(_ code: Int32) { Self.write("exit \(code)", to: connection) }

    static func write(_ line: String, to connection: Int32) {
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe send(connection, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
