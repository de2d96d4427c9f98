private import CYaml

/// A value of a YAML text and the line where it begins, from 1.
struct YamlNode {
    enum Content {
        case scalar(String)
        case list([YamlNode])
        /// In the text's order; no name comes twice.
        case mapping([(name: String, value: YamlNode)])
    }

    let content: Content
    let line: Int
}

/// Where a text is not YAML, or more than settings need.
struct InvalidYaml: Error {
    let line: Int
    let reason: String
}

/// Reads YAML by libyaml, event by event.
///
/// An alias stands for what its anchor named; where aliases of aliases would make many values out
/// of few lines, reading ends.
@safe
struct YamlText {
    private enum Limit {
        static let depth = 64
        static let values = 100_000
    }

    /// The library keeps its address: it must not move.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var anchors: [String: (node: YamlNode, values: Int)] = [:]
    private var values = 0

    @safe
    private init(parser: UnsafeMutablePointer<yaml_parser_t>) { unsafe self.parser = parser }

    /// The text's one value; nil: it has none.
    static func read(_ text: String) throws(InvalidYaml) -> YamlNode? {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            throw InvalidYaml(line: 1, reason: "no memory to read it")
        }
        defer { unsafe yaml_parser_delete(parser) }
        var reader = Self(parser: parser)
        let bytes = Array(text.utf8)
        let result: Result<YamlNode?, InvalidYaml> = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
            return Result { () throws(InvalidYaml) in try reader.document() }
        }
        return try result.get()
    }

    private mutating func document() throws(InvalidYaml) -> YamlNode? {
        var root: YamlNode?
        while true {
            let event = try next()
            switch event.kind {
            case .streamStart, .documentStart, .documentEnd: continue
            case .streamEnd: return root
            default:
                guard root == nil else {
                    throw InvalidYaml(
                        line: event.line, reason: "a second document begins: one is read")
                }
                root = try node(event, depth: 0)
            }
        }
    }

    private mutating func node(
        _ event: Event, depth: Int
    ) throws(InvalidYaml) -> YamlNode {
        values += 1
        guard depth < Limit.depth, values <= Limit.values else {
            throw InvalidYaml(
                line: event.line,
                reason: "too deep, or too much: at most \(Limit.depth) levels and"
                    + " \(Limit.values) values")
        }
        let before = values
        let content: YamlNode.Content
        switch event.kind {
        case .alias:
            guard let named = anchors[event.text] else {
                throw InvalidYaml(
                    line: event.line, reason: "`*\(event.text)` names nothing that stands above it")
            }
            values += named.values
            return YamlNode(content: named.node.content, line: event.line)
        case .scalar: content = .scalar(event.text)
        case .listStart: content = .list(try list(depth: depth))
        default: content = .mapping(try mapping(depth: depth))
        }
        let node = YamlNode(content: content, line: event.line)
        if let anchor = event.anchor { anchors[anchor] = (node, values - before + 1) }
        return node
    }

    private mutating func list(depth: Int) throws(InvalidYaml) -> [YamlNode] {
        var items: [YamlNode] = []
        while true {
            let event = try next()
            if event.kind == .listEnd { return items }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(
        depth: Int
    ) throws(InvalidYaml) -> [(name: String, value: YamlNode)] {
        var members: [(name: String, value: YamlNode)] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try next()
            if event.kind == .mappingEnd { return members }
            guard case .scalar(let name) = try node(event, depth: depth + 1).content else {
                throw InvalidYaml(line: event.line, reason: "a name must be a single value")
            }
            if let first = lines.updateValue(event.line, forKey: name) {
                throw InvalidYaml(
                    line: event.line, reason: "`\(name)` stands here twice: first in line \(first)")
            }
            members.append((name, try node(try next(), depth: depth + 1)))
        }
    }

    // MARK: - Events

    private struct Event {
        enum Kind {
            case streamStart, streamEnd, documentStart, documentEnd
            case alias, scalar, listStart, listEnd, mappingStart, mappingEnd
        }

        var kind: Kind
        var line: Int
        /// A scalar's value, an alias's name.
        var text = ""
        var anchor: String?
    }

    private mutating func next() throws(InvalidYaml) -> Event {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        let line = unsafe Int(event.start_mark.line) + 1
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, line: line)
        case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, line: line)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, line: line)
        case YAML_ALIAS_EVENT:
            return Event(
                kind: .alias, line: line, text: unsafe Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return Event(
                kind: .scalar, line: line, text: unsafe String(decoding: bytes, as: UTF8.self),
                anchor: unsafe Self.text(scalar.anchor))
        case YAML_SEQUENCE_START_EVENT:
            return Event(
                kind: .listStart, line: line,
                anchor: unsafe Self.text(event.data.sequence_start.anchor))
        case YAML_SEQUENCE_END_EVENT: return Event(kind: .listEnd, line: line)
        case YAML_MAPPING_START_EVENT:
            return Event(
                kind: .mappingStart, line: line,
                anchor: unsafe Self.text(event.data.mapping_start.anchor))
        case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, line: line)
        default: return Event(kind: .streamEnd, line: line)
        }
    }

    private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe bytes.map { unsafe String(cString: $0) }
    }

    /// The library's own words for what it did not take.
    private func failure() -> InvalidYaml {
        let facts = unsafe parser.pointee
        let problem = unsafe facts.problem.map { unsafe String(cString: $0) } ?? "cannot be read"
        // A scanner's error has a mark; a reader's, such as a control character, none.
        let isReaders = unsafe facts.error == YAML_READER_ERROR
        let line = unsafe isReaders ? facts.mark.line : facts.problem_mark.line
        return InvalidYaml(line: Int(line) + 1, reason: problem)
    }
}
