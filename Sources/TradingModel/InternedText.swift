internal import Synchronization

/// A text that the process keeps once and for good: copied, compared and hashed like a number.
///
/// For what is said again and again: reasons, currencies, the starts of ids.
@safe public struct InternedText: Sendable {
    /// The bytes, a zero behind them and their count in front; never changed and never freed.
    private nonisolated(unsafe) let start: UnsafePointer<UInt8>

    private static let texts = Mutex<Set<Bytes>>([])
    private static let header = MemoryLayout<Int>.size
    public static let empty = InternedText("")

    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { bytes in
            Self.texts.withLock { texts in
                let bytes = unsafe Bytes(start: bytes.baseAddress, count: bytes.count)
                return Self(known: bytes, in: texts) ?? Self(new: bytes, in: &texts)
            }
        }
    }

    /// The same for a text that may never be said again, as reasons are that hold figures.
    ///
    /// Where many thousands are kept already, a new one loses what follows its first digit.
    public init(passing text: String) {
        let isFull = Self.texts.withLock { $0.count >= Self.mostPassing }
        self =
            Self(known: text)
            ?? Self(isFull ? text.prefix { !$0.isNumber } + "…" : text)
    }

    private static let mostPassing = 100_000  // some 20 MB

    /// The text where it is kept already; nil: nobody has said it.
    public init?(known text: String) {
        var text = text
        let known = text.withUTF8 { bytes in
            Self.texts.withLock {
                unsafe Self(known: Bytes(start: bytes.baseAddress, count: bytes.count), in: $0)
            }
        }
        guard let known else { return nil }
        self = known
    }

    private init?(known bytes: Bytes, in texts: Set<Bytes>) {
        guard let place = texts.firstIndex(of: bytes), let start = unsafe texts[place].start else {
            return nil
        }
        unsafe self.start = start
    }

    private init(new bytes: Bytes, in texts: inout sending Set<Bytes>) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Self.header + bytes.count + 1, alignment: MemoryLayout<Int>.alignment)
        unsafe memory.storeBytes(of: bytes.count, as: Int.self)
        unsafe UnsafeMutableRawBufferPointer(start: memory + Self.header, count: bytes.count)
            .copyMemory(from: bytes.buffer)
        unsafe (memory + Self.header + bytes.count).storeBytes(of: 0, as: UInt8.self)
        unsafe start = UnsafePointer((memory + Self.header).assumingMemoryBound(to: UInt8.self))
        texts.insert(unsafe Bytes(start: start, count: bytes.count))
    }

    /// The text in UTF-8; a zero stands behind it.
    public var bytes: UnsafeBufferPointer<UInt8> {
        let count = unsafe (UnsafeRawPointer(start) - Self.header).load(as: Int.self)
        return unsafe UnsafeBufferPointer(start: start, count: count)
    }

    public var isEmpty: Bool { unsafe bytes.isEmpty }
}

extension InternedText: Hashable, CustomStringConvertible, ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }
    public var description: String { unsafe String(decoding: bytes, as: UTF8.self) }
    public static func == (left: Self, right: Self) -> Bool { unsafe left.start == right.start }
    public func hash(into hasher: inout Hasher) { unsafe hasher.combine(start) }
}

/// Bytes somewhere, equal when they are the same one by one.
@safe private struct Bytes: Hashable, @unchecked Sendable {
    let start: UnsafePointer<UInt8>?
    let count: Int

    var buffer: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }

    static func == (left: Self, right: Self) -> Bool {
        unsafe left.count == right.count && left.buffer.elementsEqual(right.buffer)
    }
    func hash(into hasher: inout Hasher) { unsafe hasher.combine(bytes: buffer) }
}
