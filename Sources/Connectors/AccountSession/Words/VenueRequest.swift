package import VenueSessions

/// A request before it is signed: what is signed is what is sent.
package struct VenueRequest: Hashable, Sendable {
    package var method: String
    /// With the query, from the root of the host.
    package var path: String
    package var body: String
    package var group: EndpointGroup
    /// What it costs of its group's units.
    package var units: Int
    package var isSigned: Bool
    /// Whether it may change an order.
    package var isOrder: Bool
    /// The segment over whose line it goes; nil: over HTTP.
    package var line: Segment?

    package init(
        method: String, path: String, body: String = "", group: EndpointGroup, units: Int = 1,
        isSigned: Bool = true, isOrder: Bool = false, line: Segment? = nil
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.group = group
        self.units = units
        self.isSigned = isSigned
        self.isOrder = isOrder
        self.line = line
    }
}
