import TradingCore

/// docs/risk.md, made of the table that the risk gate's rules, the settings and this page share.
enum RiskPage {
    static var text: String {
        ([head, rules] + tail).joined(separator: "\n\n")
    }

    private static let head = """
        <!-- Written by `runner api --risk`; change Sources/TradingCore/Risk/RiskRule.swift or Sources/runner/Settings/RiskPage.swift. -->
        # The risk gate

        Nothing that a strategy asks for reaches a venue but through the risk gate, in backtests, on paper and live. It puts price and
        quantity on tick and lot, then asks its rules in the order of the table; the first that is broken refuses. `on_order` then hears
        of the order with state `rejected` and a `reason` that begins with the rule's name and has the numbers; the log, the summary and the
        [journal](journal.md) have it too. Arithmetic is exact, and what does not fit is refused.

        A cancel is never refused: nothing stands between a strategy and its way out.

        ## The rules

        A rule with a setting holds where that is set, and no limit is set by default. Settings stand below
        [`risk`](settings.md#risk-what-every-order-must-pass); those with a *yes* may be set for a symbol too, in place of the general one, and
        for [a venue](#limits-of-a-venue).
        """

    private static var rules: String {
        let rows = RiskRule.all.map { rule in
            let setting = rule.limit.map { "`risk.\($0.rule.rawValue): \($0.example)`" } ?? ""
            let perSymbol = rule.limit.map { $0.isPerSymbol ? "yes" : "no" } ?? ""
            let standing = rule.limit == nil ? "always holds" : "none"
            return
                "| `\(rule.rule.rawValue)` | \(rule.holds) | \(setting) | \(standing) | \(perSymbol) | "
                + "\(consequence(of: rule)) |"
        }
        return
            ([
                "| Rule | What it holds | Setting | Default | Of a symbol | What comes of it |",
                "| --- | --- | --- | --- | --- | --- |",
            ] + rows).joined(separator: "\n")
    }

    private static func consequence(of rule: RiskRule) -> String {
        switch rule.consequence {
        case .refusal: "the order is refused"
        case .reducing: "`reducing`"
        case .halted: "`halted`"
        }
    }

    private static let tail = [
        """
        ## The states

        `trading_state()` tells a script which orders pass, the status line shows it where it is not `active`, and each change is in the log
        and among the alerts of the journal.

        | State | What passes | Begins | Ends |
        | --- | --- | --- | --- |
        | `active` | what is within the limits | with the run | |
        | `reducing` | of that, orders that reduce a position | by a rule above that says so: for one symbol where its data is old or crossed, for all of a venue where that refuses | by itself: the data is as it should be; the venue has accepted or filled an order, or the limits were [read again](#reading-the-limits-again) |
        | `halted` | nothing; open orders are cancelled, but by a pause | by `max_daily_loss` or `max_drawdown`; failing handlers, the watchdog, a [kill](live.md#the-kill-switch); while the journal cannot be written (`paused`) | not in this run, which ends with exit code 3; only a pause ends by itself |

        An order reduces where it is reduce-only, or where all open orders on its side with it leave the position on its side or flat; by
        our fills and by the venue's word. A position is not closed by a limit: `on_stop` hears of the end, and its orders do not pass after
        `halted`. [`runner kill --flatten`](live.md#the-kill-switch) closes.

        A run begins to count at zero: its loss at its start and at 00:00 UTC, its best at its start. One that is
        [started again](live.md#started-again) counts on.
        """,
        """
        ## What is added up, and in which currency

        * **Loss and drawdown**: what all positions of the run have realised and would realise at the price that they are valued at (the
          venue's mark, else the last price, else the mid), less fees, plus funding. They are looked at with every price, fill and payment.
          What was held before the run, or is corrected by the venue's word, counts from the price at which it came. A fee paid in a third
          currency is not in it.
        * **`max_account_notional`**: the largest that each position may become on either side with all open and unknown orders filled, at
          that same price, summed up in the quote currency.
        * **One currency**: where a run's instruments settle in different currencies, `max_daily_loss` and `max_drawdown` are refused at the
          start, and so is `max_account_notional` where they are quoted in different ones: no price says what one is worth in the other. Trade
          each currency in a run of its own.
        * **`max_leverage`** counts by settle currency, so that a run may have several. Spot has no leverage.
        * **Orders of others** in the traded symbols count towards the position and the account's notional, and `no_self_trade` minds them, as the venue's lists showed them
          [last](live.md#held-against-the-venue); `reduce_only` orders pass all the same. Of their positions the venue's word counts.
          In symbols that the run does not trade nothing of others counts, and `max_open_orders` counts the run's own.
        * **On spot** no venue keeps a `reduce_only` order from more than taking the position to flat: it is sent as any other, and counts as
          any other, for what is open beside it may fill first. Beside resting exits of the same position a close may be refused: cancel them first.
        * A stop order that has not been triggered counts towards notional and position; `no_self_trade` does not ask it.
        * **`max_consecutive_rejects`** counts every refusal by the venue, that of a post-only order which would have taken too: a strategy that
          quotes needs a larger one. It counts each venue for itself.
        """,
        """
        ## Limits of a venue

        A run [at several venues](live.md#several-venues-in-one-run) has one gate. Limits without a venue's name hold for all of it:
        `max_account_notional`, `max_daily_loss` and `max_drawdown` add up over all accounts, in one currency. In the settings a venue has its own under `venues.NAME`:

        ```yaml
        risk:
          max_account_notional: 50000     # on all venues together
          venues:
            coinut:
              max_account_notional: 10000 # of it at Coinut
              max_position: 0.5           # of each symbol there
              max_open_orders: 10
        ```

        Those with a *yes* above stand in place of the general one for the symbols of the venue, and a symbol's own stands over both. `max_account_notional`,
        `max_open_orders` and `max_orders_per_second` are counted for the venue besides, beside the general one. `max_leverage` and `min_free_balance` are held against the account at the venue: what
        lies on another does not secure anything there.
        """,
        """
        ## Reading the limits again

        `runner reload --limits` has a running session read its limits again: from the settings file it began with, under the environment and
        the flags it began with. `kill -HUP` does the same where the run has no terminal, as under a service manager; with a terminal SIGHUP
        says that it was closed, and [ends the run](live.md#ends) ([why](decisions/0046-limits-are-read-again.md)).

        All problems are told at once, and with a single one everything stays as it is. A limit that stands and is not in the file any
        more is a problem too, for a file that is half written looks like that: write `none` to take it off.

        ```yaml
        risk:
          max_position: none      # no limit any more
          max_daily_loss: 300
        ```

        What is other is logged, limit by limit. `max_daily_loss` and `max_drawdown` go on counting from where they were; set anew they
        count from then on.
        """,
    ]
}
