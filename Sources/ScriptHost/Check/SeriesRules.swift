internal import LuaSyntax
import TradingCore

// What goes into indicators, and what outlives its event.
//
// on_bar gets closed bars only, so a strategy looks ahead where it puts values of other events, of
// the bar that is still forming, among those of closed bars: into an indicator that bars feed, into
// a list that on_bar fills, or over the fields of a bar that it kept.

/// Handlers whose events happen while a bar is forming.
private let formingHandlers = ["on_trade", "on_quote", "on_book", "on_ticker", "on_timer"]

extension Checker {
    func checkSeries() {
        let names = facts.calls.keys
        // In the order of the text, for the same report on every run.
        for identity in names.sorted(by: { firstCall($0) < firstCall($1) }) {
            checkFeeding(facts.calls[identity] ?? [])
        }
        checkMixing()
        for file in files where file.program != nil {
            self.file = file
            if let program = file.program { SeriesWalk(self, file).walk(program) }
        }
    }

    private func firstCall(_ identity: ObjectIdentifier) -> Int {
        facts.calls[identity]?.first?.mention.range.lowerBound ?? 0
    }

    /// One indicator's updates: closed bars and the events between them do not mix.
    private func checkFeeding(_ calls: [(call: Call, mention: Facts.Mention)]) {
        guard let first = calls.first,
            case .indicator(let function) = kinds.kind(of: first.call.callee).present
        else { return }
        let barFed = calls.contains { call in
            facts.handler(around: call.mention.function)?.handler.name == "on_bar"
        }
        guard barFed else { return }
        for (call, mention) in calls {
            guard let handler = facts.handler(around: mention.function)?.handler.name,
                formingHandlers.contains(handler)
            else { continue }
            let name = call.callee.shownName ?? function.name
            add(
                .lookAhead, in: mention.file, mention.range,
                "closed bars feed `\(name)` in on_bar; a value of \(handler) belongs to the bar that "
                    + "is still forming, and counts here as one more closed bar",
                suggestion: "make a second indicator, or keep the value that on_bar got")
        }
    }

    // MARK: - Several symbols or sizes in one series

    private func checkMixing() {
        guard let loaded else { return }
        for (identity, handler) in facts.handlers {
            guard let feed = handler.feed,
                let binding = facts.globalBindings[handler.name]?.last,
                case .function(let function)? = binding.value?.kind,
                ObjectIdentifier(function) == identity, let event = function.parameters.first
            else { continue }
            let isBar = handler.name == "on_bar"
            let set = isBar ? .bars : Feed.plainFeeds.first { $0.name == feed }?.feed
            let subscribed = loaded.subscriptions.filter { subscription in
                set.map { subscription.value.feeds.contains($0) } ?? false
            }
            let sizes = subscribed.map(\.value.barSizes.count).max() ?? 0
            let read = fieldsRead(of: event)
            guard !read.escapes else { continue }
            if subscribed.count > 1, !read.names.contains("symbol") {
                reportMixing(function, binding.file, "several symbols", "symbol")
            } else if isBar, sizes > 1, !read.names.contains("size") {
                reportMixing(function, binding.file, "several bar sizes", "size")
            }
        }
    }

    private func reportMixing(
        _ function: Function, _ file: CheckedFile, _ what: String, _ field: String
    ) {
        for calls in facts.calls.values {
            for (call, mention) in calls where mention.file === file {
                guard facts.handler(around: mention.function)?.function === function,
                    case .indicator = kinds.kind(of: call.callee).present
                else { continue }
                add(
                    .mixedSeries, in: file, mention.range,
                    "`\(call.callee.shownName ?? "the indicator")` is fed from \(what)",
                    suggestion: "make one for each, and look at `.\(field)`")
            }
        }
    }

    /// The fields that are read of an event, and whether it is passed on as a whole.
    private func fieldsRead(of event: Variable) -> (names: Set<String>, escapes: Bool) {
        let walk = FieldWalk(event)
        for file in files {
            if let program = file.program { walk.walk(program) }
        }
        let plain = facts.reads(of: event).count { $0 != .indexed }
        let updates = facts.calls.values.joined().count { call, _ in
            guard case .indicator = kinds.kind(of: call.callee).present else { return false }
            return call.arguments.contains { argument in
                if case .local(let variable) = argument.kind { variable === event } else { false }
            }
        }
        return (walk.names, plain > updates)
    }

    // MARK: - Indicators and views that live too short or too long

    /// `local average = ta.ema(20)` in a handler.
    func checkNewIndicator(_ value: Expression, _ variable: Variable, _ function: Function) {
        guard case .call(let call) = value.bare.kind else { return }
        checkImmediateIndicator(call, at: value.range, function)
    }

    func checkImmediateIndicator(_ call: Call, at range: Range<Int>, _ function: Function) {
        guard let made = kinds.function(of: call), made.indicator != nil,
            let handler = facts.handler(around: function)?.handler.name,
            !["on_start", "on_stop", "on_upgrade"].contains(handler)
        else { return }
        add(
            .indicatorInHandler, range,
            "\(made.name) is made anew in each \(handler), so it never warms up",
            suggestion: "make it once, outside of the handlers")
    }

    /// An event that is put where it outlives its handler.
    func checkKept(_ value: Expression, in target: Expression, _ function: Function) {
        if case .index(let table, _, _) = target.kind, isState(table) {
            checkStateValue(value)
            return
        }
        guard case .view(let view) = kinds.kind(of: value).present,
            let record = ScriptApi.recordByName[view]
        else { return }
        let place = target.shownName ?? "it"
        guard record.kind == .event, facts.handler(around: function) != nil else { return }
        switch target.kind {
        case .local(let variable) where variable.owner === function: return
        default: break
        }
        add(
            .keptView, value.range,
            "`\(place)` keeps \(record.article), whose fields are gone when the handler returns",
            suggestion: "use \(value.shownName ?? view):copy()")
    }
}

/// Notes the fields that are read of one variable.
private final class FieldWalk: SyntaxVisitor {
    private let event: Variable
    private(set) var names: Set<String> = []
    init(_ event: Variable) { self.event = event }

    func visit(_ statement: Statement, in function: Function) {}
    func visit(_ expression: Expression, as use: Use, in function: Function) {
        guard case .index(let table, let key, _) = expression.kind,
            case .local(let variable) = table.kind, variable === event
        else { return }
        names.insert(key.literalText ?? "")
    }
}
