import PropertyTesting
import Testing
import TradingCore
import TradingModel

@Suite struct `The orders of a run` {
    private let request: OrderRequest

    init() throws {
        request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: try Quantity("1"),
            price: try Price("100"))
    }

    /// Orders come, end in any order or stay, and some are told again; a plain list says what is known.
    @Test(arguments: [1, 2, 10], seeds.prefix(5))
    func `are all that are open and the last that have ended, however many there were`(
        kept: Int, seed: UInt64
    ) throws {
        var random = Seeded(seed)
        var desk = Desk([try .linear()], ordersKept: kept)
        var ids: [ClientOrderID] = []
        var open: Set<Int> = []
        var ended: Set<Int> = []
        for _ in 0..<300 {
            let id = try desk.place(request)
            desk.accept(id)
            ids.append(id)
            open.insert(ids.count)
            while open.count > 5 || (random.bool() && !open.isEmpty) {
                let serial = open.sorted()[random.int(0...open.count - 1)]
                desk.report(ids[serial - 1], .cancelled)
                open.remove(serial)
                ended.insert(serial)
            }
            let orders = desk.state.orders
            #expect(orders.open.map(\.serial.number) == open.sorted())
            for serial in open {
                #expect(orders[OrderSerial(serial)]?.id == ids[serial - 1])
                #expect(orders[ids[serial - 1]]?.serial.number == serial)
            }
            for serial in ended where serial > ids.count - kept {
                #expect(orders[OrderSerial(serial)]?.state.isOpen == false)
            }
            let known = ended.count { orders[OrderSerial($0)] != nil }
            #expect(known <= 2 * kept + 5)
        }
        #expect(ended.count > 200)
    }

    @Test func `that are asked for are given as they are then, to their end and beyond`() throws {
        var desk = Desk([try .linear()], ordersKept: 3)
        let first = try desk.place(request)
        desk.accept(first)
        for _ in 0..<20 { desk.report(try desk.place(request), .rejected(reason: "no")) }
        desk.fill(first, try Quantity("0.25"), at: try Price("100"))
        #expect(desk.state.orders[first]?.filled == (try Quantity("0.25")))
        #expect(desk.state.orders.has(1))
        #expect(unsafe desk.state.orders.place(of: 1) == nil, "it was moved aside")
        #expect(!desk.state.orders.has(2), "it is forgotten")
        desk.report(first, .cancelled)
        #expect(desk.state.orders[first]?.state.isOpen == false)
    }
}
