internal import ByteCoding
internal import Glibc
internal import TradingCore
internal import TradingModel

/// Brings what the tail of a killed run has into the journal's file.
enum TailRecovery {
    /// Writes the entries that the file lacks, as that run would have, all or nothing; a second time nothing is
    /// left to do.
    static func apply(to database: Database) throws(DatabaseError) {
        let path = JournalTail.path(of: database.path)
        guard let bytes = read(path), let tail = LeftTail(of: database.path, bytes: bytes),
            let run = try LeftRun(tail, in: database)
        else { return remove(of: database.path) }
        try database.run("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            try write(tail.records, of: run, to: database)
            try database.run("COMMIT")
        } catch {
            try? database.run("ROLLBACK")
            throw error
        }
        remove(of: database.path)
    }

    /// A tail whose run has written all of it is not needed.
    static func remove(of journal: String) { _ = unsafe unlink(JournalTail.path(of: journal)) }

    static func isThere(_ journal: String) -> Bool {
        unsafe access(JournalTail.path(of: journal), F_OK) == 0
    }

    private static func write(
        _ records: [(number: UInt64, bytes: [UInt8])], of run: LeftRun, to database: Database
    ) throws(DatabaseError) {
        let rows = EntryRows(database, of: run.run, id: run.id)
        var last = run.entries
        for record in records where record.number > last {
            last = record.number
            var reader = ByteReader(record.bytes[...])
            let entry: JournalEntry
            do throws(Unreadable) {
                entry = try reader.entry(run.run.instruments)
            } catch {
                try rows.writeGap(of: 1, reason: "its tail: \(error.reason)", at: run.run.started)
                continue
            }
            try rows.write(entry)
        }
        try rows.writeCount(last)
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: JournalTail.size)
        var count = 0
        while count < bytes.count {
            let more = unsafe bytes.withUnsafeMutableBytes {
                guard let start = $0.baseAddress else { return 0 }
                return unsafe pread(file, start + count, $0.count - count, off_t(count))
            }
            guard more > 0 else { return nil }
            count += more
        }
        return bytes
    }
}

/// The run of a tail, as the journal knows it.
private struct LeftRun {
    let id: Int64
    let run: JournalRun
    /// How many of its entries the file has.
    let entries: UInt64

    /// Nil: the file does not know it.
    init?(_ tail: LeftTail, in database: Database) throws(DatabaseError) {
        let row = try database.rows(
            "SELECT id, mode, venue, strategy, started, entries FROM runs WHERE name = ?",
            [.text(tail.run)]
        ).first
        guard case .integer(let id)? = row?[0], case .text(let mode)? = row?[1],
            let mode = TradingMode(rawValue: mode), case .text(let venue)? = row?[2],
            case .text(let strategy)? = row?[3], case .integer(let started)? = row?[4],
            case .integer(let entries)? = row?[5]
        else { return nil }
        var instruments: [Instrument] = []
        for (place, symbol) in tail.symbols.enumerated() {
            guard let instrument = try Self.instrument(symbol, place, in: database) else {
                return nil
            }
            instruments.append(instrument)
        }
        self.id = id
        self.entries = UInt64(clamping: entries)
        run = JournalRun(
            name: tail.run, mode: mode, venue: venue, strategy: strategy, session: nil,
            started: Timestamp(nanoseconds: started), instruments: instruments,
            version: StrategyVersion(
                number: 0, hash: "", since: Timestamp(nanoseconds: started), parameters: "[]",
                settings: "[]", files: []))
    }

    private static func instrument(
        _ symbol: String, _ place: Int, in database: Database
    ) throws(DatabaseError) -> Instrument? {
        let row = try database.rows(
            "SELECT tick, lot, contract_size, kind FROM instruments WHERE symbol = ?",
            [.text(symbol)]
        ).first
        guard let name = try? Symbol(symbol), case .text(let tick)? = row?[0],
            case .text(let lot)? = row?[1], case .text(let size)? = row?[2],
            case .text(let kind)? = row?[3], let kind = InstrumentKind(rawValue: kind),
            let tick = try? Price(tick), let lot = try? Quantity(lot),
            let size = try? Quantity(size), tick > .zero, lot > .zero, size > .zero
        else { return nil }
        return Instrument(
            id: InstrumentID(place), symbol: name, kind: kind, tick: tick, lot: lot,
            contractSize: size)
    }
}
