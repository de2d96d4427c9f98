"""A person at a terminal: a shell behind a pseudo-terminal that is typed into and read from."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

SHELL = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
# The shell prints this instead of a prompt: the exit code of what ended.
MARK = re.compile("\x01(\\d+)\x02")
STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Late(Exception):
    """Something did not come in time."""


class Terminal:
    def __init__(self, folder, environment, rows=24, columns=80):
        self.text = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            # A background job of a shell does not hear Ctrl-C; a person's terminal does.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execvpe(SHELL[0], SHELL, environment)
        fcntl.ioctl(
            self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.type("stty -echo; set +H; PS1=; PS2=; PROMPT_COMMAND='printf \"\\001%s\\002\" $?'")
        self.finish(20)

    def type(self, line):
        """Types a line and the key that ends it."""
        os.write(self.descriptor, line.encode() + b"\n")

    def press_ctrl_c(self):
        os.write(self.descriptor, b"\x03")

    def read(self, seconds):
        """Takes in what comes within the time, at most once; whether something came."""
        ready, _, _ = select.select([self.descriptor], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            self.text += self.decoder.decode(os.read(self.descriptor, 1 << 16))
        except OSError:
            return False
        return True

    def wait(self, is_there, seconds):
        """Reads on until the text satisfies `is_there`."""
        end = time.monotonic() + seconds
        while not is_there(self.text):
            left = end - time.monotonic()
            if left <= 0:
                raise Late(f"after {seconds} s: {self.shown()[-1500:]}")
            self.read(min(left, 0.5))

    def rest(self, seconds):
        """Lets time pass, as somebody who watches."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.has_ended():
            self.read(left)

    def has_ended(self):
        return MARK.search(self.text) is not None

    def finish(self, seconds):
        """Waits for the end of what was typed: its exit code and all that it showed."""
        self.wait(lambda text: MARK.search(text), seconds)
        mark = MARK.search(self.text)
        shown, self.text = self.text[:mark.start()], self.text[mark.end():]
        return int(mark.group(1)), self.shown(shown)

    def shown(self, text=None):
        """Without what steers the terminal: status lines are overwritten by what follows them."""
        text = self.text if text is None else text
        lines = text.replace("\r\n", "\n").split("\n")
        return "\n".join(STEERING.sub("", line.split("\r\x1b[K")[-1]).rstrip() for line in lines)

    def close(self):
        """Ends the shell and all that it started."""
        try:
            os.killpg(self.process, signal.SIGHUP)
        except ProcessLookupError:
            pass
        os.close(self.descriptor)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if os.waitpid(self.process, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
