import Testing
import TradingCore
import TradingModel

/// The whole table: every state down, every event across, for an order of 10.
///
/// A state is written as what is asked, a colon, and where it stands:
/// `a` amend (of the price), `a15` amend the quantity to 15, `c` cancel, `ca15` cancel while that
/// amendment is under way, `u` unknown; `p` sent, `s` sent as a stop order, `w` waiting, a number:
/// working with that much filled. `F` filled, `X` cancelled, `E` expired, `R` rejected, each with
/// what was filled. `?` no venue id, `b` another venue id. `=` no change, `-` unexpected.
private let table = """
    state   accA   accB rej trig  cReq    cRej   cxl aReq   amd12 amd4 aRej exp lost    nf
    p       0      0b   R   -     c:p     -      X0? -      -     -    -    E0? u:p     -
    s       w      wb   R   0?    c:s     -      X0? -      -     -    -    E0? u:s     -
    w       =      -    R   0     c:w     -      X0  a15:w  =     =    -    E0  u:w     -
    0       =      -    R   =     c:0     -      X0  a15:0  =     =    -    E0  u:0     -
    4       =      -    -   =     c:4     -      X4  a15:4  =     F4   -    E4  u:4     -
    4?      4      4b   -   =     c:4?    -      X4? a15:4? =     F4?  -    E4? u:4?    -
    a:4     =      -    -   =     ca:4    -      X4  -      4     F4   4    E4  ua:4    -
    a3:4    =      -    -   =     ca3:4   -      X4  -      4     F4   4    E4  ua3:4   -
    a15:4   =      -    -   =     ca15:4  -      X4  -      4     F4   4    E4  ua15:4  -
    a15:10  =      -    -   =     ca15:10 -      X10 -      10    F10  F10  E10 ua15:10 -
    a15:w   =      -    R   a15:0 ca15:w  -      X0  -      w     w    w    E0  ua15:w  -
    c:p     c:0    c:0b R   -     -       p      X0? -      -     -    -    E0? u:p     -
    c:s     c:w    c:wb R   c:0?  -       s      X0? -      -     -    -    E0? u:s     -
    c:w     =      -    R   c:0   -       w      X0  -      =     =    -    E0  u:w     -
    c:4     =      -    -   =     -       4      X4  -      =     F4   -    E4  u:4     -
    ca:4    =      -    -   =     -       a:4    X4  -      c:4   F4   c:4  E4  ua:4    -
    ca15:4  =      -    -   =     -       a15:4  X4  -      c:4   F4   c:4  E4  ua15:4  -
    ca15:10 =      -    -   =     -       a15:10 X10 -      c:10  F10  F10  E10 ua15:10 -
    u:p     0      0b   R   -     =       =      X0? -      -     -    -    E0? =       R!
    u:s     w      wb   R   u:0?  =       =      X0? -      -     -    -    E0? =       R!
    u:w     w      -    R   u:0   =       =      X0  -      =     =    -    E0  =       -
    u:4     4      -    -   =     =       =      X4  -      =     F4   -    E4  =       -
    u:4?    4      4b   -   =     =       =      X4? -      =     F4?  -    E4? =       -
    ua15:4  a15:4  -    -   =     =       =      X4  -      u:4   F4   u:4  E4  =       -
    ua15:10 a15:10 -    -   =     =       =      X10 -      u:10  F10  F10  E10 =       -
    F10     =      -    -   =     -       =      -   -      -     =    =    -   =       -
    F10?    F10    F10b -   =     -       =      -   -      -     =    =    -   =       -
    X4      =      -    -   =     -       =      -   -      -     -    =    -   =       -
    X0?     X0     X0b  -   =     -       =      -   -      -     -    =    -   =       -
    R       -      -    -   =     -       =      -   -      -     -    =    -   =       -
    E4      =      -    -   =     -       =      -   -      -     -    =    -   =       -
    E0?     E0     E0b  -   =     -       =      -   -      -     -    =    -   =       -
    """
private let fillTable = """
    state   f1      f6      f7      f10     f11
    p       1?      6?      7?      F10?    -
    s       1?      6?      7?      F10?    -
    w       1       6       7       F10     -
    0       1       6       7       F10     -
    4       5       F10     -       -       -
    4?      5?      F10?    -       -       -
    a:4     a:5     F10     -       -       -
    a3:4    a3:5    F10     -       -       -
    a15:4   a15:5   a15:10  a15:11  a15:14  F15
    a15:10  a15:11  -       -       -       -
    a15:w   a15:1   a15:6   a15:7   a15:10  a15:11
    c:p     c:1?    c:6?    c:7?    F10?    -
    c:s     c:1?    c:6?    c:7?    F10?    -
    c:w     c:1     c:6     c:7     F10     -
    c:4     c:5     F10     -       -       -
    ca:4    ca:5    F10     -       -       -
    ca15:4  ca15:5  ca15:10 ca15:11 ca15:14 F15
    ca15:10 ca15:11 -       -       -       -
    u:p     u:1?    u:6?    u:7?    F10?    -
    u:s     u:1?    u:6?    u:7?    F10?    -
    u:w     u:1     u:6     u:7     F10     -
    u:4     u:5     F10     -       -       -
    u:4?    u:5?    F10?    -       -       -
    ua15:4  ua15:5  ua15:10 ua15:11 ua15:14 F15
    ua15:10 ua15:11 -       -       -       -
    F10     -       -       -       -       -
    F10?    -       -       -       -       -
    X4      -       -       -       -       -
    X0?     -       -       -       -       -
    R       -       -       -       -       -
    E4      -       -       -       -       -
    E0?     -       -       -       -       -
    """

private struct Row: Sendable, CustomTestStringConvertible {
    let state: String
    let next: [String: String]
    var testDescription: String { state }

    private static func cells(_ table: String) -> [[String]] {
        table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }

    static let all: [Row] = {
        let answers = cells(table)
        let fills = cells(fillTable)
        return zip(answers, fills).dropFirst().map { answer, fill in
            precondition(answer[0] == fill[0], "the tables have the same rows")
            let next = zip(answers[0] + fills[0], answer + fill).filter { $0.0 != "state" }
            return Row(state: answer[0], next: Dictionary(uniqueKeysWithValues: next))
        }
    }()
}

private let orderQuantity = coins(10)
private func coins(_ units: Int) -> Quantity { Quantity(attos: Int128(units) * attosPerUnit) }

private func event(_ code: String) throws -> OrderEvent {
    let price = Price(attos: 5)
    return switch code {
    case "accA": .accepted(VenueOrderID("a"))
    case "accB": .accepted(VenueOrderID("b"))
    case "rej": .rejected(reason: "r")
    case "trig": .triggered
    case "cReq": .cancelRequested
    case "cRej": .cancelRejected(reason: "r")
    case "cxl": .cancelled
    case "aReq": .amendRequested(price: price, quantity: coins(15))
    case "aRej": .amendRejected(reason: "r")
    case "exp": .expired(reason: "e")
    case "lost": .lost(reason: "l")
    case "nf": .notFound
    case let code where code.hasPrefix("amd"):
        .amended(price: price, quantity: coins(try #require(Int(code.dropFirst(3)))))
    default: .fill(.stub(try #require(Int(code.dropFirst()))))
    }
}

extension Fill {
    fileprivate static func stub(_ units: Int) -> Fill {
        Fill(
            id: "1", price: Price(attos: 5), quantity: coins(units), liquidity: .maker,
            fee: .zero, feeCurrency: Currency("USDT"))
    }
}

/// Reads the table's notation.
private func state(_ code: String) throws -> OrderState {
    let parts = code.split(separator: ":").map(String.init)
    if parts.count == 1, let end = try finalState(code) { return end }
    let at = try standing(try #require(parts.last))
    guard parts.count == 2 else {
        return switch at {
        case .sent(let isStop): isStop ? .pendingStop : .pendingNew
        case .waiting(let id): .waiting(id)
        case .working(let id, let filled): .working(id, filled: filled)
        }
    }
    let asked = parts[0]
    let terms = asked.split(separator: "a", omittingEmptySubsequences: false).dropFirst().first
        .map { OrderState.Terms(price: Price(attos: 5), quantity: Int($0).map(coins)) }
    return switch asked.first {
    case "c": .pendingCancel(at, amending: terms)
    case "u": .unknown(at, amending: terms, reason: "l")
    default: .pendingAmend(at, to: try #require(terms))
    }
}

private func venueID(_ code: String) -> VenueOrderID? {
    code.hasSuffix("?") ? nil : VenueOrderID(code.hasSuffix("b") ? "b" : "a")
}

private func units(_ code: String) throws -> Quantity {
    coins(try #require(Int(String(code.filter(\.isNumber)))))
}

private func finalState(_ code: String) throws -> OrderState? {
    switch code.first {
    case "F": .filled(venueID(code), try units(code))
    case "X": .cancelled(venueID(code), filled: try units(code))
    case "E": .expired(venueID(code), filled: try units(code), reason: "e")
    case "R": .rejected(reason: code == "R!" ? "the venue never saw it" : "r")
    default: nil
    }
}

private func standing(_ code: String) throws -> OrderState.Standing {
    switch code.first {
    case "p": .sent(isStop: false)
    case "s": .sent(isStop: true)
    case "w": .waiting(try #require(venueID(code)))
    default: .working(venueID(code), filled: try units(code))
    }
}

@Suite struct `An order's state` {
    @Test(arguments: Row.all)
    private func `follows the table`(row: Row) throws {
        let before = try state(row.state)
        #expect(row.next.count == 19)
        for (code, next) in row.next {
            let event = try event(code)
            if next == "-" {
                #expect(throws: UnexpectedEvent(state: before, event: event), "\(code)") {
                    try before.after(event, quantity: orderQuantity)
                }
            } else {
                let expected = next == "=" ? before : try state(next)
                #expect(try before.after(event, quantity: orderQuantity) == expected, "\(code)")
            }
        }
    }

    @Test(arguments: Row.all)
    private func `counts what may still fill`(row: Row) throws {
        let state = try state(row.state)
        let most = state.mostToFill(of: orderQuantity)
        let isFinal = "FXER".contains(try #require(row.state.first))
        #expect(state.isOpen == !isFinal)
        #expect(
            most == (isFinal ? .zero : coins(row.state.contains("15") ? 15 : 10) - state.filled))
        #expect(state.isUnknown == row.state.hasPrefix("u"))
        guard !isFinal else { return }
        // Just so much fills it, and a crumb more is refused.
        let crumb = Quantity(attos: 1)
        var fill = Fill.stub(1)
        fill.quantity = most
        let last = try state.after(.fill(fill), quantity: orderQuantity)
        #expect(last == .filled(state.venueID, state.filled + most))
        fill.quantity = most + crumb
        #expect(throws: UnexpectedEvent.self) {
            try state.after(.fill(fill), quantity: orderQuantity)
        }
    }

    @Test func `a fill of nothing is unexpected`() throws {
        #expect(throws: UnexpectedEvent.self) {
            try OrderState.pendingNew.after(.fill(.stub(0)), quantity: orderQuantity)
        }
    }

    @Test func `an amendment below what is filled fills it`() throws {
        let state = OrderState.pendingAmend(
            .working(nil, filled: coins(4)), to: .init(price: nil, quantity: coins(3)))
        #expect(
            try state.after(.amended(price: nil, quantity: coins(3)), quantity: orderQuantity)
                == .filled(nil, coins(4)))
    }

    @Test func `a stop order begins as one`() throws {
        var request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: orderQuantity)
        #expect(OrderState(of: request) == .pendingNew)
        request.stop = Price(attos: 5)
        #expect(OrderState(of: request) == .pendingStop)
    }

    @Test(arguments: [
        ("p", "pending"), ("s", "pending"), ("w", "waiting"), ("4", "working"),
        ("a:4", "amending"), ("c:4", "cancelling"), ("u:4", "unknown"), ("F10", "filled"),
        ("X4", "cancelled"), ("R", "rejected"), ("E4", "expired"),
    ])
    func `has the name that scripts see`(code: String, name: String) throws {
        #expect(try state(code).name == name)
        #expect(try state(code).isAmendable == (["waiting", "working"].contains(name)))
    }

    @Test func `an unexpected event reads as a sentence`() throws {
        let error = UnexpectedEvent(state: try state("X4"), event: .fill(.stub(7)))
        #expect(error.description == "`fill of 7` cannot follow `cancelled` with 4 filled")
    }
}
