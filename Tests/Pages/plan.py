"""What is special about some commands of the pages: what they need, and why some are not run."""

import gzip
import re
import struct

CI = "CI runs it by itself"
LONG = "takes too long here; what it names is looked up"
DEVELOPMENT = "for those who work on Moonrunner; what it names is looked up"

TWO = "needs two venues; the tests run such a run against two simulators"
PACKAGE = "Tests/package.sh does it, in CI"
SYSTEM = "changes the system, or needs one that runs"

# Commands that are not run, with the reason: whole texts. One that no page has is a mistake.
NOT_RUN = {
    "make test": CI,
    "make test ARGS='--filter StrategyTests'": LONG,
    "make test ARGS=\"--filter 'Market maker'\"": LONG,
    "make test ARGS=\"--filter 'quotes both sides'\"": LONG,
    "make differential SEEDS=5000 FIRST=1": CI + ", with fewer seeds",
    "make simulate": CI + ", with fewer seeds",
    "make simulate FIRST=236 SEEDS=1 ARGS=--trace": DEVELOPMENT,
    "make simulate ARGS='--days 14'": LONG,
    "scripts/plants": LONG,
    "scripts/plants resend unknown-is-free": LONG,
    "scripts/plants --check": CI,
    "make lint": CI,
    "make tidy": CI,
    "make instructions": CI,
    "make instructions ARGS=--record": DEVELOPMENT,
    "scripts/tidy --selftest": CI,
    "scripts/tidy --all": DEVELOPMENT,
    "scripts/tidy --shrink": DEVELOPMENT,
    "scripts/tidy --list": DEVELOPMENT,
    "make sanitize": CI,
    "make fuzz ARGS='--minutes 60'": LONG,
    "scripts/determinism 1000": CI,
    ".ci/run": "it runs this",
    "scripts/fuzz": CI + ", for 90 s",
    "scripts/fuzz --minutes 60 --seed 1": LONG,
    "scripts/fuzz --gc": DEVELOPMENT,
    "scripts/fuzz --without holes,objects": DEVELOPMENT,
    "scripts/fuzz --plant": CI,
    ".build/fuzz/plain program 7": DEVELOPMENT,
    ".build/fuzz/plain transcript 7": DEVELOPMENT,
    ".build/fuzz/plain programs 7 1 ways=both minimise": DEVELOPMENT,
    "scripts/determinism --runner .build/release/runner 50": LONG,
    "scripts/live_check .build/release/runner --minutes 60 --speed 60":
        LONG + "; the tests run it for six minutes of the market",
    "scripts/live_check .build/release/runner --minutes 6 --speed 60 --faults all": LONG,
    "scripts/crash_check .build/release/runner --kills 100": LONG,
    "scripts/cross_check .build/release/runner --minutes 60 --speed 60 --faults all": LONG,
    "scripts/cross_check .build/release/runner --kills 100": LONG,
    "runner strategies/cross_venue.lua --set quote=coinut:BTC/USDT --set hedge=coinex:BTC/USDT:USDT"
    " --live": TWO,
    "runner strategies/cross_venue.lua --set quote=coinut:BTC/USDT --set hedge=coinex:BTC/USDT:USDT"
    " --live coinex": TWO,
    "scripts/live_check .build/release/runner --minutes 14 --speed 60 --faults all": LONG,
    "scripts/record_check .build/release/runner 60": CI + ", for 20 s",
    "scripts/ccxt .build/release/runner": CI,
    "scripts/pages": "it runs this",
    "make exclusivity": CI,
    "sha256sum --check moonrunner-0.1.0-linux-x86_64.tar.gz.sha256": PACKAGE,
    "tar -xzf moonrunner-0.1.0-linux-x86_64.tar.gz": PACKAGE,
    "cd moonrunner-0.1.0-linux-x86_64": PACKAGE,
    "./runner strategies/market_maker.lua --duration 5s": PACKAGE,
    "useradd --system --home-dir /var/lib/moonrunner moonrunner": SYSTEM,
    "install -m 755 runner /usr/local/bin/runner": SYSTEM,
    "install -m 644 deploy/moonrunner@.service /etc/systemd/system/": SYSTEM,
    "install -d /etc/moonrunner": SYSTEM,
    "install -m 644 strategies/market_maker.lua /etc/moonrunner/maker.lua": SYSTEM,
    "systemctl daemon-reload": SYSTEM,
    "systemctl enable --now moonrunner@maker": SYSTEM,
    "journalctl -fu moonrunner@maker": SYSTEM,
    "docker build -f deploy/Dockerfile -t moonrunner .": CI + ", where a container engine runs",
    "docker run --rm -it --read-only -v moonrunner:/data moonrunner strategies/market_maker.lua"
    " --duration 5s": SYSTEM,
    "sqlite3 -readonly ~/.moonrunner/accounts/coinex-*.journal"
    " 'SELECT * FROM fills ORDER BY id DESC LIMIT 10'": "a program of others",
    'docker run -d --stop-timeout 60 --memory 512m --cap-drop ALL -v moonrunner:/data -v'
    ' "$PWD/strategy.lua:/opt/moonrunner/strategy.lua:ro" -v "$PWD/keys:/keys:ro" -e'
    " COINEX_API_KEY_FILE=/keys/key -e COINEX_API_SECRET_FILE=/keys/secret moonrunner strategy.lua"
    " --live --yes": SYSTEM,
}

# Commands that run until they are ended, but for those that `ends_itself` knows; they stay while the
# rest of their block is typed into another terminal.
STAYING = re.compile(r"runner (\S+\.lua|record|simulate-venue)\b|make run\b")
# The longest that a run with a duration is waited for; a longer one is ended by Ctrl-C.
PATIENCE = 40


def seconds(text):
    value, unit = re.fullmatch(r"([\d.]+)([smhd]?)", text).groups()
    return float(value) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def ends_itself(text):
    """Whether a command comes to its end while somebody waits."""
    text = text.split("&&")[-1].strip()
    if not STAYING.match(text) or re.search(r" --help\b", text):
        return True
    duration = re.search(r"--duration (\S+)", text)
    speed = re.search(r"--speed (\S+)", text)
    pace = float(speed.group(1)) if speed else 1
    return bool(duration) and seconds(duration.group(1)) / pace <= PATIENCE


def code(text):
    """The exit code of a command that does what it is for."""
    if text.startswith("make") and not ends_itself(text):
        return 130  # `make` says that it was interrupted, whatever its command made of that
    return 3 if text.startswith("runner kill") else 0


# What a command asks before it touches an account.
QUESTION = re.compile("[Tt]ype `?yes")


def works(text, port):
    """What a command that stays shows once it is at work."""
    if "simulate-venue" in text:
        return f":{port}"
    return r"│ [\d.]+ kB" if "runner record" in text else "│"


# ── What pages take for granted in the folder of their reader.

def strategy(folder):
    """A `strategy.lua` with a parameter `fast`, that trades spot."""
    text = (folder / "strategies/ema_cross.lua").read_text()
    (folder / "strategy.lua").write_text(text.replace("sim:BTC/USDT:USDT", "sim:BTC/USDT"))


def trades(path, symbol_price=90000.0):
    rows = ["time,price,qty,side"]
    for i in range(600):
        price = symbol_price + (i % 40 if i % 80 < 40 else 40 - i % 40)
        rows.append(f"{1767225600 + i},{price:.1f},0.01,{'buy' if i % 2 else 'sell'}")
    with gzip.open(path, "wt") as file:
        file.write("\n".join(rows) + "\n")


def book(path):
    rows = ["time,side,price,qty,is_snapshot"]
    for i in range(2):
        rows += [
            f"{1767225600 + 300 * i},bid,89999,2,true", f"{1767225600 + 300 * i},ask,90041,2,true"]
    with gzip.open(path, "wt") as file:
        file.write("\n".join(rows) + "\n")


def array(path, price=90000.0):
    """Trades as hftbacktest writes them."""
    names = ["ev", "exch_ts", "local_ts", "px", "qty", "order_id", "ival", "fval"]
    kinds = ["<u8", "<i8", "<i8", "<f8", "<f8", "<u8", "<i8", "<f8"]
    flags = 1 << 31 | 1 << 30  # for the exchange and for the local side
    rows = b"".join(
        struct.pack(
            "<QqqddQqd", flags | (1 << 29 if i % 2 else 1 << 28) | 2,
            (1767225600 + i) * 10**9, (1767225600 + i) * 10**9 + 10**6,
            price * (1 + i % 40 / 10000), 0.01, 0, 0, 0.0)
        for i in range(600))
    head = (f"{{'descr': {list(zip(names, kinds))}, 'fortran_order': False, 'shape': (600,), }}")
    head += " " * (-(len(head) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + rows)


def data_files(folder):
    strategy(folder)
    trades(folder / "btcusdt.csv.gz")
    trades(folder / "trades.csv.gz")
    book(folder / "book.csv.gz")
    array(folder / "btcusdt.npy")


def clone(folder):
    (folder / "docs").mkdir()


def data_of_help(folder):
    trades(folder / "trades.csv.gz")
    array(folder / "eth.npy", 3100.0)
    array(folder / "btc.npy")


PREPARED = {
    "docs/check.md": strategy,
    "docs/data-files.md": data_files,
    "docs/testing.md": clone,
    "runner --help": data_of_help,
    "runner backtest --help": data_of_help,
    "runner simulate-venue --help": data_of_help,
}
# The simulator's own key, which all take for granted but the README, where it is told.
KEYS = {"COINEX_API_KEY": "simulator-key", "COINEX_API_SECRET": "simulator-secret"}
# A run at the simulated venue, whose account has a journal then.
LIVE = ("runner strategies/market_maker.lua --set symbol=coinex:BTC/USDT:USDT --live"
        " --risk max_position=1 --risk max_order_notional=100000")
# What runs in another terminal while the commands of a page are typed; None: the simulated venue alone.
BESIDE = {
    "docs/gap.md": LIVE,
    "docs/journal.md": LIVE,
    "docs/live.md": LIVE,
    "runner gap --help": LIVE,
    "runner journal --help": LIVE,
    "runner kill --help": "runner strategies/ema_cross.lua",
    "runner reload --help": "runner strategies/ema_cross.lua",
    "runner venues --help": "runner simulate-venue coinex --tls",
    "runner test --help": "runner new demo",
}
