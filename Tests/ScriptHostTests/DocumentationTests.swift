import ScriptHost
import Testing
import TradingCore
import TradingModel

@Suite struct `The page of the script API` {
    @Test func `has examples`() { #expect(ApiDocuments.examples.count > 15) }

    @Test(arguments: ApiDocuments.examples)
    func `has examples that run`(example: String) throws {
        let strategy = try LuaStrategy(text: example, name: "docs/lua-api.md")
        let run = try EngineRun(strategy)
        var lines = run.start().lines
        // Without one `runner` would refuse it: on the page it is a whole script.
        #expect(!strategy.symbols.isEmpty)
        if !strategy.symbols.isEmpty {
            let id = InstrumentID(0)
            for step in 0..<5 {
                lines += try run.trade("\(50_001 + step * 30)").lines
                lines += try run.process { time in
                    .market(
                        .book(
                            BookChange(
                                instrument: id, kind: .level, side: step % 2 == 0 ? .buy : .sell,
                                price: try Price("\(50_000 + step)"), quantity: try Quantity("1"),
                                endsMessage: true, venueTime: time, receiveTime: time)))
                }.lines
            }
            lines += run.process { .time($0.advanced(byNanoseconds: 120_000_000_000)) }.lines
        }
        lines += run.process { .stop(reason: "done", at: $0) }.lines
        #expect(!lines.contains { $0.contains(".lua:") }, "\(lines)")
        for line in example.split(separator: "\n") where line.hasPrefix("-- expect: ") {
            #expect(lines.contains(String(line.dropFirst(11))), "\(lines)")
        }
    }
}
