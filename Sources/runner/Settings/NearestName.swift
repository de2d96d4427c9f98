import TradingModel

/// The name nearest to a misspelt one, for "did you mean"; nil when none is near, never the same.
func nearestName(to name: String, among names: [String]) -> String? {
    let limit = max(1, name.count / 3)
    let letters = Array(name.lowercased())
    let ranked = names.filter { $0 != name }.map {
        (distance: editDistance(letters, Array($0.lowercased())), name: $0)
    }
    .filter { $0.distance <= limit }
    return ranked.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Says that there is no such name, with the nearest, or with all that there are.
///
///     there is no venue `coinx`; did you mean `coinex`?
func unknownName(_ kind: String, _ name: String, among names: [String]) -> String {
    var text = "there is no \(kind) `\(name)`"
    if let near = nearestName(to: name, among: names) {
        text += "; did you mean `\(near)`?"
    } else if names.count == 1 {
        text += "; the one there is: \(names[0])"
    } else if !names.isEmpty {
        text += "; there are: \(names.joined(separator: ", "))"
    }
    return text
}
