internal import Cryptography
public import TradingModel

/// A hash over a strategy's intents in order: two runs that agree in it did the same.
///
/// Of each intent the bytes of an ``IntentRow``, the lowest byte of a number first, then its tag
/// where it has one, with the length in 4 bytes in front. The symbols of the run come before the first.
public struct IntentHash {
    private var hash = SHA256()
    /// Rows on their way into the hash, which takes many at the price of a few.
    private var rows: [UInt8] = []
    public private(set) var count = 0

    private static let most = 4_096  // bytes

    public init() {}

    /// Takes in one intent.
    public mutating func add(_ intent: Intent, _ instruments: [Instrument]) {
        if count == 0 {
            for instrument in instruments {
                unsafe add(UnsafeRawBufferPointer(instrument.symbol.text.bytes))
            }
        }
        var tag: OrderTag?
        let row = IntentRow(intent, &tag)
        unsafe withUnsafeBytes(of: row) {
            unsafe rows.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<row.size]))
        }
        if let tag { unsafe tag.withBytes { unsafe add($0) } }
        count += 1
        guard rows.count >= Self.most else { return }
        hash.add(rows)
        rows.removeAll(keepingCapacity: true)
    }

    private mutating func add(_ text: UnsafeRawBufferPointer) {
        let length = UInt32(truncatingIfNeeded: text.count).littleEndian
        unsafe withUnsafeBytes(of: length) { unsafe rows.append(contentsOf: $0) }
        unsafe rows.append(contentsOf: text)
    }

    /// The hash so far as 64 hexadecimal digits.
    public var hexadecimal: String {
        var whole = hash
        whole.add(rows)
        return Cryptography.hexadecimal(whole.digest)
    }
}

/// The fields of an intent: 16 bytes, then 16 for each of quantity, price and stop that it has.
private struct IntentRow {
    private var kind: UInt8 = 0
    private var side: UInt8 = 0
    private var timeInForce: UInt8 = 0
    private var flags: UInt8 = 0
    /// The instrument's place in the run.
    private var instrument: UInt32 = 0
    /// The number that the order's id ends in.
    private var order: UInt64 = 0
    private var amounts: (Int128, Int128, Int128) = (0, 0, 0)
    private var amountCount = 0

    /// How many of its first bytes count.
    var size: Int { 16 + 16 * amountCount }

    /// - Parameter tag: the script's own name for the order, or for the orders that are meant.
    init(_ intent: Intent, _ tag: inout OrderTag?) {
        switch intent {
        case .place(let request):
            kind = 1
            side = request.side == .buy ? 1 : 2
            timeInForce = request.timeInForce == .gtc ? 0 : request.timeInForce == .ioc ? 1 : 2
            set(request.instrument)
            set(quantity: request.quantity.attos, price: request.price, stop: request.stop)
            if request.isPostOnly { flags |= 16 }
            if request.isReduceOnly { flags |= 32 }
            if !request.tag.isEmpty { tag = request.tag }
        case .cancel(.order(let id)):
            kind = 2
            order = UInt64(id.parts.ending ?? 0)
        case .cancel(.matching(let instrument, let wanted)):
            kind = 3
            set(instrument)
            tag = wanted
        case .amend(let id, let price, let quantity):
            kind = 4
            order = UInt64(id.parts.ending ?? 0)
            set(quantity: quantity?.attos, price: price)
        case .target(let instrument, let quantity):
            kind = 5
            set(instrument)
            set(quantity: quantity.attos)
        case .close(let instrument):
            kind = 6
            set(instrument)
        }
        if tag != nil { flags |= 64 }
    }

    private mutating func set(_ instrument: InstrumentID?) {
        guard let instrument else { return }
        flags |= 8
        self.instrument = UInt32(truncatingIfNeeded: instrument.index).littleEndian
    }

    private mutating func set(quantity: Int128? = nil, price: Price? = nil, stop: Price? = nil) {
        if let quantity { add(quantity, 1) }
        if let price { add(price.attos, 2) }
        if let stop { add(stop.attos, 4) }
    }

    private mutating func add(_ attos: Int128, _ flag: UInt8) {
        flags |= flag
        switch amountCount {
        case 0: amounts.0 = attos.littleEndian
        case 1: amounts.1 = attos.littleEndian
        default: amounts.2 = attos.littleEndian
        }
        amountCount += 1
    }
}
