/// Quick ways of a simulated run that tests take the plain way instead, to hold both against each
/// other; no result may depend on it.
package struct PlainWays: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The strategy is told of one event at a time, and never runs ahead.
    package static let eventByEvent = PlainWays(rawValue: 1)
    /// The events of a stretch are taken in one after the other, not column by column.
    package static let rowByRow = PlainWays(rawValue: 2)
    /// The equity is counted out from the position at every price.
    package static let countedOut = PlainWays(rawValue: 4)
    /// Events are read one at a time.
    package static let singly = PlainWays(rawValue: 8)
}
