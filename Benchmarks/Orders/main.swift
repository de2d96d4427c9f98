// Makes orders as CoinEx takes them, for counting instructions: terms, body, signature and headers of a limit
// order, which is what happens between the risk gate and the socket's queue.
//
// usage: MakeOrders COUNT

import AccountSession
import CoinEx
import Glibc
import TradingModel
import VenueSessions

guard CommandLine.arguments.count == 2, let count = Int(CommandLine.arguments[1]), count > 0 else {
    print("usage: MakeOrders COUNT")
    exit(2)
}
let key = CoinExKey(accessID: "benchmark-key", secret: "benchmark-secret-0123456789")
let base = try Symbol("coinex:BTC/USDT:USDT").base
// In 10⁻¹⁸: 60,000.1 and 0.0123.
let (price, quantity): (Int128, Int128) = (60_000_100_000_000_000_000_000, 12_300_000_000_000_000)
let (tick, lot): (Int128, Int128) = (100_000_000_000_000_000, 100_000_000_000_000)
// So that no work can be left out for not being looked at.
var bytes = 0
for number in 0..<count {
    // Prices and sizes of the same length, so that every order is the same work.
    let request = OrderRequest(
        instrument: InstrumentID(0), side: number % 2 == 0 ? .buy : .sell,
        quantity: Quantity(attos: quantity + Int128(number % 50) * lot),
        price: Price(attos: price + Int128(number % 500) * tick))
    let terms = try OrderTerms(
        request, market: "BTCUSDT", base: base, segment: .futures,
        clientID: "mr00000000000-\(100_000 + number % 900_000)")
    let call = CoinExRequests.place(terms, .futures).call(
        key, milliseconds: 1_700_000_000_000 + Int64(number))
    bytes += call.body.utf8.count + call.headers.count
}
print("\(count) orders, \(bytes) bytes and headers")
