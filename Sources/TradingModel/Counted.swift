/// A number with what it counts: `1 fill`, `2 fills`.
///
/// - Parameter plural: nil: with an `s` behind.
public func counted(_ number: Int, _ one: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? one : plural ?? one + "s")"
}
