/// A part of an account with a wallet, lists and numbers of its own: names, order ids and execution
/// ids of one mean nothing in the other.
public enum Segment: String, Hashable, Comparable, Sendable, CaseIterable {
    case spot
    case futures

    public static func < (left: Self, right: Self) -> Bool {
        left == .spot && right == .futures
    }
}
