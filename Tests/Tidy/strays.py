"""Files that lie in the top folder and do not belong there: what a run by hand left is easily committed."""

from tree import Finding

KNOWN = (".dockerignore", ".git", ".gitignore", ".swift-format", "CHANGELOG.md", "LICENSE", "Makefile",
         "Package.resolved", "Package.swift", "README.md")


def stray(tree):
    for path in sorted(tree.root.iterdir()):
        if path.is_file() and path.name not in KNOWN:
            yield Finding("stray", path.name, 1, "-", "lies in the top folder, where it does not belong",
                          "remove it, or name it in Tests/Tidy/strays.py")
