import HostileVenues
import Testing

@Suite struct `Bitunix session on a faulty network` {
    // Promises P5, P8.
    @Test(arguments: Array(1...64) as [UInt64])
    func `ends with the venue's own books, no order doubled and no execution lost`(seed: UInt64) {
        var simulation = HostileSimulation<HostileBitunix>(seed: seed)
        simulation.run()
        #expect(simulation.problems == [])
    }
}
