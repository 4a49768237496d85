#!/usr/bin/env python3
"""Runs a program built with ThreadSanitizer, and a second time with its addresses in order where it does not like their order.

    check_threads.py PROGRAM [WORD...]

Skips (77) where ThreadSanitizer cannot run at all.
"""
import os
import shutil
import subprocess
import sys

environment = {**os.environ, "TSAN_OPTIONS": "halt_on_error=0 exitcode=66"}
REFUSAL = "unexpected memory mapping"  # more random addresses than its release knows of

done = subprocess.run(sys.argv[1:], env=environment, text=True, capture_output=True)
if REFUSAL in done.stderr and shutil.which("setarch"):
    done = subprocess.run(["setarch", "-R", *sys.argv[1:]], env=environment, text=True, capture_output=True)
print(done.stdout + done.stderr, end="")
sys.exit(77 if REFUSAL in done.stderr or "setarch:" in done.stderr else done.returncode)
