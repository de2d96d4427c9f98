internal import ByteCoding
internal import CZlib
internal import Glibc
internal import Synchronization

/// What was put in a journal and is not in its file yet, where it outlives the process.
///
/// A ring in a file that is mapped into memory: writing to it costs no call of the system, and what was
/// written is the system's when the process is killed. A power cut may lose it.
///
///     name, symbols … | from | to | records
///
/// A record is its size, its checksum, its number, and an entry's bytes, on a multiple of 8.
@safe final class JournalTail: Sendable {
    static let magic = Array("MOONTAIL1".utf8)
    /// What stands before the ring: the run, and the two places.
    static let headSize = 65_536
    static let size = 4 << 20
    static let recordHead = 16
    /// In place of a record's size: the next one is at the beginning.
    static let turn = UInt32.max
    static let fromPlace = headSize - 16
    static let toPlace = headSize - 8

    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
    private let file: Int32
    /// Bytes that were written and released since the beginning, turns included.
    private let written = Atomic<UInt64>(0)
    private let released = Atomic<UInt64>(0)

    static func path(of journal: String) -> String { journal + ".tail" }

    /// Makes the tail of a run, in place of one that nobody needs any more.
    ///
    /// - Throws: ``JournalProblem`` where there is no room for it.
    init(
        of journal: String, run: String, symbols: [String]
    ) throws(JournalProblem) {
        let path = Self.path(of: journal)
        file = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw JournalProblem(.system, path, systemReason()) }
        let failure = posix_fallocate(file, 0, off_t(Self.size))
        guard failure == 0 else {
            close(file)
            throw JournalProblem(.system, path, unsafe String(cString: strerror(failure)))
        }
        // All of it is in memory from the start: who trades meets no page that has to be fetched.
        let mapped = unsafe mmap(
            nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            close(file)
            throw JournalProblem(.system, path, systemReason())
        }
        unsafe memory = mapped
        var head = ByteWriter()
        head.add(bytes: Self.magic)
        head.add(text: run)
        head.add(UInt64(symbols.count))
        for symbol in symbols { head.add(text: symbol) }
        guard head.bytes.count <= Self.fromPlace else {
            throw JournalProblem(.system, path, "so many symbols have no room in it")
        }
        unsafe head.bytes.withUnsafeBytes {
            guard let start = $0.baseAddress else { return }
            unsafe memory.copyMemory(from: start, byteCount: $0.count)
        }
    }

    deinit {
        unsafe munmap(memory, Self.size)
        close(file)
    }

    // MARK: - The trading thread's side

    private static var room: Int { size - headSize }

    /// Adds an entry's bytes; where there is no room it goes without.
    ///
    /// - Parameter number: of the entry in the journal, which grows.
    /// - Returns: where it ends: for ``release(to:)``.
    func append(_ bytes: [UInt8], number: UInt64) -> UInt64 {
        let end = written.load(ordering: .relaxed)
        let size = (Self.recordHead + bytes.count + 7) & ~7
        var place = Int(end % UInt64(Self.room))
        let left = Self.room - place
        let skipped = left < size ? left : 0
        let used = Int(end - released.load(ordering: .acquiring))
        guard size + skipped + used <= Self.room - 8 else { return end }
        if skipped > 0 {
            unsafe memory.storeBytes(
                of: Self.turn, toByteOffset: Self.headSize + place, as: UInt32.self)
            place = 0
        }
        let record = unsafe memory + Self.headSize + place
        unsafe record.storeBytes(of: UInt32(bytes.count), as: UInt32.self)
        unsafe record.storeBytes(of: number, toByteOffset: 8, as: UInt64.self)
        unsafe bytes.withUnsafeBytes {
            guard let start = $0.baseAddress else { return }
            unsafe (record + Self.recordHead).copyMemory(from: start, byteCount: $0.count)
        }
        let sum = unsafe Self.checksum(record + 8, 8 + bytes.count)
        unsafe record.storeBytes(of: sum, toByteOffset: 4, as: UInt32.self)
        let next = end + UInt64(skipped + size)
        written.store(next, ordering: .relaxed)
        // Nobody reads it while this process lives: the order of the program is that of the memory.
        unsafe memory.storeBytes(of: next, toByteOffset: Self.toPlace, as: UInt64.self)
        return next
    }

    static func checksum(_ start: UnsafeRawPointer, _ count: Int) -> UInt32 {
        unsafe UInt32(
            truncatingIfNeeded: crc32(
                0, start.assumingMemoryBound(to: UInt8.self), UInt32(count)))
    }

    // MARK: - The writer's side

    /// What ends up to here is in the journal's file.
    func release(to end: UInt64) {
        guard end > released.load(ordering: .relaxed) else { return }
        released.store(end, ordering: .releasing)
        unsafe memory.storeBytes(of: end, toByteOffset: Self.fromPlace, as: UInt64.self)
    }
}

/// A tail that a run left, as it lies in its file.
struct LeftTail {
    let run: String
    let symbols: [String]
    /// Entries' bytes with their numbers, in order.
    private(set) var records: [(number: UInt64, bytes: [UInt8])] = []

    /// Nil: there is none, or none that can be read: a power cut leaves it in any state.
    init?(of journal: String, bytes: [UInt8]) {
        guard bytes.count == JournalTail.size, bytes.starts(with: JournalTail.magic) else {
            return nil
        }
        var head = ByteReader(bytes[JournalTail.magic.count..<JournalTail.fromPlace])
        guard let run = try? head.text(), let count = try? head.count() else { return nil }
        var symbols: [String] = []
        for _ in 0..<count {
            guard let symbol = try? head.text() else { return nil }
            symbols.append(symbol)
        }
        (self.run, self.symbols) = (run, symbols)
        let from = Self.load(UInt64.self, bytes, JournalTail.fromPlace)
        let to = Self.load(UInt64.self, bytes, JournalTail.toPlace)
        read(bytes, from: from, to: to)
    }

    private static func load<Number: FixedWidthInteger>(
        _ type: Number.Type, _ bytes: [UInt8], _ place: Int
    ) -> Number {
        unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: place, as: type) }
    }

    /// Reads as far as records are whole.
    private mutating func read(_ bytes: [UInt8], from: UInt64, to: UInt64) {
        let room = UInt64(JournalTail.size - JournalTail.headSize)
        guard from <= to, to - from <= room else { return }
        var end = from
        while end < to {
            let place = JournalTail.headSize + Int(end % room)
            let left = JournalTail.size - place
            guard left >= 4 else { return }
            let size = Self.load(UInt32.self, bytes, place)
            if size == JournalTail.turn {
                end += UInt64(left)
                continue
            }
            guard left >= JournalTail.recordHead, Int(size) <= left - JournalTail.recordHead else {
                return
            }
            let count = Int(size)
            let sum = unsafe bytes.withUnsafeBytes { raw -> UInt32? in
                guard let start = raw.baseAddress else { return nil }
                return unsafe JournalTail.checksum(start + place + 8, 8 + count)
            }
            guard sum == Self.load(UInt32.self, bytes, place + 4) else { return }
            let start = place + JournalTail.recordHead
            records.append(
                (Self.load(UInt64.self, bytes, place + 8), Array(bytes[start..<start + count])))
            end += UInt64((JournalTail.recordHead + count + 7) & ~7)
        }
    }
}
