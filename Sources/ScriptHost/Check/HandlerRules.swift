internal import LuaSyntax
import TradingCore
import TradingModel

// Handlers, feeds and timers: what is never called, and what nobody hears.

extension Checker {
    func checkHandlers() {
        checkTimers()
        guard let loaded else { return }
        let defined = Set(facts.handlers.values.map(\.name))
        let subscribed = loaded.subscriptions.values.reduce(into: FeedSet()) {
            $0.formUnion($1.feeds)
        }
        for handler in ScriptApi.handlers {
            guard let feed = handler.feed, let set = Self.feedSet(feed),
                loaded.hasHandler(named: handler.name), !subscribed.contains(set),
                // Quotes come from the depth too.
                !(feed == "quotes" && subscribed.contains(.book))
            else { continue }
            report(uncalled: handler, feed)
        }
        if defined.isEmpty, !loaded.watches,
            !ScriptApi.handlers.contains(where: { loaded.hasHandler(named: $0.name) })
        {
            file = files[0]
            add(
                .noHandler, 0..<1, "the script has no handler, such as on_trade: it does nothing")
        }
        checkUnheardFeeds(loaded)
    }

    private static func feedSet(_ name: String) -> FeedSet? {
        name.hasPrefix("bars:") ? .bars : Feed.plainFeeds.first { $0.name == name }?.feed
    }

    private func report(uncalled handler: ApiHandler, _ feed: String) {
        let message = "\(handler.name) is never called: no symbol subscribes to `\(feed)`"
        let suggestion = "add subscribe(symbol, \"\(feed)\")"
        if let binding = facts.globalBindings[handler.name]?.last {
            add(
                .handlerWithoutFeed, in: binding.file, binding.range, message,
                suggestion: suggestion)
        } else {
            add(.handlerWithoutFeed, in: files[0], 0..<1, message, suggestion: suggestion)
        }
    }

    // MARK: - Feeds

    /// Feeds that nothing reads.
    ///
    /// A symbol must have one feed to be traded at all, so its only one is fine without a handler
    /// if it at least tells what the market does; and `book` and `quotes` answer queries.
    private func checkUnheardFeeds(_ loaded: LuaStrategy) {
        for (call, mention) in facts.globalCalls["subscribe"] ?? [] {
            for argument in call.arguments.dropFirst() {
                guard let name = feedText(argument), case .success(let feed) = Feed.read(name)
                else {
                    continue
                }
                let handler: String
                let isMarket: Bool
                switch feed {
                case .bars: (handler, isMarket) = ("on_bar", false)
                case .plain(let set):
                    guard let found = Feed.plainFeeds.first(where: { $0.feed == set }) else {
                        continue
                    }
                    handler = ScriptApi.feeds.first { $0.name == found.name }?.handler ?? ""
                    isMarket = [.trades, .quotes, .book].contains(set)
                }
                let isOnly = call.arguments.count == 2 && isMarket
                guard !loaded.hasHandler(named: handler), !isOnly, !isQueried(name),
                    !loaded.isFollowed(feed)
                else {
                    continue
                }
                add(
                    .feedWithoutHandler, in: mention.file, argument.range,
                    "nothing reads the feed `\(name)`",
                    suggestion: "add \(handler), or leave it out")
            }
        }
    }

    /// The feed that an argument says; of `"bars:" .. p.bars` any bars.
    private func feedText(_ argument: Expression) -> String? {
        if let text = argument.literalText { return text }
        if case .binary(.concatenate, let left, _) = argument.kind, left.literalText == "bars:" {
            return "bars:1m"
        }
        return nil
    }

    /// Whether a query reads the feed.
    private func isQueried(_ feed: String) -> Bool {
        switch feed {
        case "book":
            facts.globalReads["book"] != nil || facts.globalReads["quote"] != nil
                || facts.globalBindings["on_quote"] != nil
        case "quotes": facts.globalReads["quote"] != nil
        default: false
        }
    }

    // MARK: - Timers

    private func checkTimers() {
        let setters = ["after", "every"]
        let hasTimers = setters.contains { facts.globalReads[$0] != nil }
        if let binding = facts.globalBindings["on_timer"]?.last {
            guard !hasTimers else { return }
            add(
                .handlerWithoutTimer, in: binding.file, binding.range,
                "on_timer is never called: the script sets no timer",
                suggestion: "add every(seconds, name) or after(seconds, name)")
        } else if loaded?.hasHandler(named: "on_timer") != true {
            for setter in setters {
                for (_, mention) in facts.globalCalls[setter] ?? [] {
                    add(
                        .timerWithoutHandler, in: mention.file, mention.range,
                        "nothing happens when the timer runs out: there is no on_timer",
                        suggestion: "add function on_timer(name) … end")
                }
            }
        }
    }
}
