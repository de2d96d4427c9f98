import HostileVenues
import Testing

@Suite struct `CoinEx session on a faulty network` {
    private static let seeds: [UInt64] = Array(1...60) + [171, 234, 457, 954]

    /// What all sessions of all seeds do, to the last byte.
    ///
    /// A change that is not meant to change behaviour leaves it as it is. One that is meant to: look at
    /// why it differs, then put here the number that the test prints.
    private static let actionHash: UInt64 = 0xafcb_8b7e_b2b4_00f1

    @Test func `does what it did before, to the last action`() {
        var sum: UInt64 = 0
        for seed in Self.seeds {
            var simulation = HostileSimulation<HostileCoinEx>(seed: seed, hashes: true)
            simulation.run()
            sum = sum &* 31 &+ simulation.floor.actionHash.value
        }
        print("the hash of all actions of the CoinEx session is 0x\(String(sum, radix: 16))")
        #expect(sum == Self.actionHash)
    }

    // Promises P5, P8.
    @Test(arguments: seeds)
    func `ends with the venue's own books, no order doubled and no execution lost`(seed: UInt64) {
        var simulation = HostileSimulation<HostileCoinEx>(seed: seed)
        simulation.run()
        #expect(simulation.problems == [])
    }
}
