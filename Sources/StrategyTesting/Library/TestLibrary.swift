/// What a test file is given beside Lua: a Lua program of our own, in four parts.
///
/// It runs inside of the test file's sandbox; what it cannot do itself it asks of ``TestDesk``.
enum TestLibrary {
    static let source = values + expectations + events + strategies
}
