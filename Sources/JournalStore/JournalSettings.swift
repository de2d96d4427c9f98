/// How much a journal keeps, and how much it lets wait.
public struct JournalSettings: Sendable {
    /// Entries that may wait for the disk; what comes beyond them is lost, and counted.
    public var queueLimit = 65_536
    /// Room that must be left in the queue for new orders to be made: for what becomes of those that
    /// are at work.
    public var queueReserve = 8_192
    /// How long an entry may wait for the disk before no new orders are made.
    public var patienceNanoseconds: Int64 = 5_000_000_000
    /// Age of rows that ``Journal`` lets go of.
    public var keepDays = 90
    /// Size of the file above which it lets go of younger rows, down to a day's.
    public var keepBytes = 1_000_000_000
    /// Entries that are written at once, and so come to stand in the file all together or not at all.
    public var batchLimit = 1_000
    /// How long a write waits for a lock of another program.
    public var lockMilliseconds: Int32 = 1_000
    /// How long entries wait for the writing thread.
    public var periodNanoseconds: Int64 = 20_000_000

    public init() {}
}
