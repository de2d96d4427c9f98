/// What goes wrong between a venue and its clients, and how often.
///
/// Written as `--fault` takes it: names with a share from 0 to 1, apart by commas, such as
/// `drop=0.01,reply-lost=0.02`. A name alone means a share of 0.05; a quirk without a share is on.
package struct FaultPlan: Hashable, Sendable {
    /// A fault that strikes messages and requests by chance.
    package enum Fault: String, CaseIterable, Sendable {
        /// A WebSocket message never leaves.
        case drop
        /// A message waits up to half a second; later ones wait behind it.
        case delay
        /// A message is sent twice.
        case duplicate
        /// A message is sent behind the one that follows it.
        case reorder
        /// The TCP connection ends without a close frame.
        case cut
        /// The socket stays open and nothing comes any more, in either direction.
        case halfOpen = "half-open"
        /// The server stops reading from a socket for two seconds.
        case slowReads = "slow-reads"
        /// One message comes in two frames.
        case fragment
        /// Half a frame comes, then the connection is cut.
        case tornFrame = "torn-frame"
        /// A request is answered by a gateway's HTTP 502, and never reached the venue.
        case badGateway = "http-502"
        /// The venue took the request, and a gateway answers with HTTP 502.
        case badGatewayAfter = "http-502-after"
        /// The venue took the request, and says that it timed out.
        case timeoutAfter = "timeout-after"
        /// A request is answered by HTTP 429, and never reached the venue.
        case tooManyRequests = "http-429"
        /// A request is refused as too frequent in the venue's own words.
        case tooFrequent = "too-frequent"
        /// The venue took the request, and the connection ends without an answer.
        case replyLost = "reply-lost"
        /// The venue took the request, and the answer never comes.
        case replySilent = "reply-silent"
        /// The answer comes half a second late, behind the pushes that the request caused.
        case replyLate = "reply-late"

        /// Whether it strikes requests; the others strike WebSocket messages.
        package var isAboutRequests: Bool {
            switch self {
            case .badGateway, .badGatewayAfter, .timeoutAfter, .tooManyRequests, .tooFrequent,
                .replyLost, .replySilent, .replyLate:
                true
            default: false
            }
        }
    }

    /// The share of messages or requests that each fault strikes.
    package var shares: [Fault: Double] = [:]

    /// Of a name without a share.
    package static let usualShare = 0.05

    package init() {}

    /// Reads what `--fault` says; names that are the venue's own go to its quirks.
    ///
    /// - Throws: ``InvalidFault`` with the names there are.
    package init<Quirks: VenueQuirks>(
        _ text: String, quirks: inout Quirks
    ) throws(InvalidFault) {
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
            guard let name = parts.first else { continue }
            let share = parts.count == 2 ? Double(parts[1]) : nil
            let isShare = parts.count == 1 || share.map((0...1).contains) ?? false
            if isShare, let fault = Fault(rawValue: name) {
                shares[fault] = share ?? Self.usualShare
            } else if !isShare || !quirks.set(name, share: share) {
                throw InvalidFault(found: String(item), names: Self.names(with: Quirks.self))
            }
        }
    }

    /// All names that `--fault` knows for a venue, faults of the wire first.
    package static func names<Quirks: VenueQuirks>(with quirks: Quirks.Type) -> [String] {
        Fault.allCases.map(\.rawValue) + Quirks.names
    }
}

/// Where one venue is known, or feared, to differ from its documentation: faults of its own.
package protocol VenueQuirks {
    /// Those that are on or off, by their names for `--fault`.
    static var switches: [(name: String, path: WritableKeyPath<Self, Bool>)] { get }
    /// Those that happen by chance: each one's share.
    static var chances: [(name: String, path: WritableKeyPath<Self, Double>)] { get }
}

extension VenueQuirks {
    /// The names for `--fault`.
    package static var names: [String] { chances.map(\.name) + switches.map(\.name) }

    /// Turns a quirk on; false: there is none of this name, or it takes no share.
    ///
    /// - Parameter share: nil: none was given.
    package mutating func set(_ name: String, share: Double?) -> Bool {
        if let chance = Self.chances.first(where: { $0.name == name }) {
            self[keyPath: chance.path] = share ?? FaultPlan.usualShare
            return true
        }
        guard share == nil, let found = Self.switches.first(where: { $0.name == name }) else {
            return false
        }
        self[keyPath: found.path] = true
        return true
    }
}

/// A text that names no fault.
package struct InvalidFault: Error, Hashable, CustomStringConvertible {
    package let found: String
    /// Those that there are.
    package let names: [String]

    package var description: String {
        "`\(found)` is not a fault, expected names with an optional share from 0 to 1, such as "
            + "`drop=0.01,reply-lost`. There are: \(names.joined(separator: ", "))"
    }
}
