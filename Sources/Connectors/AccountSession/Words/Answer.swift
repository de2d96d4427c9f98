public import TradingModel
package import VenueSessions

/// Where a page of a list begins.
public struct PagePlace: Hashable, Sendable {
    /// Counted from 1.
    package var number: Int
    /// What the venue wants to be told of where it begins, if not this number: an offset or a name.
    package var mark: String?

    package init(number: Int, mark: String? = nil) {
        self.number = number
        self.mark = mark
    }

    package static let first = PagePlace(number: 1)
    package var next: PagePlace { PagePlace(number: number + 1) }
}

/// A page of a list.
public struct Rows<Fact: Sendable>: Sendable {
    package var rows: [Fact]
    /// Nil: it is the last.
    package var next: PagePlace?

    package init(_ rows: [Fact], next: PagePlace?) {
        self.rows = rows
        self.next = next
    }

    package static var none: Rows { Rows([], next: nil) }
}

/// What comes of an ask.
public enum Answer: Sendable {
    /// Done, or so it stands: the answer to what changes an order, and to what asks for one.
    case order(OrderFact)
    /// A stop order was placed or changed, and this is its id now.
    case stop(WireID)
    /// Done, and nothing more is said.
    case done
    /// It will be done: of a cancel only the order's own end is proof.
    case underWay
    case orders(Rows<OrderFact>)
    case stops(Rows<StopFact>)
    case executions(Rows<ExecutionFact>)
    case balances([BalanceFact])
    case positions(Rows<PositionFact>)
    case fundings([FundingFact])
    case time(Timestamp)
    case fees(AccountFees)
    /// What the venue lists of the instruments that are traded, and what it has instead of one that it
    /// does not list.
    case instruments([InstrumentID: InstrumentNews])
    /// The account is set up in a way that is not traded in; and what to do about it.
    case unfit(String, toDo: String)
    /// Surely not done.
    case refused(Refusal)
}

/// What an account pays in a market.
public struct AccountFees: Hashable, Sendable {
    package var maker: Rate
    package var taker: Rate

    package init(maker: Rate, taker: Rate) {
        self.maker = maker
        self.taker = taker
    }
}

/// What a venue's list says about an instrument.
public enum InstrumentNews: Sendable {
    case listed(ListedInstrument)
    /// The nearest names that there are, nearest first.
    case missing(nearest: [String])
    /// Its entry makes no sense.
    case unusable(reason: String)
}

/// An instrument by the venue's list.
public struct ListedInstrument: Sendable {
    /// With the fees of the list, which are only a guess.
    package var instrument: Instrument
    /// Whether it takes orders now.
    package var isTradable: Bool
    /// Those that may be set; empty: any.
    package var leverages: [String]

    package init(instrument: Instrument, isTradable: Bool, leverages: [String]) {
        self.instrument = instrument
        self.isTradable = isTradable
        self.leverages = leverages
    }
}

/// What a refusal means for what we do next.
public enum RefusalKind: Hashable, Sendable {
    /// Not carried out; the same request may be repeated after a wait.
    case busy
    /// Not carried out, because we ask too often.
    case rateLimit
    /// Whether it was carried out is not known: ask first.
    case unknownOutcome
    /// Not carried out: the timestamp was outside of the window. A new signature may be tried.
    case expired
    /// The order is not there, or no longer.
    case unknownOrder
    /// The client id was taken: an order that has it may be ours, so ask first.
    case duplicateID
    /// The request breaks a rule: only a corrected one can succeed.
    case incorrect
    /// Funds are missing.
    case funds
    /// The market does not take this for the time being.
    case marketClosed
    /// The key, its permissions or the account: a person must act.
    case account
    /// The socket must sign in first.
    case notSignedIn
    /// A code that nobody has described.
    case undocumented

    /// What to do about it where nothing better is known.
    package var advice: String {
        switch self {
        case .busy: "the venue is overloaded: try again in some seconds"
        case .rateLimit: "too many requests: ask less often"
        case .unknownOutcome: "whether it was carried out is not known: it is being asked for"
        case .expired: "the request came too late for the venue: check this machine's clock"
        case .unknownOrder: "the venue has no such open order"
        case .duplicateID: "the order's client id was used before: it is being asked for"
        case .incorrect: "the venue refuses the price, the quantity or another parameter"
        case .funds: "the balance is not enough"
        case .marketClosed: "the market does not take this now: try again later"
        case .account: "the key or the account is refused: check the key's permissions"
        case .notSignedIn: "the venue wants the signature again"
        case .undocumented: "the venue gives no documented reason: look into its status page"
        }
    }
}

/// A venue's refusal in our words.
public struct Refusal: Hashable, Sendable, CustomStringConvertible {
    package var kind: RefusalKind
    /// What the venue said, with its code.
    package var text: String
    /// What to do about it.
    package var advice: String
    package var cause: VenueProblem.Cause

    package init(
        _ kind: RefusalKind, _ text: String, advice: String? = nil,
        cause: VenueProblem.Cause = .refused
    ) {
        self.kind = kind
        self.text = text
        self.advice = advice ?? kind.advice
        self.cause = cause
    }

    public var description: String { text }
}
