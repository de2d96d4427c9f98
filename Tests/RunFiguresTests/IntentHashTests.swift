import RunFigures
import Testing
import TradingModel

@Suite struct `The hash of intents` {
    private let instruments: [Instrument]
    private let btc = InstrumentID(0)

    init() throws {
        instruments = [
            Instrument(
                id: btc, symbol: try Symbol("sim:BTC/USDT:USDT"), tick: try Price("0.1"),
                lot: try Quantity("0.001"))
        ]
    }

    private func hash(_ intents: [Intent]) -> String {
        var hash = IntentHash()
        for intent in intents { hash.add(intent, instruments) }
        return hash.hexadecimal
    }

    private func sale(_ quantity: String, tag: OrderTag = "a") throws -> OrderRequest {
        OrderRequest(
            instrument: btc, side: .sell, quantity: try Quantity(quantity),
            price: try Price("100"), isPostOnly: true, tag: tag)
    }

    /// The number was worked out elsewhere, from the description of the fields.
    @Test func `is that of their fields in binary`() throws {
        let id = ClientOrderID("mr-7")
        let intents: [Intent] = [
            .place(try sale("0.5")), .amend(id, price: try Price("101"), quantity: nil),
            .cancel(.order(id)), .target(btc, SignedQuantity(attos: -attosPerUnit)), .close(btc),
        ]
        #expect(
            hash(intents) == "775ff1ab7936dd0f8dd53f363cae149ba0fb3b6f9a01151e0075199bde42c1ad")
    }

    @Test func `is another for each other intent`() throws {
        let others: [Intent] = [
            .place(try sale("0.5")), .place(try sale("0.6")), .place(try sale("0.5", tag: "b")),
            .place(try sale("0.5", tag: "")), .cancel(.matching(instrument: nil, tag: nil)),
            .cancel(.matching(instrument: btc, tag: nil)),
            .cancel(.matching(instrument: nil, tag: "a")), .close(btc),
            .amend(ClientOrderID("mr-1"), price: try Price("1"), quantity: nil),
            .amend(ClientOrderID("mr-1"), price: nil, quantity: try Quantity("1")),
            .amend(ClientOrderID("mr-2"), price: nil, quantity: try Quantity("1")),
        ]
        #expect(Set(others.map { hash([$0]) }).count == others.count)
    }
}
