#!/usr/bin/env python3
"""Campaigns under fault: killed 50 times at random moments, on a full disk, on files that cannot be written.

    check_campaign.py PROGRAM

Runs on a computed device that takes real time to prepare each layer, so that kills fall everywhere.
"""
import csv
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = sys.argv[1]
LAYERS = [f"conv:{batch}x{channels}x28x28:{channels}:k3:p1" for batch in (1, 2, 4, 8) for channels in (16, 24, 32, 48, 64)]
PASSES = 2
KILLS = 50


def command(directory, hold=0.01):
    return [PROGRAM, "measure", "-v", "--suite", str(directory / "suite.txt"), "--device", f"fake:hold={hold},tick=0.02",
            "--passes", str(PASSES), "-o", str(directory / "rows.csv")]


def write_suite(directory):
    (directory / "suite.txt").write_text("\n".join(LAYERS) + "\n")


def whole_lines(path):
    data = path.read_bytes() if path.exists() else b""
    return data[:data.rfind(b"\n") + 1]


def read_rows(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    for row in rows:
        assert None not in row and None not in row.values(), f"a row of the wrong width: {row}"
        assert float(row["runtime_ms"]) > 0 and float(row["power_w"]) > 0, row
    return rows


def check_complete(path):
    rows = [row for row in read_rows(path) if "anchor" not in row["flags"]]
    keys = [(row["layer"], row["pass"]) for row in rows]
    wanted = {(layer, str(p + 1)) for layer in LAYERS for p in range(PASSES)}
    assert len(keys) == len(set(keys)), "a layer was measured twice in a pass"
    assert set(keys) == wanted, f"missing: {sorted(wanted - set(keys))}"


def check_kills(directory, chance):
    write_suite(directory)
    path = directory / "rows.csv"
    kills = campaigns = 0
    while kills < KILLS:
        before = whole_lines(path)
        with (directory / "said").open("w") as said:
            process = subprocess.Popen(command(directory), stdout=subprocess.DEVNULL, stderr=said)
        time.sleep(chance.uniform(0, 0.25))
        if process.poll() is None:
            process.kill()
            kills += 1
        code = process.wait()
        assert code in (0, -signal.SIGKILL), f"exit status {code}: {(directory / 'said').read_text()}"
        assert whole_lines(path).startswith(before), "a finished row was lost or changed"
        if code == 0:
            check_complete(path)
            campaigns += 1
            path.unlink()
        elif whole_lines(path) and chance.random() < 0.3:
            with path.open("ab") as file:  # what a kill within a write leaves; the first write is of the header, never of a row
                file.write(b"conv:1x16x28x28:16:k3:p1,conv,fa")
    subprocess.run(command(directory), check=True, capture_output=True)
    check_complete(path)
    print(f"{kills} kills; {campaigns + 1} campaigns came to their end, nothing lost, nothing twice")


def run_limited(directory, prepare):
    return subprocess.run(command(directory, hold=0), capture_output=True, text=True, preexec_fn=prepare)


def check_full_disk(directory):
    """The file size limit stands for a full disk: the write is cut short or refused in the same way."""
    write_suite(directory)

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    done = run_limited(directory, limit)
    path = directory / "rows.csv"
    assert done.returncode == 3, (done.returncode, done.stderr)
    assert "rows.csv" in done.stderr and "cannot write" in done.stderr, done.stderr
    assert path.read_bytes().endswith(b"\n"), "half a row was left behind"
    rows = len(read_rows(path))
    assert rows > 0, "the rows before were lost"
    subprocess.run(command(directory, hold=0), check=True, capture_output=True)
    check_complete(path)
    print(f"full disk: said so after {rows} rows, and went on when there was room")


def check_no_permission(directory):
    write_suite(directory)
    path = directory / "rows.csv"
    subprocess.run(command(directory, hold=0), check=True, capture_output=True)
    whole = path.read_bytes()
    path.chmod(0o444)
    directory.chmod(0o755)

    def drop():
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)

    done = run_limited(directory, drop)
    assert done.returncode == 3, (done.returncode, done.stderr)
    assert "rows.csv" in done.stderr and "Permission denied" in done.stderr, done.stderr
    assert path.read_bytes() == whole
    print("read-only file: said so")


def check_foreign_files(directory):
    """A file that is not a campaign's, or of another device, is left as it is."""
    write_suite(directory)
    path = directory / "rows.csv"
    for text in ("my notes, not to be lost", "layer,layer_type\n1,2\n", "\n"):
        path.write_text(text)
        done = run_limited(directory, None)
        assert done.returncode == 3 and "cannot be continued" in done.stderr, (text, done.stderr)
        assert path.read_text() == text, "somebody's file was changed"
    path.unlink()
    subprocess.run(command(directory, hold=0), check=True, capture_output=True)
    whole = path.read_bytes().replace(b"fake device", b"other device")
    path.write_bytes(whole)
    done = run_limited(directory, None)
    assert done.returncode == 3 and "other device" in done.stderr, done.stderr
    assert path.read_bytes() == whole
    print("foreign files: left as they were")


def check_two_writers(directory):
    write_suite(directory)
    first = subprocess.Popen(command(directory, hold=0.2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    done = run_limited(directory, None)
    first.kill()
    first.wait()
    assert done.returncode == 3 and "another process" in done.stderr, done.stderr
    print("two writers: the second was turned away")


def main():
    chance = random.Random(1)
    for check in (lambda d: check_kills(d, chance), check_full_disk, check_no_permission, check_foreign_files, check_two_writers):
        with tempfile.TemporaryDirectory() as directory:
            check(pathlib.Path(directory))


main()
