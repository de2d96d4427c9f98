package import PlainJSON
package import TradingModel
package import WireText

/// A contract by the venue's list.
package struct WireContract: Hashable {
    package enum Kind: String, Hashable, Sendable {
        case inverse
        case quanto
    }

    package let name: String
    /// Nil: a kind that nobody has described.
    package let kind: Kind?
    package let tick: Price
    /// In bitcoin for each 1 of the price and contract (quanto).
    package let pointValue: Quantity?
    /// US dollars a contract (inverse).
    package let dollars: Quantity?
    package let commission: Money
    package let reward: Money
    package let isActive: Bool
    /// Nil: it never expires.
    package let expiry: Timestamp?

    init(_ member: JSONMember) throws {
        let fields = try Fields(member.value)
        name = try fields.text("symbol") ?? member.key
        // The first entries had no kind, and were quanto.
        let word = try fields.text("type") ?? Kind.quanto.rawValue
        kind = Kind(rawValue: word)
        let steps = try fields.needInt("ticksperpoint")
        guard (1...1_000_000_000).contains(steps), attosPerUnit % Int128(steps) == 0 else {
            throw BadMessage("`ticksperpoint` of \(name) is \(steps)")
        }
        tick = Price(attos: attosPerUnit / Int128(steps))
        let satoshi = try fields.number(Quantity.self, "tickvalue")
        pointValue = satoshi.flatMap {
            let (attos, overflow) = $0.attos.multipliedReportingOverflow(by: Int128(steps))
            return overflow || attos % 100_000_000 != 0
                ? nil : Quantity(attos: attos / 100_000_000)
        }
        dollars = try fields.number(Quantity.self, "contractusdvalue")
        commission = try fields.number(Money.self, "commission") ?? .zero
        reward = try fields.number(Money.self, "reward") ?? .zero
        let isOff = try fields.flag("disabled") ?? false
        isActive = try fields.text("status").map { $0 == "active" } ?? true && !isOff
        expiry = try fields.int("expiry").flatMap {
            $0 > 0 && $0 <= Timestamp.last.nanoseconds / 1_000_000
                ? Timestamp(nanoseconds: $0 * 1_000_000) : nil
        }
    }
}

/// The contracts of the configuration, in either of the forms that it has had.
package struct WireContracts: WireValue, Hashable {
    package let contracts: [WireContract]

    package init(reading json: JSON) throws {
        let list = json["instruments"] ?? json["instrument"] ?? json
        guard list.members != nil else { throw BadMessage("a list of contracts was expected") }
        contracts = try keyed(list).map { try WireContract($0) }
    }
}

/// The venue's spelling of symbols and its rules as instruments.
package enum CoinpitContracts {
    package static let venue = "coinpit"
    /// The perpetual quanto contract on bitcoin, and its symbol.
    package static let perpetual = "BTC1"
    package static let symbol = "\(venue):BTC/USD:BTC"

    package static func isTraded(_ symbol: Symbol) -> Bool { (try? Symbol(self.symbol)) == symbol }

    /// What the symbol is called at the venue.
    package static func name(of symbol: Symbol) -> String {
        isTraded(symbol) ? perpetual : symbol.base.code + symbol.quote.code
    }

    /// - Throws: ``BadMessage`` when the list's figures make no sense, or the contract is another than it was.
    package static func instrument(
        _ id: InstrumentID, _ symbol: Symbol, _ contract: WireContract
    ) throws(BadMessage) -> Instrument {
        guard contract.kind == .quanto, contract.expiry == nil, let size = contract.pointValue,
            size > .zero
        else {
            throw BadMessage("\(contract.name) is not a quanto contract without an expiry any more")
        }
        let lot = Quantity(attos: attosPerUnit)
        let (maker, taker) = (contract.reward, contract.commission)
        // A share where it is below 1, and else satoshi for each contract.
        let isShare = maker.magnitude <= attosPerUnit && taker.magnitude <= attosPerUnit
        return Instrument(
            id: id, symbol: symbol, kind: .quanto, tick: contract.tick, lot: lot,
            minQuantity: lot, contractSize: size,
            makerFee: isShare ? Rate(attos: maker.attos) : .zero,
            takerFee: isShare ? Rate(attos: taker.attos) : .zero,
            unitFees: isShare
                ? nil
                : UnitFees(
                    maker: Money(attos: maker.attos / 100_000_000),
                    taker: Money(attos: taker.attos / 100_000_000)), keepsReduceOnly: false)
    }
}

extension Money {
    fileprivate var magnitude: Int128 { attos < 0 ? -attos : attos }
}

/// The answer to the handshake.
package struct Handshake: WireValue, Hashable {
    package let serverKey: String
    package let userID: String
    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        serverKey = try fields.need("serverPublicKey")
        userID = try fields.need("userid")
    }
}
