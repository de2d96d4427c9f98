"""Faults that `scripts/plants` puts into a copy of the program, and `simulate` must find.

A plant is a name, what it stands for, and edits: a file, a text that stands in it once, and what is put in its
place. `planted("NAME")` is true where MOONRUNNER_PLANT is that name, and known in every file that imports
TradingModel.
"""

SESSION = "Sources/Connectors/AccountSession/"
CORE = "Sources/TradingCore/"
LIVE = "Sources/LiveTrading/"

PLANTS = {
    "resend": ("an order whose answer is missing is sent again", [
        (SESSION + "Orders/UnknownOrders.swift",
         "            loseOrder(serial, reason)\n        case .amend",
         "            if planted(\"resend\") { askAgain(flight) } else { loseOrder(serial, reason) }\n"
         "        case .amend"),
    ]),
    "timeout-is-no": ("an order whose answer is missing counts as refused", [
        (SESSION + "Orders/UnknownOrders.swift",
         "            if order.isAcknowledged { return }  // a push told it already\n",
         "            if order.isAcknowledged { return }\n"
         "            if planted(\"timeout-is-no\") { return finish(serial, .rejected(reason: \"timeout\")) }\n"),
    ]),
    "lists-tell-no-executions": ("an execution that is missed while there is no connection is dropped", [
        (SESSION + "Orders/Executions.swift",
         "        if let list { differs(by: deal, of: order, in: list) }\n",
         "        if planted(\"lists-tell-no-executions\"), list != nil { return settle(serial) }\n"
         "        if let list { differs(by: deal, of: order, in: list) }\n"),
    ]),
    "unknown-is-free": ("the limits ignore orders whose status is unknown", [
        (CORE + "Exposure.swift",
         "        remaining = order.remaining\n",
         "        let isFree = order.state.isUnknown\n"
         "        remaining = isFree && planted(\"unknown-is-free\") ? .zero : order.remaining\n"),
    ]),
    "cancelling-is-free": ("the limits ignore orders that are being cancelled", [
        (CORE + "Risk/RiskRules.swift",
         "        open.growing.add(open.cancelling)\n        if endsAtFlat",
         "        if !planted(\"cancelling-is-free\") { open.growing.add(open.cancelling) }\n        if endsAtFlat"),
    ]),
    "amendment-is-free": ("the limits count an order that is being enlarged as it was", [
        (CORE + "Order.swift",
         "    fileprivate mutating func change<Result>(_ body: (inout Order) -> Result) -> Result {\n"
         "        let result = body(&self)\n",
         "    fileprivate mutating func change<Result>(_ body: (inout Order) -> Result) -> Result {\n"
         "        let before = remaining\n"
         "        let result = body(&self)\n"
         "        if planted(\"amendment-is-free\"), case .pendingAmend = state {\n"
         "            remaining = before\n"
         "            return result\n"
         "        }\n"),
    ]),
    "spot-ends-at-flat": ("a reduce-only order on spot is thought to end at flat", [
        (CORE + "Risk/RiskRules.swift",
         "{ request.isReduceOnly && instrument.keepsReduceOnly }",
         "{\n        request.isReduceOnly && (planted(\"spot-ends-at-flat\") || instrument.keepsReduceOnly)\n    }"),
    ]),
    "told-twice-counts-twice": ("an execution that is told twice counts twice", [
        (SESSION + "Orders/Executions.swift",
         "        guard !order.deals.contains(deal.id) else { return compareFee(deal, order) }\n",
         "        guard planted(\"told-twice-counts-twice\") || !order.deals.contains(deal.id) else {\n"
         "            return compareFee(deal, order)\n        }\n"),
        (CORE + "Engine/VenueReports.swift",
         "if case .fill(let fill) = report.event, !state.orders.record(fill, of: serial) { return }",
         "if case .fill(let fill) = report.event, !state.orders.record(fill, of: serial),\n"
         "            !planted(\"told-twice-counts-twice\")\n        { return }"),
    ]),
    "restart-counts-twice": ("what an earlier run counted is counted again after a restart", [
        (LIVE + "Journal/StrategyMemory.swift",
         "fillIDs: order.fills.map(\\.id),",
         "fillIDs: planted(\"restart-counts-twice\") ? [] : order.fills.map(\\.id),"),
        (LIVE + "Journal/StrategyMemory.swift",
         "fills: fills.map(\\.number),",
         "fills: planted(\"restart-counts-twice\") ? [] : fills.map(\\.number),"),
    ]),
    "restart-forgets-fees": ("a position is taken up again without the fees that it has paid", [
        (LIVE + "Journal/StrategyMemory.swift",
         "fees: position.fees, funding",
         "fees: planted(\"restart-forgets-fees\") ? .zero : position.fees, funding"),
    ]),
    "restart-trusts-the-clock": ("when an order was heard of last is taken from a clock that may have been set since", [
        (LIVE + "Journal/StrategyMemory.swift", "lastSign: now)",
         "lastSign: planted(\"restart-trusts-the-clock\") ? min(order.row.updated, now) : now)"),
    ]),
    "snapshot-is-the-truth": ("the venue's word on a position holds at once, while an execution is under way", [
        (LIVE + "Venue/PositionTruth.swift",
         "            guard now >= since.advanced(byNanoseconds: patience), !isDoubtful(instrument) else {",
         "            guard\n"
         "                planted(\"snapshot-is-the-truth\")\n"
         "                    || now >= since.advanced(byNanoseconds: patience) && !isDoubtful(instrument)\n"
         "            else {"),
    ]),
    "absence-is-the-end": ("an order that one list lacks has ended", [
        (SESSION + "Orders/UnknownOrders.swift",
         "        guard desk.orders[serial]?.miss(in: list, askedAt: askedAt, rule) != true else {",
         "        guard !planted(\"absence-is-the-end\"),\n"
         "            desk.orders[serial]?.miss(in: list, askedAt: askedAt, rule) != true\n        else {"),
    ]),
    "refused-cancel-is-the-end": ("an order whose cancel is refused has ended", [
        (SESSION + "Orders/OrderEnds.swift",
         "        desk.orders[serial]?.wantsCancel = false\n        report(serial, .cancelRejected",
         "        desk.orders[serial]?.wantsCancel = false\n"
         "        if planted(\"refused-cancel-is-the-end\") { return finish(serial, .cancelled) }\n"
         "        report(serial, .cancelRejected"),
    ]),
    "ids-are-not-durable": ("reserved client order ids are lost when the power fails", [
        (LIVE + "OrderIDs/OrderIDStore.swift",
         "        try store.syncDraft()\n", "        if !planted(\"ids-are-not-durable\") { try store.syncDraft() }\n"),
        (LIVE + "OrderIDs/OrderIDStore.swift",
         "        try store.syncPlace()\n", "        if !planted(\"ids-are-not-durable\") { try store.syncPlace() }\n"),
    ]),
    "written-behind": ("an order is written to the journal when it has left", [
        (LIVE + "Venue/LiveRun.swift",
         "                for journal in journals { journal.submit(order, engine.state) }\n",
         "                if !planted(\"written-behind\") { for journal in journals { journal.submit(order, engine.state) } }\n"),
        (LIVE + "Venue/LiveRun.swift",
         "        written.record(command)\n        for journal in journals { journal.record(command, engine.state) }\n",
         "        written.record(command)\n"
         "        if planted(\"written-behind\"), case .submit(let order) = command {\n"
         "            for journal in journals { journal.submit(order, engine.state) }\n        }\n"
         "        for journal in journals { journal.record(command, engine.state) }\n"),
    ]),
    "state-goes-ahead": ("a script's state is written before what it has heard of", [
        (LIVE + "Venue/LiveRun.swift",
         "    private func emitCommands() {\n",
         "    private func emitCommands() {\n        if planted(\"state-goes-ahead\") { keepState() }\n"),
    ]),
    "tail-is-forgotten": ("what a killed run had not written to its journal is not recovered", [
        ("Sources/JournalStore/Tail/TailRecovery.swift",
         "        let path = JournalTail.path(of: database.path)\n        guard",
         "        let path = JournalTail.path(of: database.path)\n"
         "        if planted(\"tail-is-forgotten\") { return remove(of: database.path) }\n        guard"),
    ]),
    "kill-asks-once": ("a kill asks once for positions to be closed", [
        (LIVE + "Venue/TradingEnd.swift",
         "        nextTry = now.advanced(byNanoseconds: Self.period)\n",
         "        nextTry =\n"
         "            planted(\"kill-asks-once\") ? .distantFuture : now.advanced(byNanoseconds: Self.period)\n"),
    ]),
    "cleaning-takes-all": ("what cancels a run's orders cancels those of others, too", [
        ("Sources/Connectors/VenueSessions/VenueConnector.swift",
         "        guard !isEverything else { return true }\n",
         "        guard !isEverything, !planted(\"cleaning-takes-all\") else { return true }\n"),
    ]),
    "pause-is-not-recorded": ("a recording lacks that the journal could not be written", [
        (LIVE + "Inputs/RecordingRun.swift",
         "        record(.pause(reason, at: now))\n",
         "        if !planted(\"pause-is-not-recorded\") { record(.pause(reason, at: now)) }\n"),
    ]),
}

# What every file of the program can ask.
SWITCH = ("Sources/TradingModel/Planted.swift", '''internal import Glibc

/// Whether a fault is put in.
package func planted(_ name: StaticString) -> Bool { plantedName == "\\(name)" }

private let plantedName: String = unsafe getenv("MOONRUNNER_PLANT").map { unsafe String(cString: $0) } ?? ""
''')


def planted(root):
    """The files with all plants in them, by their names; a plant whose text is not there once is an error."""
    files = {}
    for name, (_, edits) in PLANTS.items():
        for file, text, instead in edits:
            source = files.get(file) or (root / file).read_text()
            if source.count(text) != 1:
                raise ValueError(f"plant {name}: {file} has its text {source.count(text)} times: {text!r}")
            files[file] = source.replace(text, instead)
    for file, source in files.items():
        if "import TradingModel\n" not in source:
            files[file] = "internal import TradingModel\n" + source
    files[SWITCH[0]] = SWITCH[1]
    return files
