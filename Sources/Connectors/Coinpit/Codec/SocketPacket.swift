package import PlainJSON
package import WireText

/// A text frame of Engine.IO, protocol 3, with what Socket.IO 1.x puts into it.
package enum SocketPacket: Hashable {
    /// `0{"sid":…}`: the connection is open.
    case opened
    /// `40`: events are heard from now on.
    case connected
    /// `41` and `1`.
    case ended
    /// `42["name",payload]`.
    case event(String, JSON)
    /// `44"text"`.
    case refused(String)
    /// `3`: what answers our `2`.
    case pong
    /// What needs no answer of ours.
    case other

    package init(parsing bytes: [UInt8]) throws(BadMessage) {
        guard let first = bytes.first else { throw BadMessage("it is empty") }
        switch first {
        case UInt8(ascii: "0"): self = .opened
        case UInt8(ascii: "1"): self = .ended
        case UInt8(ascii: "3"): self = .pong
        case UInt8(ascii: "4"): self = try Self.message(Array(bytes.dropFirst()))
        case UInt8(ascii: "2"), UInt8(ascii: "5"), UInt8(ascii: "6"): self = .other
        default: throw BadMessage("it is not a packet of Engine.IO")
        }
    }

    private static func message(_ bytes: [UInt8]) throws(BadMessage) -> SocketPacket {
        guard let first = bytes.first else { throw BadMessage("it is not a packet of Socket.IO") }
        let rest = Array(bytes.dropFirst())
        switch first {
        case UInt8(ascii: "0"): return .connected
        case UInt8(ascii: "1"): return .ended
        case UInt8(ascii: "2"):
            let items = try readJSON(AnyValue.self, rest).json.items
            guard let items, let name = items.first?.text else {
                throw BadMessage("it is an event without a name")
            }
            return .event(name, items.count > 1 ? items[1] : .null)
        case UInt8(ascii: "4"): return .refused(String(decoding: rest, as: UTF8.self))
        default: return .other
        }
    }

    package static let ping = "2"

    /// An event of ours.
    ///
    /// - Parameter payload: JSON.
    package static func event(_ name: String, _ payload: String) -> String {
        "42[\(quoted(name)),\(payload)]"
    }
}

/// Any JSON.
struct AnyValue: WireValue {
    let json: JSON
    init(reading json: JSON) { self.json = json }
}
