// Reads the same depth pushes with the least that C can do and with the connector's scanner, in
// turn, and prints how the second compares with the first, round by round.
//
// usage: CompareDepthScanners [ROUNDS]
//        CompareDepthScanners c|swift MESSAGES    one of them alone, for counting instructions
//
// The C scanner makes doubles of the levels and believes what it reads. The connector's makes exact
// decimals, keeps where their texts stand for the checksum, and checks every byte.

import CDepthScanner
import CoinEx
import Glibc
import TradingModel

/// Pushes of 16 asks and 16 bids, about 1 KB each, from a seed.
struct PushMaker {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func random(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }

    private func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private mutating func levels(from cents: Int, step: Int) -> String {
        var cents = cents
        var rows: [String] = []
        for _ in 0..<16 {
            cents += step * (1 + random(40))
            let size = "\(random(4)).\(padded(random(100_000_000), 8))"
            rows.append("[\"\(cents / 100).\(padded(cents % 100, 2))\",\"\(size)\"]")
        }
        return rows.joined(separator: ",")
    }

    mutating func make() -> [UInt8] {
        let middle = 6_100_000 + random(100_000)
        let text = """
            {"method":"depth.update","data":{"market":"BTCUSDT","is_full":false,"depth":{\
            "asks":[\(levels(from: middle, step: 1))],"bids":[\(levels(from: middle, step: -1))],\
            "last":"\(middle / 100).\(padded(middle % 100, 2))",\
            "updated_at":\(1_712_823_790_000 + random(1_000_000)),\
            "checksum":\(random(2_000_000_000))}},"id":null}
            """
        return Array(text.utf8)
    }
}

func fail(_ message: String) -> Never {
    let bytes = Array((message + "\n").utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    exit(1)
}

func nanoseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

@safe final class Scanners {
    private let messages: [[UInt8]]
    private let push = UnsafeMutablePointer<depth_push>.allocate(capacity: 1)
    private var scanner = PushScanner()
    /// So that no work can be left out for not being looked at.
    private(set) var sum: UInt64 = 0

    init(messages: [[UInt8]]) { self.messages = messages }
    deinit { unsafe push.deallocate() }

    var averageSize: Int { messages.reduce(0) { $0 + $1.count } / messages.count }

    func runC(_ count: Int) {
        for number in 0..<count {
            let message = messages[number % messages.count]
            let isRead = unsafe message.withUnsafeBytes { bytes in
                unsafe depth_scan(
                    bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, push)
            }
            guard isRead == 1 else { fail("the C scanner does not take its message") }
            unsafe sum &+= UInt64(push.pointee.checksum)
        }
    }

    func runSwift(_ count: Int) {
        for number in 0..<count {
            let message = messages[number % messages.count]
            guard scanner.scan(message.span) == .depth else {
                fail("the connector's scanner leaves its message to the slow way")
            }
            sum &+= UInt64(scanner.depth.checksum ?? 0)
        }
    }

    /// Whether both read the same from every message.
    func agree() -> Bool {
        messages.indices.allSatisfy { index in
            let message = messages[index]
            _ = unsafe message.withUnsafeBytes { bytes in
                unsafe depth_scan(
                    bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, push)
            }
            guard scanner.scan(message.span) == .depth else { return false }
            let count = unsafe push.pointee.ask_count + push.pointee.bid_count
            let levels = (0..<count).map { unsafe depth_level_at(push, $0) }
            let exact = scanner.depth.levels
            return exact.count == levels.count
                && zip(exact, levels).allSatisfy {
                    Double($0.price.description) == $1.price
                        && Double($0.quantity.description) == $1.size
                }
        }
    }
}

func shown(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func compare(_ scanners: Scanners, rounds: Int) {
    let count = 20_000
    func time(_ run: (Int) -> Void) -> Double {
        let start = nanoseconds()
        run(count)
        return (nanoseconds() - start) / Double(count)
    }
    var (inC, inSwift): ([Double], [Double]) = ([], [])
    for round in 0..<(rounds + 1) {
        let pair = (time(scanners.runC), time(scanners.runSwift))
        if round == 0 { continue }  // the first warms up
        inC.append(pair.0)
        inSwift.append(pair.1)
    }
    let ratios = zip(inC, inSwift).map { $1 / $0 }
    print("depth push, 16 + 16 levels, \(scanners.averageSize) bytes, \(rounds) rounds")
    print(
        "  parse ns  : \(Int(median(inC))) C, \(Int(median(inSwift))) connector, ratio "
            + "\(shown(median(ratios))) (\(shown(ratios.min() ?? 0)) to \(shown(ratios.max() ?? 0)))"
    )
}

var maker = PushMaker(seed: 1)
let scanners = Scanners(messages: (0..<64).map { _ in maker.make() })
guard scanners.agree() else { fail("the two scanners read different levels") }
let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.dropFirst().first.flatMap { Int($0) }) {
case ("c", let count?): scanners.runC(count)
case ("swift", let count?): scanners.runSwift(count)
default:
    guard let rounds = Int(arguments.first ?? "9"), rounds > 0 else {
        fail("usage: CompareDepthScanners [ROUNDS] | c MESSAGES | swift MESSAGES")
    }
    compare(scanners, rounds: rounds)
}
