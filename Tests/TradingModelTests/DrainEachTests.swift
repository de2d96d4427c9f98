import Testing
import TradingModel

@Suite struct `Taking each` {
    @Test(arguments: 0...5) func `gives all in their order and leaves none`(count: Int) {
        let texts = (0..<count).map { "\($0)" }
        var left = texts
        var taken: [String] = []
        left.drainEach { taken.append($0) }
        #expect(taken == texts && left.isEmpty)
    }
}
