internal import Glibc
public import TradingModel

/// Writes trades, book changes and quotes of one instrument as hftbacktest events.
///
/// The file is whole after each ``flush()``, and when the process dies in between: the header
/// counts the rows that are surely there, and is written after them. It fills one sector of a
/// disk, which is written whole or not at all. Numbers become doubles, so values of up to 15
/// significant digits read back as they were; those that do not are counted. hftbacktest wants
/// latencies above zero and rows sorted by both clocks: run its `correct_event_order` over
/// recordings.
///
/// When the disk refuses, what was flushed before stays as it is, and the rows stay in memory: a
/// later ``flush()`` tries again at the same place.
@safe public final class NpyWriter {
    private static let headerBytes = 512
    private static let rowsPerWrite = 1024

    public let path: String
    private let instrument: InstrumentID
    /// Package, so that a test can put a full disk in its place.
    package private(set) var descriptor: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private var buffered = 0
    /// When the snapshot that has not ended yet was received.
    private var snapshotTime: Timestamp?
    /// What the file will have once it is flushed.
    public var bytes: Int { Self.headerBytes + rows * NpyHeader.bytesPerRow }
    /// Rows in the file and in the buffer.
    public private(set) var rows = 0
    /// Prices and quantities with more digits than a double holds: they read back a little off.
    public private(set) var inexact = 0
    private let prices: DoubleReader
    private let quantities: DoubleReader

    /// Creates the file, which must not exist yet.
    public init(path: String, instrument: Instrument) throws(MarketDataError) {
        self.path = path
        self.instrument = instrument.id
        prices = DoubleReader(instrument.priceScale)
        quantities = DoubleReader(instrument.quantityScale)
        descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        unsafe buffer = .allocate(
            byteCount: Self.rowsPerWrite * NpyHeader.bytesPerRow, alignment: 64)
        guard descriptor >= 0 else {
            throw MarketDataError(file: path, reason: "cannot be created: \(systemReason())")
        }
        try writeHeader()
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
        unsafe buffer.deallocate()
    }

    /// Adds an event; it may stay in memory until ``flush()``.
    ///
    /// - Throws: for another instrument, for what the format has no row for (bars, tickers,
    ///   funding), and when the disk refuses.
    public func append(_ event: MarketEvent) throws(MarketDataError) {
        guard descriptor >= 0 else { throw refusal("is closed") }
        guard event.instrument == instrument else { throw refusal("holds another instrument") }
        switch event {
        case .trade(let trade):
            let side = flag(trade.taker)
            try put(
                NpyEvent.trade | side, trade.venueTime, trade.receiveTime, trade.price,
                trade.quantity, orderID: trade.id ?? 0)
        case .book(let change): try append(change)
        case .quote(let quote):
            // The bid says that its ask follows: a file cut between them holds no quote.
            try put(quote, NpyEvent.buy, quote.bid, continuation: NpyEvent.goesOn)
            try put(quote, NpyEvent.sell, quote.ask, continuation: 0)
        case .bar, .ticker, .funding:
            throw refusal("has rows for trades, book changes and quotes only")
        }
    }

    private func put(
        _ quote: Quote, _ side: UInt64, _ level: BookLevel?, continuation: Int64
    ) throws(MarketDataError) {
        try put(
            NpyEvent.depthBestQuote | side, quote.venueTime, quote.receiveTime,
            level?.price ?? .zero, level?.quantity ?? .zero, continuation: continuation)
    }

    private func append(_ change: BookChange) throws(MarketDataError) {
        let kind: UInt64
        var continuation = change.endsMessage ? 0 : NpyEvent.goesOn
        if change.kind == .clear { snapshotTime = change.receiveTime }
        let isInSnapshot = snapshotTime == change.receiveTime
        switch change.kind {
        case .clear: kind = NpyEvent.depthClear
        case .level:
            kind = (isInSnapshot ? NpyEvent.depthSnapshot : NpyEvent.depth) | flag(change.side)
        }
        if change.endsMessage {
            if isInSnapshot { continuation = NpyEvent.ends }
            snapshotTime = nil
        }
        try put(
            kind, change.venueTime, change.receiveTime, change.price, change.quantity,
            continuation: continuation)
    }

    private func flag(_ side: Side?) -> UInt64 {
        switch side {
        case .buy: NpyEvent.buy
        case .sell: NpyEvent.sell
        case nil: 0
        }
    }

    private func put(
        _ event: UInt64, _ venueTime: Timestamp, _ receiveTime: Timestamp, _ price: Price,
        _ quantity: Quantity, orderID: UInt64 = 0, continuation: Int64 = 0
    ) throws(MarketDataError) {
        if unsafe buffered == buffer.count { try flush() }
        let flags = NpyEvent.exchange | NpyEvent.local
        func store<Value>(_ value: Value, _ offset: Int) {
            unsafe buffer.storeBytes(of: value, toByteOffset: buffered + offset, as: Value.self)
        }
        store(event | flags, 0)
        store(venueTime.nanoseconds, 8)
        store(receiveTime.nanoseconds, 16)
        store(double(of: price, prices), 24)
        store(double(of: quantity, quantities), 32)
        store(orderID, 40)
        store(continuation, 48)
        store(0.0, 56)
        buffered += NpyHeader.bytesPerRow
        rows += 1
    }

    private func double<Value: ExactDecimal>(of value: Value, _ reader: DoubleReader) -> Double {
        let double = value.double
        if !reader.reads(double, as: value) { inexact += 1 }
        return double
    }

    /// Writes all rows to the system, then counts them in the header.
    public func flush() throws(MarketDataError) {
        guard descriptor >= 0 else { throw refusal("is closed") }
        guard buffered > 0 else { return }
        let start = Self.headerBytes + rows * NpyHeader.bytesPerRow - buffered
        unsafe try write(UnsafeRawBufferPointer(rebasing: buffer[..<buffered]), at: start)
        buffered = 0
        try writeHeader()
    }

    /// Flushes and closes the file; ``append(_:)`` is refused afterwards.
    public func close() throws(MarketDataError) {
        guard descriptor >= 0 else { return }
        try flush()
        let result = Glibc.close(descriptor)
        descriptor = -1
        guard result == 0 else { throw refusal("cannot be closed: \(systemReason())") }
    }

    /// Waits until all that was flushed lies on the disk: it then outlives a loss of power too.
    public func synchronise() throws(MarketDataError) {
        guard descriptor >= 0 else { throw refusal("is closed") }
        guard fdatasync(descriptor) == 0 else {
            throw refusal("cannot be put on the disk: \(systemReason())")
        }
    }

    /// The header is blown up with blanks to a fixed size, so that it can be written anew.
    private func writeHeader() throws(MarketDataError) {
        let columns = [
            "('ev', '<u8')", "('exch_ts', '<i8')", "('local_ts', '<i8')", "('px', '<f8')",
            "('qty', '<f8')", "('order_id', '<u8')", "('ival', '<i8')", "('fval', '<f8')",
        ]
        let count = rows - buffered / NpyHeader.bytesPerRow
        let text =
            "{'descr': [\(columns.joined(separator: ", "))], 'fortran_order': False, "
            + "'shape': (\(count),), }"
        var header = NpyHeader.magic + [1, 0]
        let length = Self.headerBytes - 10
        header += [UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
        header += [UInt8](repeating: 32, count: Self.headerBytes - header.count - 1) + [10]
        let bytes = header
        let failed: MarketDataError? = unsafe bytes.withUnsafeBytes { bytes in
            do throws(MarketDataError) {
                unsafe try write(bytes, at: 0)
                return nil
            } catch {
                return error
            }
        }
        if let failed { throw failed }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(MarketDataError) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe pwrite(
                descriptor, rest.baseAddress, rest.count, off_t(start + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw refusal("cannot be written: \(systemReason())") }
            done += count
        }
    }

    private func refusal(_ reason: String) -> MarketDataError {
        MarketDataError(file: path, reason: reason)
    }
}
