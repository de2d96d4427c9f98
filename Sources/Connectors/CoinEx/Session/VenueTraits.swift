/// How a venue differs from others in what can be said as data.
package struct VenueTraits: Sendable {
    /// What a reply to a new order tells.
    package enum ReplyMeaning: Hashable, Sendable {
        /// The order has been matched: what of it cannot rest has ended.
        case settled
        /// The venue has taken it and will match it: nothing has ended with the reply.
        case taken
    }

    package var reply: ReplyMeaning

    package init(reply: ReplyMeaning) { self.reply = reply }

    package static let coinEx = VenueTraits(reply: .settled)
}
