#!/usr/bin/env python3
"""Asks a shell what it completes, and compares.

    check_completions.py bash|zsh|fish PROGRAM COMPLETIONS

Skips (77) where the shell is not installed.
"""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

shell, program, script = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()

# What is typed -> what must be offered -> what must not be.
CASES = [
    ("neuralpower pre", ["predict"], ["inspect"]),
    ("neuralpower help swe", ["sweep"], ["predict"]),
    ("neuralpower predict --pla", ["--platform"], ["--batch"]),
    ("neuralpower fit --gro", ["--group"], ["--platform"]),
    ("neuralpower predict --platform ra", ["raptorlake-pytorch"], ["jetson-pytorch"]),
    ("neuralpower predict -p ra", ["raptorlake-pytorch"], ["jetson-pytorch"]),
    ("neuralpower compare --sheet gtx_107", ["gtx_1070"], ["xeon-5120-pytorch"]),
    ("neuralpower fit --method pa", ["paper"], ["paleo"]),
    ("neuralpower predict --method pa", ["paleo"], ["paper"]),
    ("neuralpower measure --suite f", ["full"], ["quick"]),
    ("neuralpower features --type globalav", ["globalavgpool"], ["conv"]),
    ("neuralpower platforms jet", ["jetson-pytorch"], ["xeon-5120-pytorch"]),
    ("neuralpower inspect alexn", ["alexnet.prototxt"], []),
]


def ask_bash(typed, environment):
    """As bash calls it: the words, and which of them the cursor is in."""
    words = typed.split(" ")
    text = f'source "{script}"; COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; _neuralpower; ' \
           f'printf "%s\\n" "${{COMPREPLY[@]}}"; ((${{#COMPREPLY[@]}})) || compgen -f -- "{words[-1]}"'
    return subprocess.run(["bash", "-c", text], env=environment, text=True, capture_output=True, check=True,
                          cwd=environment["HERE"]).stdout.split()


def ask_fish(typed, environment):
    text = f'source "{script}"; complete -C "{typed}"'
    answer = subprocess.run(["fish", "-N", "-c", text], env=environment, text=True, capture_output=True, check=True,
                            cwd=environment["HERE"]).stdout
    return [line.split("\t")[0] for line in answer.splitlines()]


class Terminal:
    """zsh completes at a terminal only."""

    def __init__(self, environment):
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.chdir(environment["HERE"])
            os.execvpe("zsh", ["zsh", "-f", "-i"], environment)
        setup = f"PS1='READY>'; unsetopt zle_bracketed_paste; fpath=({script.parent} $fpath); autoload -U compinit; compinit -u -D; " \
                f"setopt list_ambiguous no_beep; zstyle ':completion:*' list-prompt ''; echo DO''NE\n"
        self.write(setup, ["DONE"])

    def write(self, text, wanted):
        """Types, and returns the words that come until those wanted are among them."""
        os.write(self.terminal, text.encode())
        seen, words, end = "", [], time.monotonic() + 10
        while time.monotonic() < end and not set(wanted) <= set(words):
            if select.select([self.terminal], [], [], 1.0)[0]:
                seen += os.read(self.terminal, 65536).decode(errors="replace")
            words = re.findall(r"[\w.-]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x08", "", seen))
        return words

    def ask(self, typed, wanted):
        return self.write("\x15" + typed + "\t", wanted)


def main():
    if not shutil.which(shell):
        print(f"{shell} is not installed")
        return 77
    with tempfile.TemporaryDirectory() as here:
        tools = pathlib.Path(here) / "bin"
        tools.mkdir()
        (tools / "neuralpower").symlink_to(program)
        (pathlib.Path(here) / "alexnet.prototxt").touch()
        environment = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": here, "HERE": here, "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        terminal = Terminal(environment) if shell == "zsh" else None
        failed = 0
        for typed, wanted, unwanted in CASES:
            offered = terminal.ask(typed, wanted) if terminal else {"bash": ask_bash, "fish": ask_fish}[shell](typed, environment)
            lacking = [word for word in wanted if word not in offered]
            surplus = [word for word in unwanted if word in offered]
            if lacking or surplus:
                failed += 1
                print(f"{typed}: lacks {lacking}, has {surplus}; offered {offered}")
        print(f"{len(CASES)} completions by {shell}, {failed} wrong")
        return bool(failed)


sys.exit(main())
