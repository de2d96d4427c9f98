public import TradingModel

/// Something that a person must know, and mostly do something about.
///
/// Said once, and not with every attempt that fails in the same way; again when it changes, and
/// when it comes back after a success.
public struct VenueProblem: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as far as the venue or the network tell.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// No answer: no address, no connection, no reply.
        case unreachable
        /// No secure connection: the certificate is not believed.
        case tls
        /// This machine's clock and the venue's differ too much.
        case clock
        /// The key or the secret is wrong.
        case key
        /// The key is right and may not do this: address list, rights, a barred account.
        case permission
        /// There is no such instrument.
        case instrument
        /// The venue does not take the leverage or the margin mode.
        case leverage
        /// The venue, or one market, is closed for a time.
        case maintenance
        /// The venue refuses something else.
        case refused
        case other
    }

    public var whatHappened: String
    public var whatToDo: String
    public var cause: Cause
    /// When it is tried again; nil: nothing is tried, or it goes on by itself.
    public var retryAt: Timestamp?
    /// Whether waiting will not help: trading cannot begin, or go on, before somebody acts.
    public var isPermanent: Bool
    public init(
        _ whatHappened: String, whatToDo: String, cause: Cause, retryAt: Timestamp? = nil,
        isPermanent: Bool = false
    ) {
        self.whatHappened = whatHappened
        self.whatToDo = whatToDo
        self.cause = cause
        self.retryAt = retryAt
        self.isPermanent = isPermanent
    }
    public var description: String {
        "\(whatHappened): \(whatToDo)" + (retryAt == nil ? "" : "; it is tried again by itself")
    }
}

extension TransportProblem {
    /// What it is for whoever waits for the venue.
    public var cause: VenueProblem.Cause {
        switch kind {
        case .tls: .tls
        case .dns, .refused, .timeout, .reset, .proxy, .unsent, .other: .unreachable
        }
    }
}
