internal import TradingCore
public import TradingModel
internal import VenueSessions

/// Order books that are awaited, doubted and asked for anew. What is in them only a dialect knows.
extension AccountCore {
    mutating func awaitBook(_ index: InstrumentID) {
        markets[index].bookStage = .awaitingWhole
        guard let socket = lines[lines.feeds(of: markets[index].segment)].socket else { return }
        agenda.remove { $0 == .wholeBook(index, socket) }
        agenda.add(.wholeBook(index, socket), at: after(traits.pace.wholeBook))
    }

    /// A book has come whole, or a change of it that fits.
    ///
    /// To be called behind what it tells.
    @inlinable
    public mutating func bookIsRight(_ index: InstrumentID) {
        if markets[index].isBookDoubted { reportBookIsRight(index) }
    }

    @usableFromInline
    package mutating func reportBookIsRight(_ index: InstrumentID) {
        markets[index].isBookDoubted = false
        emit(.resynchronised, "the order book is whole again", index)
    }

    /// A book that is not the venue's is worse than none: it goes, and is asked for anew, after a
    /// pause if that has not helped before.
    package mutating func doubtBook(_ index: InstrumentID, _ reason: String) {
        countFailure(index)
        if !markets[index].isBookDoubted {
            markets[index].isBookDoubted = true
            emit(
                .book(
                    BookChange(
                        instrument: index, kind: .clear, endsMessage: true,
                        venueTime: venueTime, receiveTime: now)))
            emit(.stale, reason, index)
        }
        let pauses = markets[index].bookFailures - traits.bounds.bookFailures
        let line = lines.feeds(of: markets[index].segment)
        guard pauses > 0, let socket = lines[line].socket else {
            return askForBook(index)
        }
        markets[index].bookStage = .pausing
        let wait = traits.pace.wrongBookFirst << Int64(min(pauses - 1, 8))
        agenda.addOnce(
            .askForBook(index, socket), at: after(min(wait, traits.pace.wrongBookLongest)))
    }

    /// Failures that follow each other closely are one trouble.
    private mutating func countFailure(_ index: InstrumentID) {
        let sound = markets[index].bookFailedAt.advanced(byNanoseconds: traits.pace.soundBook)
        // In whole-book mode some stay counted: they are why it is in it.
        if !markets[index].isBookDoubted, now >= sound {
            let isWhole = markets[index].bookFailures >= traits.bounds.bookFailures
            markets[index].bookFailures = isWhole ? traits.bounds.bookFailures : 0
        }
        markets[index].bookFailures += 1
        markets[index].bookFailedAt = now
    }

    mutating func askForBook(_ index: InstrumentID) {
        askAgain(for: .book, index, lines.feeds(of: markets[index].segment))
    }

    mutating func missedWholeBook(_ index: InstrumentID, _ socket: SocketID) {
        guard lines[lines.feeds(of: markets[index].segment)].socket == socket,
            markets[index].bookStage == .awaitingWhole
        else { return }
        doubtBook(
            index,
            "the order book of \(markets[index].symbol) did not come within "
                + "\(traits.pace.wholeBook / second) s of being asked for")
    }
}
