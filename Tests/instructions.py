#!/usr/bin/env python3
"""scripts/instructions says what is slower, faster, new and gone, and reads what it writes. Counts nothing itself."""

import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
PATH = pathlib.Path(__file__).resolve().parent.parent / "scripts/instructions"
loader = importlib.machinery.SourceFileLoader("instructions", str(PATH))
instructions = importlib.util.module_from_spec(importlib.util.spec_from_loader("instructions", loader))
loader.exec_module(instructions)


class Comparing(unittest.TestCase):
    def compare(self, now, before):
        lines, is_well, is_faster = instructions.compare({"a trade": now}, before)
        return " ".join("\n".join(lines).split()), is_well, is_faster

    def test_fails_above_half_a_percent(self):
        self.assertEqual(
            self.compare(1_006, {"a trade": 1_000}), ("1,006.0 a trade: +0.60%, SLOWER, was 1,000.0", False, False))

    def test_takes_what_is_within_it(self):
        self.assertEqual(self.compare(1_004, {"a trade": 1_000}), ("1,004.0 a trade: +0.40%, was 1,000.0", True, False))
        self.assertEqual(self.compare(996, {"a trade": 1_000})[1:], (True, False))

    def test_says_what_is_faster(self):
        self.assertEqual(
            self.compare(900, {"a trade": 1_000}), ("900.0 a trade: -10.00%, faster, was 1,000.0", True, True))

    def test_fails_for_what_has_no_figure_and_for_a_figure_of_nothing(self):
        self.assertIn("NEW, not recorded", self.compare(900, {})[0])
        self.assertFalse(self.compare(900, {})[1])
        said, is_well, _ = self.compare(900, {"a trade": 900, "a quote": 1})
        self.assertIn("not measured any more: a quote", said)
        self.assertFalse(is_well)


class Reading(unittest.TestCase):
    def test_reads_what_it_writes(self):
        figures = {"a start, all included": 30_344_863.0, "CoinEx: an order": 41_967.8}
        text = instructions.written(figures, "Swift 6.3.1, libc6 2.36-9")
        self.assertEqual(instructions.read(text), ("Swift 6.3.1, libc6 2.36-9", figures))

    def test_reads_nothing_where_there_is_nothing(self):
        self.assertEqual(instructions.read(""), (None, {}))


unittest.main()
