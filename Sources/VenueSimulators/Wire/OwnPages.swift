internal import PlainJSON

/// The pages that a simulator has besides the venue's: the same for all venues.
extension Exchange {
    /// The answer where a path is one of them; nil: it is the venue's.
    func ownPage(_ path: Substring, of venue: String) -> HTTPReply? {
        switch path {
        case "/_simulator/state": .json(report(of: venue))
        case "/_simulator", "/_simulator/": .json(ownPages(of: venue))
        default: nil
        }
    }
}

extension HTTPReply {
    static func json(_ body: JSON, _ headers: [HTTPHeader] = []) -> HTTPReply {
        HTTPReply(
            status: 200, headers: [HTTPHeader("Content-Type", "application/json")] + headers,
            body: body.bytes)
    }

    /// A web server's own page for a path that is none.
    static var notFound: HTTPReply {
        HTTPReply(
            status: 404, headers: [HTTPHeader("Content-Type", "text/html")],
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
