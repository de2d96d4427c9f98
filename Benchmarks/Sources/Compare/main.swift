// Runs two commands in turn and prints how the second compares with the first, round by round.
//
// usage: Compare ROUNDS TITLE --a COMMAND… --b COMMAND…
//
// Both print a JSON object with `loop_seconds` on their last line. Whole-process time and memory
// come from the kernel's accounts. A ratio is formed for each round; the median is what counts.

import Glibc

struct Measurement {
    var loop: Double
    var wall: Double
    var memoryMegabytes: Double
    var orders: Double?
}

func fail(_ message: String) -> Never {
    let bytes = Array((message + "\n").utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    exit(1)
}

func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The number behind `"name":` in a JSON text.
func number(_ name: String, in text: String) -> Double? {
    let key = "\"\(name)\":"
    var at = text.startIndex
    while at < text.endIndex, !text[at...].hasPrefix(key) { at = text.index(after: at) }
    guard at < text.endIndex else { return nil }
    let rest = text[text.index(at, offsetBy: key.count)...]
    return Double(String(rest.prefix { $0.isNumber || "+-.e".contains($0) }))
}

func measure(_ command: [String]) -> Measurement {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { fail("no pipe") }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addclose(&actions, ends[0])
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    var child = pid_t()
    let start = now()
    guard unsafe posix_spawnp(&child, command[0], &actions, nil, arguments, environ) == 0 else {
        fail("cannot start \(command[0])")
    }
    close(ends[1])
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe read(ends[0], &buffer, buffer.count)
        guard count > 0 else { break }
        output += buffer[..<count]
    }
    close(ends[0])
    var status: Int32 = 0
    var usage = rusage()
    unsafe wait4(child, &status, 0, &usage)
    let wall = now() - start
    guard status == 0 else { fail("`\(command.joined(separator: " "))` failed") }
    let text = String(decoding: output, as: UTF8.self)
    guard let loop = number("loop_seconds", in: text) else { fail("no loop_seconds in: \(text)") }
    return Measurement(
        loop: loop, wall: wall, memoryMegabytes: Double(usage.ru_maxrss) / 1024,
        orders: number("orders", in: text))
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted[sorted.count / 2]
}

func shown(_ value: Double) -> String {
    let scaled = Int((value * 1000).rounded())
    let fraction = String(scaled % 1000)
    return "\(scaled / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
}

func line(_ name: String, _ a: [Double], _ b: [Double]) -> String {
    let ratios = zip(a, b).map { $1 / $0 }
    return "  \(name): \(shown(median(a))) bare, \(shown(median(b))) runner, ratio "
        + "\(shown(median(ratios))) (\(shown(ratios.min() ?? 0)) to \(shown(ratios.max() ?? 0)))"
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count > 5, let rounds = Int(arguments[0]), rounds > 0,
    let first = arguments.firstIndex(of: "--a"), let second = arguments.firstIndex(of: "--b")
else { fail("usage: Compare ROUNDS TITLE --a COMMAND… --b COMMAND…") }
let a = Array(arguments[(first + 1)..<second])
let b = Array(arguments[(second + 1)...])
_ = measure(a)
_ = measure(b)
var measured: [(Measurement, Measurement)] = []
for _ in 0..<rounds { measured.append((measure(a), measure(b))) }
let orders = (measured[0].0.orders, measured[0].1.orders)
guard orders.0 == orders.1, let count = orders.0 else {
    fail("the two sent different orders: \(String(describing: orders))")
}
print("\(arguments[1]), \(rounds) rounds, \(Int(count)) orders each")
print(line("loop s    ", measured.map(\.0.loop), measured.map(\.1.loop)))
print(line("process s ", measured.map(\.0.wall), measured.map(\.1.wall)))
print(
    "  peak memory: \(shown(median(measured.map(\.0.memoryMegabytes)))) MB bare, "
        + "\(shown(median(measured.map(\.1.memoryMegabytes)))) MB runner")
