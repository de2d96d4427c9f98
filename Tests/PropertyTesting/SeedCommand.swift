internal import Foundation

/// What a command that takes seeds was asked for: `--first SEED`, `--seeds COUNT`, and words of its own.
package struct SeedArguments: Sendable {
    package private(set) var first: UInt64 = 1
    package private(set) var count: Int
    /// Those of its own that stand alone.
    package private(set) var flags: Set<String> = []
    /// And those that a number above 0 follows.
    package private(set) var numbers: [String: Int] = [:]

    /// Nil where there is another word, or a number is missing.
    ///
    /// - Parameters:
    ///   - words: behind the command's name.
    ///   - count: of seeds, where nobody says it.
    package init?(
        _ words: some Sequence<String>, count: Int, flags known: Set<String>,
        numbers named: Set<String> = []
    ) {
        self.count = count
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            if known.contains(word) {
                flags.insert(word)
                continue
            }
            guard word == "--first" || word == "--seeds" || named.contains(word),
                let text = rest.popFirst()
            else { return nil }
            if word == "--first" {
                guard let seed = UInt64(text) else { return nil }
                first = seed
                continue
            }
            guard let number = Int(text), number > 0 else { return nil }
            if word == "--seeds" { self.count = number } else { numbers[word] = number }
        }
    }
}

/// Runs something on several threads at once, with a deep stack each, and waits for all.
package func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    let group = DispatchGroup()
    for _ in 0..<count {
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.stackSize = 8 << 20  // bytes
        thread.start()
    }
    group.wait()
}
