internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What comes of what was asked.
extension AccountCore {
    public mutating func apply(_ answer: Answer, _ flight: Flight) {
        if case .refused(let refusal) = answer { return refused(flight, refusal) }
        if case .unfit(let what, let toDo) = answer { return unfit(flight, what, toDo) }
        if case .time(let time) = answer, isFirstTime(flight, time) { return }
        succeeded(flight)
        if flight.ask.order != nil {
            applyToOrder(answer, flight)
        } else {
            applyToAccount(answer, flight)
        }
        prepared(flight.ask)
        reconciled(flight.ask, askedAt: flight.sentAt)
    }

    mutating func applyToOrder(_ answer: Answer, _ flight: Flight) {
        let askedAt = flight.sentAt
        switch (flight.ask, answer) {
        case (.place(let serial), .stop(let id)): adoptStop(serial, id, nil)
        case (.place(let serial), .order(let fact)): placed(serial, fact)
        case (.amend(let serial, _), .stop(let id)): modifiedStop(serial, id)
        case (.amend(let serial, let change), .order(let fact)): modified(serial, fact, change)
        case (.cancel(let serial), .order(let fact)): cancelled(serial, fact)
        case (.cancel(let serial), .underWay): cancelIsUnderWay(serial)
        case (.cancel(let serial), _): cancelledUnseen(serial)
        case (.cancelByClientID(let serial), _):
            // Whatever it cancelled, the question under way will find gone.
            desk.orders[serial]?.isCancelling = false
        case (.status(let serial, _), .order(let fact)), (.findOpen(let serial), .order(let fact)),
            (.findFinished(let serial), .order(let fact)):
            applyStatus(serial, fact, askedAt: askedAt)
        case (.executionsOf(let serial, let id, _), .executions(let page)):
            receivedAll(page, serial, id)
        case (.findOpen(let serial), .orders(let page)):
            foundOpen(page, serial, askedAt: askedAt)
        case (.findFinished(let serial), .orders(let page)):
            foundFinished(page, serial, askedAt: askedAt)
        case (.findFinished(let serial), .executions(let page)):
            foundExecutions(page, serial, askedAt: askedAt)
        case (.findOpenStop(let serial), .stops(let page)):
            foundOpenStop(page, serial, askedAt: askedAt)
        case (.findFinishedStop(let serial), .stops(let page)): foundFinishedStop(page, serial)
        default: break
        }
    }

    private mutating func applyToAccount(_ answer: Answer, _ flight: Flight) {
        let askedAt = flight.sentAt
        switch (flight.ask, answer) {
        case (.time, .time(let time)): receivedTime(flight, time)
        case (.instruments(let segment), .instruments(let news)): received(news, of: segment)
        case (.fees(let index), .fees(let fees)): markets[index].fees = fees
        case (.balances(let segment), .balances(let list)):
            received(list, segment, askedAt: askedAt)
        case (.positions(let place), .positions(let page)):
            received(page, page: place, askedAt: askedAt)
        case (.funding(let index), .fundings(let rows)): received(rows, index, flight)
        case (.openOrders(let scope, let place), .orders(let page)):
            received(page, scope, page: place, askedAt: askedAt)
        case (.openStops(let scope, let place), .stops(let page)):
            received(page, scope, page: place, askedAt: askedAt)
        case (.executions(let index, _), .executions(let page)): receivedRecent(page, index)
        default: break
        }
    }
}
