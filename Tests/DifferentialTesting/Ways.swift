package import PaperTrading

/// The plain ways that a run can be made to take; none of them: as the program runs.
package struct Ways: OptionSet, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// See ``PlainWays``.
    package static let eventByEvent = Ways(rawValue: 1)
    package static let rowByRow = Ways(rawValue: 2)
    package static let countedOut = Ways(rawValue: 4)
    package static let singly = Ways(rawValue: 8)
    /// Market data is held against orders where there are none too.
    package static let matchedAlways = Ways(rawValue: 16)
    /// The engine keeps books of its own, whatever the feed's latency.
    package static let ownBooks = Ways(rawValue: 32)
    /// Of a stretch the strategy is told trade by trade, with everything taken in before each.
    package static let tradeByTrade = Ways(rawValue: 64)
    /// The strategy is told of orders and fills that it has no handler for.
    package static let hearsAll = Ways(rawValue: 128)
    /// All is kept for a reload: events reach the engine as inputs.
    package static let kept = Ways(rawValue: 256)
    /// Trades and changes go the way of rare events, each in the enum of all.
    package static let wholeEvents = Ways(rawValue: 512)
    /// The run stops at many more moments on its way.
    package static let inSteps = Ways(rawValue: 1024)

    package static let names: [(way: Ways, name: String)] = [
        (.eventByEvent, "eventByEvent"), (.rowByRow, "rowByRow"), (.countedOut, "countedOut"),
        (.singly, "singly"), (.matchedAlways, "matchedAlways"), (.ownBooks, "ownBooks"),
        (.tradeByTrade, "tradeByTrade"), (.hearsAll, "hearsAll"), (.kept, "kept"),
        (.wholeEvents, "wholeEvents"), (.inSteps, "inSteps"),
    ]
    package static let all = names.reduce(into: Ways()) { $0.insert($1.way) }

    /// All of them at once: the plainest run there is.
    ///
    /// Some leave others nothing to do (what goes event by event has no stretches), so mixtures are
    /// held against the program too.
    package static let plainest: Ways = [
        .eventByEvent, .countedOut, .singly, .matchedAlways, .ownBooks, .hearsAll, .wholeEvents,
        .inSteps,
    ]

    package var plain: PlainWays { PlainWays(rawValue: UInt8(rawValue & 15)) }

    package var description: String {
        let names = Self.names.filter { contains($0.way) }.map(\.name)
        return names.isEmpty ? "as the program runs" : names.joined(separator: ", ")
    }
}
