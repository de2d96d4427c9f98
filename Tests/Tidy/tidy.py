"""All rules over a tree, held against the list of what is known."""

import layers
import listed
import names
import pages
import promises
import sizes
import strays
import unused
import words
from tree import Tree

RULES = (sizes.too_long, strays.stray, layers.upward, unused.unused, pages.unlinked, names.decisions,
         promises.unproven, words.banned)


def findings(root):
    tree = Tree(root)
    found = [one for rule in RULES for one in rule(tree)]
    return sorted(found, key=lambda one: (one.file, one.line, one.rule, one.name))


def known(root):
    path = root / listed.LIST
    return listed.read(path.read_text() if path.exists() else "")


def problems(root):
    """What fails, and how much is listed of each rule: (to go, to stay)."""
    entries, wrong = known(root)
    counts = {}
    for entry in entries:
        to_go, to_stay = counts.get(entry.key[0], (0, 0))
        stays = entry.reason is not None
        counts[entry.key[0]] = (to_go + (not stays), to_stay + stays)
    return wrong + listed.compare(findings(root), entries), counts


def list_anew(root, grows):
    """The list as it would stand now, under the comment that it begins with."""
    path = root / listed.LIST
    text = path.read_text() if path.exists() else ""
    head = [line for line in text.split("\n\n")[0].splitlines() if line.startswith("#")]
    return listed.written(findings(root), known(root)[0], "\n".join(head), grows)
