internal import TradingModel

/// The head of a `.npy` file that holds hftbacktest's events, checked.
///
/// Sources: NumPy's format description, `numpy/lib/format.py` (versions 1 to 3); hftbacktest,
/// `py-hftbacktest/hftbacktest/types.py`.
struct NpyHeader: Equatable {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    static let bytesPerRow = 64
    /// No header of ours or of NumPy's for eight columns comes near.
    static let longest = 65_536

    /// Where the first row stands.
    let dataOffset: Int
    let rows: Int

    /// Reads the start of a file.
    ///
    /// - Throws: a reason when it is no `.npy`, cut off, or holds something else than events.
    init(_ head: [UInt8]) throws(BadLine) {
        guard head.count >= 12, head.starts(with: Self.magic) else {
            throw BadLine(reason: "is not a NumPy file, or is cut off in its header")
        }
        guard (1...3).contains(head[6]) else {
            throw BadLine(reason: "is NumPy format \(head[6]).\(head[7]), expected 1, 2 or 3")
        }
        let lengthBytes = head[6] == 1 ? 2 : 4
        let length = Int(head.little(8, bytes: lengthBytes))
        let start = 8 + lengthBytes
        guard length <= Self.longest else {
            throw BadLine(reason: "has a NumPy header of \(length) bytes, which holds no events")
        }
        guard start + length <= head.count else {
            throw BadLine(reason: "is cut off in its NumPy header")
        }
        dataOffset = start + length
        guard
            case .dictionary(let items)? = PythonLiteral(
                Array(head[start..<dataOffset])), let descr = items["descr"],
            case .truth(let isFortran)? = items["fortran_order"],
            case .sequence(let shape)? = items["shape"]
        else { throw BadLine(reason: "has a NumPy header that cannot be read") }
        try Self.check(descr)
        guard shape.count == 1, case .integer(let rows) = shape[0], rows >= 0,
            rows <= Int.max / 128
        else {
            throw BadLine(reason: "its NumPy array is not a plain list of rows (one dimension)")
        }
        guard !isFortran || shape.count == 1 else {
            throw BadLine(reason: "its NumPy array is in Fortran order")
        }
        self.rows = rows
    }

    /// Name, type and place of each column, as hftbacktest defines them.
    private static let columns: [(name: String, type: String)] = [
        ("ev", "u8"), ("exch_ts", "i8"), ("local_ts", "i8"), ("px", "f8"), ("qty", "f8"),
        ("order_id", "u8"), ("ival", "i8"), ("fval", "f8"),
    ]

    private static func check(_ descr: PythonLiteral) throws(BadLine) {
        guard let found = layout(descr) else {
            throw BadLine(
                reason: "its NumPy array has no named columns, expected hftbacktest 2 events "
                    + "(\(columns.map(\.name).joined(separator: ", "))); convert older files")
        }
        let fits = columns.enumerated().allSatisfy { index, column in
            found.columns.contains { $0 == (column.name, column.type, index * 8) }
        }
        guard fits, found.size == bytesPerRow else {
            let shown = found.columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
            throw BadLine(
                reason: "its NumPy columns are \(shown), expected hftbacktest 2 events: "
                    + columns.map { "\($0.name) \($0.type)" }.joined(separator: ", "))
        }
    }

    private typealias Layout = (columns: [(name: String, type: String, offset: Int)], size: Int)

    /// The columns with their offsets; types without byte order where that is little or native.
    private static func layout(_ descr: PythonLiteral) -> Layout? {
        switch descr {
        case .sequence(let fields):
            var columns: [(name: String, type: String, offset: Int)] = []
            var offset = 0
            for field in fields {
                guard case .sequence(let parts) = field, parts.count >= 2,
                    case .text(let name) = parts[0], case .text(let type) = parts[1]
                else { return nil }
                let plain = parts.count == 2 ? plainType(type) : "array of " + plainType(type)
                if !name.isEmpty { columns.append((name, plain, offset)) }
                offset += size(of: type)
            }
            return (columns, offset)
        case .dictionary(let items):
            guard case .sequence(let names)? = items["names"],
                case .sequence(let types)? = items["formats"],
                case .sequence(let offsets)? = items["offsets"],
                case .integer(let size)? = items["itemsize"], names.count == types.count,
                names.count == offsets.count
            else { return nil }
            var columns: [(name: String, type: String, offset: Int)] = []
            for index in names.indices {
                guard case .text(let name) = names[index], case .text(let type) = types[index],
                    case .integer(let offset) = offsets[index]
                else { return nil }
                columns.append((name, plainType(type), offset))
            }
            return (columns, size)
        default: return nil
        }
    }

    private static func plainType(_ type: String) -> String {
        type.hasPrefix("<") || type.hasPrefix("=") || type.hasPrefix("|")
            ? String(type.dropFirst()) : type
    }

    private static func size(of type: String) -> Int {
        let digits = type.drop { !$0.isNumber }
        return min(Int(digits) ?? 0, 1 << 20)
    }
}
