"""Runs the commands of the pages on an installed runner, and holds what the pages say against it."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import plan
import reading
from terminal import Late, Terminal

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The port that the pages write; each page gets one of its own in its place.
PAGE_PORT = "18080"
FAULTS = re.compile(r"^(error:|\S+: error:|Traceback|bash: )", re.M)


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class Reader:
    """Somebody who follows one page, in a home of their own."""

    def __init__(self, page, installed, scratch, venue):
        self.page, self.problems, self.ran, self.left_out = page, [], 0, 0
        self.home = scratch / re.sub(r"\W+", "-", page)
        self.folder = self.home / "moonrunner"
        self.home.mkdir()
        self.port = str(free_port())
        # The README installs by itself.
        self.begins_in_clone = page == "README.md"
        if not self.begins_in_clone:
            (self.home / ".local").symlink_to(installed)
            shutil.copytree(installed / "share/moonrunner", self.folder)
            plan.PREPARED.get(page, lambda folder: None)(self.folder)
        path = os.environ["PATH"]
        self.environment = {
            "HOME": str(self.home), "TERM": "xterm", "LANG": "C.UTF-8",
            "PATH": path if self.begins_in_clone else f"{self.home}/.local/bin:{path}",
            # A venue's data on paper comes from a simulator.
            "MOONRUNNER__VENUES__COINEX__BASE_URL": venue,
        } | ({} if self.begins_in_clone else plan.KEYS)
        self.terminals = []

    def problem(self, line, text):
        self.problems.append(f"{self.page}:{line}: {text}")

    # ── Terminals

    def open(self):
        folder = ROOT if self.begins_in_clone else self.folder
        terminal = Terminal(folder, self.environment)
        self.terminals.append(terminal)
        return terminal

    def close(self):
        for terminal in reversed(self.terminals):
            terminal.press_ctrl_c()
            terminal.type("kill $(jobs -p) 2>/dev/null; wait")
            terminal.rest(1)
            terminal.close()

    # ── The page

    def follow(self, parts):
        begun = time.monotonic()
        try:
            self.terminal = self.open()
            beside = plan.BESIDE.get(self.page)
            if beside:
                self.stay(reading.Command(0, beside))
            for part in parts:
                if isinstance(part, reading.File):
                    (self.folder / part.name).write_text(part.text)
                else:
                    self.block(part)
        except (Late, OSError) as reason:
            self.problem(0, f"could not be followed to its end: {reason}")
        finally:
            self.close()
        self.took = time.monotonic() - begun
        return self

    def block(self, block):
        staying = []
        for command in block.commands:
            if command.text in plan.NOT_RUN:
                self.left_out += 1
                continue
            self.ran += 1
            is_last = command is block.commands[-1]
            if plan.ends_itself(command.text) or command.text.endswith("&"):
                self.run(command)
            elif is_last:
                self.interrupt(command)
            else:
                staying.append(self.stay(command))
        for command, terminal in reversed(staying):
            self.end(command, terminal)
            terminal.close()
            self.terminals.remove(terminal)

    def typed(self, command):
        """The command with what each reader has otherwise than the page: a port, a date, a home."""
        text = command.text.replace(PAGE_PORT, self.port)
        text = re.sub(r"(runner simulate-venue \w+)", rf"\1 --port {self.port}", text)
        # `make` needs the caches of who runs this.
        if text.startswith("make "):
            text = f"HOME={os.environ['HOME']} {text.replace('$HOME', str(self.home))}"
        for name in re.findall(r"\S*\d{8}T\d{6}Z\S*", text):
            found = sorted(self.folder.glob(re.sub(r"\d{8}T\d{6}Z", "????????T??????Z", name)))
            if found:
                text = text.replace(name, str(found[-1].relative_to(self.folder)))
        for name in re.findall(r"(\w+-)\d{8}-\d{6}", text):
            sessions = sorted((self.home / ".moonrunner/sessions").glob(name + "*"))
            if sessions:
                text = re.sub(name + r"\d{8}-\d{6}", sessions[-1].name, text)
        return text

    def run(self, command):
        self.terminal.type(self.typed(command))
        self.terminal.wait(
            lambda text: plan.QUESTION.search(text) or self.terminal.has_ended(), 90)
        if not self.terminal.has_ended():
            self.terminal.type("yes")
        self.judge(command, *self.terminal.finish(90))
        if command.text.endswith("&"):
            self.terminal.wait(lambda text: f":{self.port}" in text, 20)
        if command.text.startswith("cd "):
            self.begins_in_clone = False
            self.environment["PATH"] = f"{self.home}/.local/bin:{os.environ['PATH']}"

    def begin(self, command):
        """Starts what stays, and answers its question; until it has something to show."""
        terminal = self.terminal

        def wait(sign):
            terminal.wait(lambda text: re.search(sign, text) or terminal.has_ended(), 60)
        terminal.type(self.typed(command))
        if "--live" in command.text:
            wait(plan.QUESTION.pattern)
            terminal.type("yes")
        wait(plan.works(command.text, self.port))
        terminal.rest(3)
        return terminal

    def interrupt(self, command):
        self.end(command, self.begin(command))

    def stay(self, command):
        """Leaves it running; what follows is typed into another terminal."""
        terminal = self.begin(command)
        self.terminal = self.open()
        return command, terminal

    def end(self, command, terminal):
        if terminal.has_ended():
            code, shown = terminal.finish(1)
            self.problem(command.line, f"`{command.text}` ended by itself with {code}:\n{shown}")
            return
        terminal.press_ctrl_c()
        self.judge(command, *terminal.finish(30))

    def judge(self, command, code, shown):
        is_made = command.text.startswith("make")
        if code != plan.code(command.text) or FAULTS.search(shown):
            self.problem(
                command.line, f"`{self.typed(command)}` ended with {code}:\n{shown[-1500:]}")
        elif is_made and "Compiling" in shown:
            self.problem(command.line, f"`{command.text}` builds again what is built:\n{shown}")
        elif command.expected:
            self.compare(command, shown)

    def compare(self, command, shown):
        """Each line that the page shows comes, in its order; `…` stands for any."""
        lines = [steady(line) for line in shown.split("\n")]
        at, is_gap = 0, False
        for wanted in map(steady, command.expected):
            if wanted == "…":
                is_gap = True
            elif wanted and wanted in (lines[at:] if is_gap else lines[at:at + 2]):
                at, is_gap = lines.index(wanted, at) + 1, False
            elif wanted:
                self.problem(
                    command.line, f"`{command.text}` does not show `{wanted}`:\n{shown}")
                return


def steady(line):
    """A line without what is another at each run: dates of sessions, durations."""
    line = re.sub(r"-\d{8}-\d{6}", "-DATE", line.rstrip())
    return re.sub(r"\d+\.\d\d s\b", "N s", line)


# ── Names in the text

class Names:
    """Commands, flags, targets and files that pages name: each must be there."""

    def __init__(self, helps):
        self.flags = {
            name: set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) for name, text in helps.items()}
        self.targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
        self.scripts = {
            str(path.relative_to(ROOT)): path.read_text(errors="replace")
            for folder in ("scripts", ".ci", "Benchmarks", "Tests/Pages")
            for path in (ROOT / folder).iterdir() if path.is_file()}
        self.checked = 0

    def objection(self, text):
        """What a command names that does not exist; None: nothing."""
        words = text.split()
        flags = re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)
        if words[0].startswith("--"):
            known = set.union(*self.flags.values()) | {
                flag for script in self.scripts.values()
                for flag in re.findall(r"--[a-z][a-z-]*", script)}
        elif words[0] == "runner":
            name = words[1] if len(words) > 1 else ""
            if name.endswith((".lua", ".lua…")):
                name = "paper"
            if not re.fullmatch(r"[a-z-]+", name) or name.startswith("--"):
                name = ""
            if name not in self.flags:
                return f"there is no command `{name}`"
            known = self.flags[name]
        elif words[0] == "make":
            if words[1:] and words[1] not in self.targets:
                return f"the Makefile has no target `{words[1]}`"
            known = set.union(*[set(re.findall(r"--[a-z][a-z-]*", s)) for s in self.scripts.values()])
            known |= self.flags["paper"] | {"--filter"}
        elif words[0] in self.scripts:
            known = set(re.findall(r"--[a-z][a-z-]*", self.scripts[words[0]]))
        elif words[0].startswith(("scripts/", ".ci/", "Benchmarks/")):
            return None if (ROOT / words[0].rstrip("/")).exists() else f"there is no {words[0]}"
        else:
            return None
        self.checked += 1
        unknown = [flag for flag in flags if flag not in known]
        return f"there is no {unknown[0]}" if unknown else None


def helps_of(runner):
    """The help of each command, by its name; the whole one by none."""
    def text(*words):
        return subprocess.run(
            [runner, *words, "--help"], capture_output=True, text=True, check=True).stdout
    helps = {"": text()}
    for name in re.findall(r"^  ([a-z][a-z-]+)(?: \(default\))?  ", helps[""], re.M):
        helps[name] = text(name)
    helps["api"] = text("api")
    return helps


def pages():
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]}


def check_names(texts, helps):
    names, problems = Names(helps), []
    for page, text in texts.items():
        for line, command in reading.missed(text):
            problems.append(f"{page}:{line}: `{command}` is not understood as a command")
        for line, span in reading.spans(text):
            objection = names.objection(span) if span.strip() else None
            if objection:
                problems.append(f"{page}:{line}: `{span}`: {objection}")
        for part in reading.read(text):
            for command in getattr(part, "commands", []):
                objection = names.objection(command.text)
                if objection:
                    problems.append(f"{page}:{command.line}: `{command.text}`: {objection}")
    told = " ".join(texts.values())
    for command, flags in names.flags.items():
        for flag in sorted(flags - {"--help", "--version"}):
            if command != "api" and not re.search(re.escape(flag) + r"(?![\w-])", told):
                problems.append(f"no page tells of {flag} of `runner {command}`")
    return names.checked, problems


def check_links(texts):
    problems, count, linked = [], 0, {"README.md"}
    for page, text in texts.items():
        for target in reading.links(text):
            count += 1
            file, _, anchor = target.partition("#")
            path = (ROOT / page).parent / file if file else ROOT / page
            if not path.exists():
                problems.append(f"{page}: the link to {target} leads nowhere")
                continue
            linked.add(str(path.resolve().relative_to(ROOT)))
            if anchor and anchor not in reading.anchors(path.read_text()):
                problems.append(f"{page}: the link to {target}: there is no such heading")
    for page in texts:
        if page not in linked:
            problems.append(f"{page}: no page links to it")
    return count, problems


def check_scripts(text, runner, scratch):
    """The examples of docs/lua-api.md: each is a whole script."""
    problems, blocks = [], re.findall(r"^```lua\n(.*?)^```", text, re.M | re.S)
    for number, block in enumerate(blocks, 1):
        script = scratch / f"example{number}.lua"
        script.write_text(block)
        end = subprocess.run(
            [runner, script, "--seed", "1", "--duration", "2m", "--speed", "1000000", "--json"],
            capture_output=True, text=True, env=os.environ | {"MOONRUNNER_HOME": str(scratch)})
        if end.returncode != 0:
            problems.append(
                f"docs/lua-api.md: example {number} ended with {end.returncode}: {end.stderr}")
    return len(blocks), problems


# ── All of it

def check(installed, scratch, only=None):
    """Prints what was done and what is wrong; whether all is right."""
    runner = str(installed / "bin/runner")
    texts, helps = pages(), helps_of(runner)
    parts = {page: reading.read(text) for page, text in texts.items()}
    for name, text in helps.items():
        parts[f"runner {name} --help".replace("  ", " ")] = reading.examples(text)
    parts = {page: found for page, found in parts.items()
             if any(isinstance(part, reading.Block) for part in found) and only in (None, page)}
    problems = []
    if only is None:
        all_commands = {c.text for found in parts.values() for part in found
                        for c in getattr(part, "commands", [])}
        problems += [
            f"Tests/Pages/plan.py: no page has `{text}`" for text in plan.NOT_RUN
            if text not in all_commands]
    venue = simulated_venue(runner, scratch)
    try:
        readers = [Reader(page, installed, scratch, venue.url) for page in parts]
        with ThreadPoolExecutor(6) as pool:
            readers = list(pool.map(lambda reader: reader.follow(parts[reader.page]), readers))
    finally:
        venue.process.terminate()
        venue.process.wait()
    for reader in readers:
        problems += reader.problems
        left_out = f", {reader.left_out} not" if reader.left_out else ""
        print(f"{reader.page}: {reader.ran} commands run{left_out}, {reader.took:.0f} s")
    scripts, found = check_scripts(texts["docs/lua-api.md"], runner, scratch)
    problems += found
    names, found = check_names(texts, helps)
    problems += found
    links, found = check_links(texts)
    problems += found
    if only is None:
        print("not run:")
        for text, reason in plan.NOT_RUN.items():
            print(f"  {text}: {reason}")
    print(f"pages: {sum(r.ran for r in readers)} commands run, "
          f"{sum(r.left_out for r in readers)} not; {scripts} scripts run; "
          f"{names} names of commands and flags and {links} links looked up")
    for problem in problems:
        print(f"wrong: {problem}")
    return not problems


def simulated_venue(runner, scratch):
    """A simulator for pages that trade on paper with a venue's data."""
    class Venue:
        process = subprocess.Popen(
            [runner, "simulate-venue", "coinex", "--port", "0", "--json"],
            stdout=subprocess.PIPE, text=True, env=os.environ | {"MOONRUNNER_HOME": str(scratch)})
        url = None
    Venue.url = re.search(r'"base_url":"([^"]*)"', Venue.process.stdout.readline()).group(1)
    return Venue
