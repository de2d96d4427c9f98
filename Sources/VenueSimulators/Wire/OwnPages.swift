internal import PlainJSON

/// The pages that a simulator has besides the venue's: the same for all venues.
extension Exchange {
    /// The answer where a path is one of them; nil: it is the venue's.
    func ownPage(_ path: Substring, of venue: String) -> ServedReply? {
        switch path {
        case "/_simulator/state": .json(report(of: venue))
        case "/_simulator", "/_simulator/": .json(ownPages(of: venue))
        default: nil
        }
    }
}

extension ServedReply {
    static func json(_ body: JSON, _ headers: [ServedHeader] = []) -> ServedReply {
        ServedReply(
            status: 200, headers: [ServedHeader("Content-Type", "application/json")] + headers,
            body: body.bytes)
    }

    /// A web server's own page for a path that is none.
    static var notFound: ServedReply {
        ServedReply(
            status: 404, headers: [ServedHeader("Content-Type", "text/html")],
            body: Array("<html><body><h1>404 Not Found</h1></body></html>".utf8))
    }
}

extension HTTPRequest {
    /// The path without its query, and the query.
    var parts: (path: Substring, query: Substring) {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts[0], parts.count == 2 ? parts[1] : "")
    }
}
