"""The layers, and imports that point up: docs/architecture.md draws them, Package.swift has to keep to them."""

import re

from tree import Finding

# From below: a target imports those of lower lines only, so none of its own line.
LAYERS = (
    ("values and parsers",
     "TradingModel PlainJSON LuaSyntax ByteCoding CMoon CCrypto CProcess CSQLite CYaml CZlib Threads"),
    ("what events are made into", "Bars"),
    ("the core", "TradingCore Cryptography WireText"),
    ("what brings it inputs and counts", "ScriptHost Matching RunFigures MarketFiles VenueSessions TLS JournalStore"),
    ("what is shared by venues, and simulated runs", "AccountSession Transport PaperTrading RunInputs SessionGap"),
    ("venues, real and simulated, runs that are live or tested",
     "Bitunix CoinEx CoinTR Coinpit Coinut VenueSimulators LiveTrading StrategyTesting"),
    ("servers", "SimulatorServer"),
    ("the program", "runner"),
)
CONNECTORS = "VenueSessions WireText AccountSession Bitunix CoinEx CoinTR Coinpit Coinut"
SOCKETS = "Transport TLS NIOCore NIOPosix NIOHTTP1 NIOTLS NIOWebSocket"
# Besides: who never imports what, and why.
NEVER = (
    ("TradingModel Bars TradingCore Matching RunFigures PaperTrading SessionGap", "Glibc Threads",
     "the engine and what runs it in virtual time have no clock and no files"),
    ("TradingModel TradingCore Matching RunFigures PaperTrading SessionGap ScriptHost MarketFiles", SOCKETS,
     "what backtests are made of has no sockets"),
    (CONNECTORS, SOCKETS, "a session holds no socket, so that it can be tested without one"),
    (f"{CONNECTORS} Transport", "ScriptHost Matching RunFigures PaperTrading MarketFiles VenueSimulators",
     "a connector knows no strategy and no simulated account"),
    ("VenueSimulators SimulatorServer", f"{CONNECTORS} Transport",
     "a simulator that shares code with a connector shares its mistakes"),
    ("RunFigures", "Matching", "what is counted about a live run knows no simulated venue"),
    ("Matching", "RunFigures", "a venue does not count what a run makes of it"),
    ("VenueSimulators SimulatorServer", "RunFigures", "a venue does not count what a run makes of it"),
)
# What only these import; by nobody where none is named.
ONLY = {
    "Foundation": "", "FoundationEssentials": "", "CMoon": "ScriptHost", "LuaSyntax": "ScriptHost",
    "CCrypto": "Cryptography TLS", "CProcess": "runner", "CSQLite": "JournalStore", "CYaml": "runner",
    "ArgumentParser": "runner",
} | dict.fromkeys(SOCKETS.split()[2:], "LiveTrading SimulatorServer TLS Transport")

# The headers of the C shim, from below: a header includes those of lower lines only. `moon.h` is what Swift sees.
HEADERS = (
    "moon_values.h moon_heap.h moon_lua.h moon_ta.h moon_ta_arguments.h moon_ta_windows.h CCryptoTLS.h",
    "moon.h moon_heap_parts.h moon_ta_parts.h CCrypto.h",
    "moon_field_names.h moon_stored.h crypto_parts.h",
    "moon_host.h",
    "moon_calls.h moon_views.h moon_sandbox.h moon_data.h moon_match.h moon_state.h moon_snapshot.h moon_follow.h",
    "moon_kinds.h moon_intents.h moon_reload.h moon_mirror_parts.h",
)
# Files of the shim that must not know something, and why.
NEVER_INCLUDED = {
    ("moon_heap.c", "moon_host.h"): "the heap knows nothing of what lies in it",
    ("moon_border.c", "moon_host.h"): "the length of a table is a matter of Lua's own values",
}
# Libraries by their headers, and the target that is their only way in.
LIBRARIES = {"lua": "CMoon", "lauxlib": "CMoon", "lualib": "CMoon", "openssl": "CCrypto",
             "sqlite3": "CSQLite", "yaml": "CYaml", "zlib": "CZlib"}

# What a target may import in these files alone, and why.
FILES = {
    ("LiveTrading", "PaperTrading"):
        ("PaperVenueRun.swift", "a run with real money knows no simulated account"),
}

IMPORT = re.compile(r"^[ \t]*(?:@\w+(?:\([^)\n]*\))? |public |package |internal |private )*import (?:\w+ )?(\w+)", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
TARGET = re.compile(r'\.(executableTarget|target|testTarget|systemLibrary)\(\s*name:\s*"(\w+)"')

LEVEL = {name: level for level, (_, names) in enumerate(LAYERS) for name in names.split()}
HEADER_LEVEL = {name: level for level, names in enumerate(HEADERS) for name in names.split()}


def objection(importing, imported):
    """Why this import must not be; None: it may."""
    for names, never, why in NEVER:
        if importing in names.split() and imported in never.split():
            return why
    if imported in ONLY and importing not in ONLY[imported].split():
        allowed = ONLY[imported].replace(" ", ", ")
        return f"only {allowed} may" if allowed else "nobody may"
    if imported in LEVEL and LEVEL[imported] >= LEVEL[importing]:
        return f"it points up: {imported} belongs to \"{LAYERS[LEVEL[imported]][0]}\""
    return None


def misplaced(file, importing, imported):
    """Why this file of a target must not import what another may; None: it may."""
    allowed, why = FILES.get((importing, imported), (None, None))
    if allowed is None or file == "Package.swift" or file.endswith("/" + allowed):
        return None
    return f"only {allowed} may: {why}"


def upward(tree):
    targets = list(declared(tree.files["Package.swift"]))
    for name, folder, line, dependencies in targets:
        if name not in LEVEL:
            yield Finding(
                "layer", "Package.swift", line, name, f"`{name}` has no layer",
                "put it into LAYERS in Tests/Tidy/layers.py")
            continue
        yield from forbidden("Package.swift", name, dependencies)
        for file in tree.of(".swift", under=folder):
            imports = [(found[1], file.line(found.start(1))) for found in IMPORT.finditer(file.code)]
            yield from forbidden(file.name, name, imports)
        for file in tree.of(".c", ".h", under=folder):
            yield from includes(file, name)


def forbidden(file, name, imports):
    for imported, line in imports:
        why = objection(name, imported) or misplaced(file, name, imported)
        if why:
            yield Finding(
                "layer", file, line, imported, f"{name} imports {imported}: {why}",
                "move what is needed down, or hand it in from above")


def declared(package):
    """Targets of Sources: name, folder, line, dependencies with their lines."""
    starts = list(TARGET.finditer(package.text))
    for start, following in zip(starts, starts[1:] + [None]):
        part = package.text[start.start():following.start() if following else None]
        path = re.search(r'path: "([^"]+)"', part)
        folder = path.group(1) if path else "Sources/" + start.group(2)
        if start.group(1) == "testTarget" or not folder.startswith("Sources/"):
            continue
        listed = re.search(r"dependencies: \[(.*?)\]", part, re.S)
        found = re.finditer(r'(?<!package: )"(\w+)"', listed.group(1)) if listed else ()
        yield start.group(2), folder + "/", package.line(start.start(2)), [
            (one.group(1), package.line(start.start() + listed.start(1) + one.start(1))) for one in found]


def includes(file, target):
    name = file.path.name
    for found in INCLUDE.finditer(file.text):
        kind, header = found.groups()
        line = file.line(found.start(1))
        if kind == "<":
            library = header.split("/")[0].removesuffix(".h")
            owner = LIBRARIES.get(library, target)
            why = None if owner == target else f"only {owner} may"
        elif header not in HEADER_LEVEL:
            why = "it has no layer: put it into HEADERS in Tests/Tidy/layers.py"
        elif name.endswith(".h") and HEADER_LEVEL[header] >= HEADER_LEVEL.get(name, 0):
            why = "it points up"
        else:
            why = NEVER_INCLUDED.get((name, header))
        if why:
            yield Finding(
                "layer", file.name, line, header, f"includes {header}: {why}",
                "move what is needed down, or hand it in from above")
