/// Why the exchange does not do what it is asked; each venue has its own words for it.
enum Refused: Error, Hashable {
    case belowMinimum
    case priceTooFar
    /// A post-only order would be filled at once.
    case wouldTake
    /// A fill-or-kill order cannot be filled whole.
    case notFillable
    case noLiquidity
    /// The depth gives less than was asked for.
    case tooLarge
    /// The account cannot pay for it.
    case insufficient
    case unknownOrder
    case noPosition
    /// A field does not fit to what there is.
    case invalid(String)
}
