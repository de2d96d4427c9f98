internal import TradingModel

/// The bits of hftbacktest's `ev` column, and the places of the columns in a row.
///
/// Source: hftbacktest, `py-hftbacktest/hftbacktest/types.py` and `docs/data.rst`.
enum NpyEvent {
    static let depth: UInt64 = 1
    static let trade: UInt64 = 2
    static let depthClear: UInt64 = 3
    static let depthSnapshot: UInt64 = 4
    static let depthBestQuote: UInt64 = 5
    /// The marks that hftbacktest's converter writes of Binance where it is asked to.
    static let index: UInt64 = 100
    static let mark: UInt64 = 101
    static let fundingRate: UInt64 = 102
    static let kindMask: UInt64 = 0xFF

    static let sell: UInt64 = 1 << 28
    static let buy: UInt64 = 1 << 29
    static let local: UInt64 = 1 << 30
    static let exchange: UInt64 = 1 << 31

    /// Our use of `ival`, which hftbacktest leaves free: the message goes on with the next row.
    static let goesOn: Int64 = 1
    /// Our use of `ival`: the message ends with this row, which matters where snapshots adjoin.
    static let ends: Int64 = 2
}

/// A row of the array, read in place.
@safe struct NpyRow {
    private let bytes: UnsafeRawPointer

    @inline(__always) @unsafe init(_ bytes: UnsafeRawPointer) { unsafe self.bytes = bytes }

    @inline(__always) var event: UInt64 { unsafe bytes.loadUnaligned(as: UInt64.self) }
    @inline(__always) var venueTime: Timestamp {
        unsafe Timestamp(nanoseconds: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
    }
    @inline(__always) var receiveTime: Timestamp {
        unsafe Timestamp(nanoseconds: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self))
    }
    @inline(__always) var price: Double {
        unsafe bytes.loadUnaligned(fromByteOffset: 24, as: Double.self)
    }
    @inline(__always) var quantity: Double {
        unsafe bytes.loadUnaligned(fromByteOffset: 32, as: Double.self)
    }
    /// The id of a trade, in `order_id`; hftbacktest writes 0 for none.
    @inline(__always) var tradeID: UInt64? {
        let id = unsafe bytes.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
        return id == 0 ? nil : id
    }
    @inline(__always) var continuation: Int64 {
        unsafe bytes.loadUnaligned(fromByteOffset: 48, as: Int64.self)
    }

    /// Whether its times are such as are taken; the venue's may be unknown, 0 or -1.
    @inline(__always) var hasTimes: Bool {
        let last = UInt64(Timestamp.last.nanoseconds)
        return UInt64(bitPattern: receiveTime.nanoseconds) <= last
            && UInt64(bitPattern: venueTime.nanoseconds &+ 1) <= last
    }

    var kind: UInt64 { event & NpyEvent.kindMask }
    var isLocal: Bool { event & NpyEvent.local != 0 }

    /// The side of the book or of the taker; nil where no side or both are set.
    @inline(__always) var side: Side? {
        // Without a branch on the side, which nobody can predict: 1 is sell, 2 is buy.
        let flags = (event / NpyEvent.sell) & 3
        guard flags == 1 || flags == 2 else { return nil }
        return unsafe unsafeBitCast(UInt8(truncatingIfNeeded: flags & 1), to: Side.self)
    }
}
