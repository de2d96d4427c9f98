"""Pages that no reader comes to: each is reached by links from docs/README.md, and that one from README.md."""

import posixpath
import re

from tree import Finding

INDEX = "docs/README.md"
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


def links(file):
    text = re.sub(r"^```.*?^```", "", file.text, flags=re.M | re.S)
    folder = posixpath.dirname(file.name)
    return {posixpath.normpath(posixpath.join(folder, target)) for target in LINK.findall(text)}


def unlinked(tree):
    if INDEX not in links(tree.files["README.md"]):
        yield Finding(
            "page", "README.md", 1, INDEX, f"does not link to {INDEX}", "link to it where the pages are listed")
    reached, new = set(), {INDEX}
    while new:
        name = new.pop()
        reached.add(name)
        # From the README on, nobody is on the way from the index.
        if name in tree.files and name.startswith("docs/"):
            new |= links(tree.files[name]) - reached
    for file in tree.of(".md", under="docs/"):
        if file.name not in reached:
            is_decision = file.name.startswith("docs/decisions/")
            where = "docs/decisions/README.md" if is_decision else "a page that is about it, or " + INDEX
            yield Finding(
                "page", file.name, 1, "-", f"no link leads here from {INDEX}", f"link to it from {where}")
