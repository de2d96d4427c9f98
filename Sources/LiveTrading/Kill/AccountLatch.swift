internal import Glibc
internal import PlainJSON
public import TradingModel

/// What keeps an account from being traded, from a kill until somebody takes it off.
///
/// A file beside the account's order ids. It is there before the first order is cancelled, and outlives
/// every process; where it cannot be read the account may not be traded either.
public struct AccountLatch: Sendable {
    /// Why it is on.
    public struct Halt: Hashable, Sendable {
        public var reason: String
        /// By the wall clock; nil: the file does not say.
        public var time: Timestamp?
    }

    public let path: String

    /// - Parameter keyID: the public part of the account's key.
    public init(venue: String, keyID: String, home: String = RunFolder.home) {
        let ids = AccountOrderIDs.path(venue: venue, keyID: keyID, home: home)
        path = String(ids.dropLast(3)) + "halt"
    }

    /// Nil: the account may be traded.
    public var halt: Halt? {
        guard let bytes = fileBytes(path, most: 1 << 16) else {
            return isMissing ? nil : Halt(reason: "\(path): \(RunFolder.reason())")
        }
        let json = try? JSON(parsing: String(decoding: bytes, as: UTF8.self)[...])
        guard let reason = json?["reason"]?.text else {
            return Halt(reason: "\(path) cannot be read")
        }
        return Halt(reason: reason, time: json?["at"]?.integer.map(Timestamp.init(nanoseconds:)))
    }

    /// Whether it is on; cheap enough to be asked all the time.
    public var isOn: Bool { unsafe access(path, F_OK) == 0 || !isMissing }

    /// Whether the last call failed because there is no such file; where its folder is none, none can be.
    private var isMissing: Bool { errno == ENOENT || errno == ENOTDIR }

    /// Puts it on, durable when it returns; one that is on already keeps its reason.
    ///
    /// - Throws: ``OrderIDProblem`` with the file and what failed.
    public func set(_ reason: String, at now: Timestamp) throws(OrderIDProblem) {
        guard halt?.time == nil else { return }
        let line = JSON.pairs([
            ("at", .integer(now.nanoseconds)), ("reason", .text(reason)),
        ]).line
        let file = OrderIDFile(path)
        do throws(OrderIDProblem) {
            try AccountOrderIDs.makeFolders(for: path)
            try file.writeDraft(Array((line + "\n").utf8))
            try file.syncDraft()
            try file.putInPlace()
            try file.syncPlace()
        } catch {
            throw OrderIDProblem("\(path): \(error)")
        }
    }

    /// Takes it off; false: it was not on.
    public func clear() throws(OrderIDProblem) -> Bool {
        if unsafe unlink(path) == 0 { return true }
        guard errno == ENOENT else { throw OrderIDProblem("\(path): \(RunFolder.reason())") }
        return false
    }
}
