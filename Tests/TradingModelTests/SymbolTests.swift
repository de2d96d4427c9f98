import Testing
import TradingModel

@Suite struct `A symbol` {
    @Test(arguments: [
        ("sim:BTC/USDT", InstrumentKind.spot, "USDT"), ("sim:BTC/USDT:USDT", .linear, "USDT"),
        ("coinpit:BTC/USD:BTC", .inverse, "BTC"), ("bitunix:1000PEPE/USDT:USDT", .linear, "USDT"),
        ("coinex:BTC.X/USDT", .spot, "USDT"),
    ])
    func `tells what it pays`(text: String, kind: InstrumentKind, settle: String) throws {
        let symbol = try Symbol(text)
        #expect(symbol.kind == kind)
        #expect(symbol.settle == Currency(settle))
        #expect(symbol.description == text)
    }

    @Test func `has a venue and two currencies`() throws {
        let symbol = try Symbol("coinpit:BTC/USD:BTC")
        #expect(symbol.venue == "coinpit")
        #expect(symbol.base == Currency("BTC"))
        #expect(symbol.quote == Currency("USD"))
    }

    @Test(arguments: ["coinpit:BTC/USD:BTC-170428", "sim:ETH/USDT:USDT-261225"])
    func `of a contract with an expiry is refused and said to be one`(text: String) {
        let problem = #expect(throws: InvalidSymbol.self) { try Symbol(text) }
        #expect(problem?.description.contains("a contract with an expiry") == true)
        for other in [
            "sim:BTC/USDT:EUR-261225", "sim:BTC/USDT:USDT-2612", "sim:BTC/USDT:USDT-26122x",
        ] {
            #expect(InvalidSymbol(text: other).description.contains("is not a symbol"))
        }
    }

    @Test(arguments: [
        "", ":", "sim", "sim:", "BTC/USDT", ":BTC/USDT", "sim:BTC", "sim:BTC/", "sim:/USDT",
        "sim:BTC/USDT/EUR", "sim:BTC/USDT:", "sim:BTC/USDT:EUR", "sim:BTC/USDT:USDT:X",
        "sim:BTC /USDT", "sim: BTC/USDT", " sim:BTC/USDT", "sim:BTC/USDT\n", "sim:BTC/USDT: USDT",
        "sim:BTC-USDT",
    ])
    func `is refused with its text when a part is missing or wrong`(text: String) {
        #expect(throws: InvalidSymbol(text: text)) { try Symbol(text) }
    }
}
