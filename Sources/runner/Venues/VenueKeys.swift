import CProcess
import Glibc
import VenueSessions

/// An account's key at a venue, as the user keeps it; never a setting, so never written down.
typealias VenueKeys = VenueKey

extension VenueKey {
    /// The same where nothing can be done without it.
    ///
    /// - Parameter purpose: such as `live trading`.
    static func needed(of venue: Venue, for purpose: String) throws(RunFailure) -> VenueKeys {
        if let keys = try read(of: venue) { return keys }
        let names = venue.keyNames
        throw RunFailure(
            .usage,
            "\(purpose) at \(venue.title) needs a key: set \(names.key) and \(names.secret), or "
                + "\(names.key)_FILE and \(names.secret)_FILE; see docs/venues/\(venue.name).md")
    }

    /// Reads `NAME_API_KEY` and `NAME_API_SECRET`, or what the files named by `…_FILE` hold.
    ///
    /// - Returns: nil where neither is set.
    static func read(of venue: Venue) throws(RunFailure) -> VenueKeys? {
        let names = venue.keyNames
        keepOutOfCoreFiles()
        let id = try value(names.key)
        let secret = try value(names.secret)
        switch (id, secret) {
        case (nil, nil): return nil
        case (let id?, let secret?): return VenueKeys(id: id, secret: secret)
        case (nil, _):
            throw RunFailure(.usage, "\(names.secret) is set and \(names.key) is not: set both")
        case (_, nil):
            throw RunFailure(.usage, "\(names.key) is set and \(names.secret) is not: set both")
        }
    }

    /// The key's id alone, which is not a secret; nil: it is not set.
    static func readID(of venue: Venue) throws(RunFailure) -> String? {
        try value(venue.keyNames.key)
    }

    /// A core file would hold the secret, and lies on disks and in crash collectors for years.
    private static func keepOutOfCoreFiles() {
        _ = process_set_dumpable(0)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    private static func value(_ name: String) throws(RunFailure) -> String? {
        let direct = environment(name)
        guard let path = environment(name + "_FILE") else { return direct }
        guard direct == nil else {
            throw RunFailure(.usage, "\(name) and \(name)_FILE are both set: unset one")
        }
        try checkPrivate(path, name: name + "_FILE")
        guard let text = readText(path) else {
            throw RunFailure(.usage, "\(name)_FILE: cannot read `\(path)`")
        }
        let value = trimmed(text)
        guard !value.isEmpty, !value.contains(where: \.isWhitespace) else {
            throw RunFailure(
                .usage, "\(name)_FILE: `\(path)` should hold the value alone, in a line")
        }
        return value
    }

    /// Refuses a file that others can read: it is no secret then.
    ///
    /// What systemd hands a service is read by that service alone, whatever its mode says: it may
    /// be given by an access list, which shows as a group's right.
    private static func checkPrivate(_ path: String, name: String) throws(RunFailure) {
        if let folder = environment("CREDENTIALS_DIRECTORY"), path.hasPrefix(folder + "/") {
            return
        }
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else {
            throw RunFailure(.usage, "\(name): there is no file `\(path)`")
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw RunFailure(
                .usage, "\(name): others can read `\(path)`: chmod 600 it, or make a new key")
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe trimmed(String(cString: value))
        return text.isEmpty ? nil : text
    }

    private static func trimmed(_ text: String) -> String {
        let head = text.drop(while: \.isWhitespace)
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }
}
