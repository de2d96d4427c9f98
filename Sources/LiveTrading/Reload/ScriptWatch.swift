internal import Glibc
internal import ScriptHost

/// Tells when something happens to the Lua files in a script's folder and below.
///
/// Folders are watched and not files: editors save by writing another file and renaming it, and a
/// watch on a file would follow the old one. The folders of links' targets are watched too.
package final class ScriptWatch {
    package let descriptor: Int32
    private let script: String
    private var folders: [Int32: String] = [:]

    /// Folders below the script's that are watched at most, and how deep.
    private static let mostFolders = 256
    private static let deepest = 3

    /// - Returns: nil when the system has no watch left.
    package init?(script: String) {
        self.script = script
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        watchNewFolders()
    }

    deinit { close(descriptor) }

    /// Whether a Lua file or a folder changed since the last call.
    package func hasNews() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        var isNew = false
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            if readEvents(buffer[..<count]) { isNew = true }
        }
        if isNew { watchNewFolders() }  // a folder may have come, or have been made again
        return isNew
    }

    private func readEvents(_ bytes: ArraySlice<UInt8>) -> Bool {
        var isNew = false
        var at = bytes.startIndex
        let headerSize = MemoryLayout<inotify_event>.size
        while at + headerSize <= bytes.endIndex {
            let header = unsafe bytes[at..<at + headerSize].withUnsafeBytes {
                unsafe $0.loadUnaligned(as: inotify_event.self)
            }
            let nameStart = at + headerSize
            let nameEnd = min(nameStart + Int(header.len), bytes.endIndex)
            let name = String(
                decoding: bytes[nameStart..<nameEnd].prefix { $0 != 0 }, as: UTF8.self)
            at = nameEnd
            if header.mask & UInt32(IN_IGNORED) != 0 { folders[header.wd] = nil }
            let isFolder = header.mask & UInt32(IN_ISDIR) != 0
            let concernsAll = UInt32(IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)
            if header.mask & concernsAll != 0 || isFolder || Self.isScript(name) { isNew = true }
        }
        return isNew
    }

    /// Not the copies and locks that editors leave: `.#a.lua`, `#a.lua#`, `a.lua~`, `.a.lua.swp`.
    private static func isScript(_ name: String) -> Bool {
        name.hasSuffix(".lua") && !name.hasPrefix(".") && !name.hasPrefix("#")
    }

    /// Watches every folder that is not watched yet.
    private func watchNewFolders() {
        let folder = Self.folder(of: script)
        var wanted = [folder]
        if let target = realPath(of: script) { wanted.append(Self.folder(of: target)) }
        addFolders(below: folder, depth: 0, to: &wanted)
        for path in wanted.prefix(Self.mostFolders) {
            let events =
                IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE
                | IN_DELETE_SELF | IN_MOVE_SELF
            let watch = unsafe inotify_add_watch(descriptor, path, UInt32(events))
            if watch >= 0 { folders[watch] = path }
        }
    }

    private func addFolders(below path: String, depth: Int, to wanted: inout [String]) {
        guard depth < Self.deepest, let folder = unsafe opendir(path) else { return }
        defer { unsafe closedir(folder) }
        var found: [String] = []
        while let entry = unsafe readdir(folder) {
            guard unsafe entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { found.append("\(path)/\(name)") }
        }
        for path in found.sorted() where wanted.count < Self.mostFolders {
            wanted.append(path)
            addFolders(below: path, depth: depth + 1, to: &wanted)
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
