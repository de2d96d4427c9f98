/// A whole number by which the venue names something.
///
/// Each kind is a type of its own, so that none of them is taken for another.
package protocol VenueNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    var value: Int64 { get }
    init(_ value: Int64)
}

extension VenueNumber {
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    package var description: String { String(value) }
}

/// An instrument, as `inst_list` numbers it.
package struct InstrumentNumber: VenueNumber {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
}

/// The venue's number of an order.
package struct OrderNumber: VenueNumber {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
}

/// A change of anything at the venue: one count for the whole exchange, so gaps are normal.
///
/// It orders messages and tells fills apart; it cannot show that a message was lost.
package struct TransactionNumber: VenueNumber {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
}

/// Our own number of an order.
///
/// What is sent must lie in ``sendable``; the venue's samples show larger ones that others sent.
package struct ClientNumber: VenueNumber {
    package static let sendable: ClosedRange<Int64> = 1...16_777_215

    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package var isSendable: Bool { Self.sendable.contains(value) }
}

/// The number of a request, which comes back in every reply to it, and in later news of its order.
package struct Nonce: VenueNumber {
    package static let sendable: ClosedRange<Int64> = 1...16_777_215

    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package var isSendable: Bool { Self.sendable.contains(value) }
}

/// Counts the nonces of an account: upwards, as requests over HTTP should have them, and none that
/// still awaits its reply.
package struct NonceCounter: Hashable, Sendable {
    private var next: Int64

    /// The half of the range in which a count begins; it follows the clock, so that a process that
    /// starts again goes on above the one before.
    private static let starts: Int64 = 8_388_608

    /// - Parameter seconds: the time since 1970.
    package init(startingAt seconds: Int64) {
        let rest = seconds % Self.starts
        next = (rest < 0 ? rest + Self.starts : rest) + 1
    }

    /// A nonce that no open request has.
    ///
    /// - Precondition: fewer requests are open than there are nonces.
    package mutating func make(isOpen: (Nonce) -> Bool) -> Nonce {
        for _ in Nonce.sendable {
            let nonce = Nonce(next)
            next = next == Nonce.sendable.upperBound ? Nonce.sendable.lowerBound : next + 1
            if !isOpen(nonce) { return nonce }
        }
        preconditionFailure("every nonce awaits a reply")
    }
}
