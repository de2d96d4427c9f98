import unittest

import declarations
import masking
import words


class Masking(unittest.TestCase):
    def code(self, text):
        code, strings = masking.swift(text)
        self.assertEqual(len(code), len(text))
        return code, [part for _, part in strings]

    def test_hides_what_strings_hold_and_keeps_what_they_call(self):
        code, strings = self.code(r'f("a \(g("b") + h) c")')
        self.assertEqual(code, r'f("  \(g(" ") + h)  ")')
        self.assertEqual(strings, ["a ", "b", " c"])

    def test_knows_raw_strings_and_long_ones(self):
        code, _ = self.code('#"a \\(x) "b" \\#(y)"# + """\n  } "" \\(z)\n  """')
        self.assertEqual(code, '#"           \\#(y)"# + """\n       \\(z)\n  """')

    def test_hides_comments_within_comments(self):
        code, _ = self.code("a /* b /* c */ d */ e // f\ng")
        self.assertEqual(code, "a                   e     \ng")

    def test_leaves_names_between_backticks(self):
        code, _ = self.code('func `says "no`() {} // "')
        self.assertEqual(code, 'func `says "no`() {}     ')

    def test_reads_c(self):
        code, strings = masking.c("int x = '\"'; /* \" */ f(\"a\\\"b\"); // c\n")
        self.assertEqual(code, "int x =    ;         f(\"    \");     \n")
        self.assertEqual(strings, [(24, 'a\\"b')])


class Declarations(unittest.TestCase):
    def names(self, text):
        return [(one.kind, ".".join((*one.scope, one.name))) for one in declarations.swift(text)]

    def test_finds_what_a_type_declares(self):
        self.assertEqual(
            self.names('''
struct A<B: C>: D, E where B: F {
    static let x = 1, y = 2
    var z: Int { if let hidden = x { return hidden }; return 0 }
    enum G: Int { case a = 1, b(Int, c: [Int]), `in` }
    subscript(i: Int) -> Int { switch i { case 1: 2 default: 3 } }
}
extension A.G { func f(g: () -> Void = { let no = 1 }) { func inner() {} } }
'''),
            [("type", "A"), ("property", "A.x"), ("property", "A.y"), ("computed", "A.z"), ("type", "A.G"),
             ("case", "A.G.a"), ("case", "A.G.b"), ("case", "A.G.in"), ("function", "A.subscript"),
             ("type", "A.G"), ("function", "G.f"), ("function", "G.inner")])

    def test_finds_what_a_type_inherits(self):
        found = declarations.swift("struct A<B: C>: D, @unchecked Sendable where B: F {}\nenum E {}")
        self.assertEqual([one.inherits for one in found], [("D", "Sendable"), ()])

    def test_ends_functions_at_their_braces(self):
        text = "protocol P {\n  func f(a: Int)\n  func g()\n}\nfunc h(\n  x: Int = { 1 }()\n) {\n  run { }\n}\n"
        ends = {one.name: one.end and text[:one.end].count("\n") + 1 for one in declarations.swift(text)}
        self.assertEqual(ends, {"P": 4, "f": None, "g": None, "h": 9})

    def test_finds_functions_of_c(self):
        text = "#define F(x) { \\\n }\nint f(void);\nstatic struct s *g(int (*h)(int)) {\n}\nint t[] = { 1 };\n"
        found = declarations.c(text)
        self.assertEqual([(one.name, one.end is not None) for one in found], [("f", False), ("g", True)])

    def test_takes_names_apart(self):
        for name in ("grabHTTPList", "grab_http_list", "moon_grab_http_list"):
            self.assertEqual(words.parts(name), ["grab", "http", "list"])
