#!/usr/bin/env python3
"""What `predict --netron` and `predict --trace` write, read by those who are to read it.

    check_viewers.py PROGRAM SOURCE

Netron's own code (its Python package holds the same JavaScript as its npm package) opens models and attachments in node: every
node must show the figures of its layer. Traces are parsed by Chromium and held to the rules of the Trace Event Format. What is
not installed is left out, and said; the rules, restated here, are checked everywhere. $NP_NETRON may name the folder of Netron's
source; else an installed `netron`, or the one that pip can download.
"""
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "pages"))
import browser  # noqa: E402

NETRON = "netron==9.3.3"
MODELS = ["networks/alexnet.prototxt", "networks/googlenet.prototxt", "networks/mobilenet_v2.onnx",
          "tests/data/onnx/resnet18.onnx", "tests/data/onnx/dynamo_transformer.onnx", "tests/data/onnx/alexnet_unnamed.onnx"]
TARGETS = ("runtime_ms", "power_w", "energy_mj")


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r}, {wanted!r} was expected")


def find_netron(scratch):
    """The folder of view.js, or None."""
    if os.environ.get("NP_NETRON"):
        return pathlib.Path(os.environ["NP_NETRON"])
    found = importlib.util.find_spec("netron")
    if found and found.submodule_search_locations:
        return pathlib.Path(found.submodule_search_locations[0])
    done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--retries", "0", "--timeout", "10",
                           "--disable-pip-version-check", "--target", str(scratch), NETRON], capture_output=True)
    return scratch / "netron" if done.returncode == 0 else None


def predict(program, model, scratch, *options):
    """JSON of the prediction, the attachment and the trace, of one run."""
    names = [scratch / name for name in ("p.json", "n.json", "t.json")]
    subprocess.run([program, "predict", model, "-q", f"--json={names[0]}", "--netron", names[1], f"--trace={names[2]}", "-o",
                    os.devnull, *options], check=True)
    return [json.loads(name.read_text()) for name in names]


# ---- Netron ----

def four_digits(value):
    return float(f"{value:.4g}")


def wanted_metrics(layer):
    """What a node of this layer must show, as numbers; intervals as pairs."""
    wanted = {}
    for target in TARGETS:
        if layer[target] is not None:
            wanted[target] = four_digits(layer[target])
        if layer[target + "_interval"]:
            wanted[target + "_interval"] = [four_digits(end) for end in layer[target + "_interval"]]
    return wanted


def as_numbers(shown):
    """The sidebar's texts as numbers, without the shares."""
    return {name: [float(end) for end in text.split(" to ")] if name.endswith("interval") else float(text)
            for name, text in shown.items() if not name.endswith("_percent")}


def check_rules(model, prediction, attachment):
    """The rules of Netron's reader, restated: what breaks one would be dropped without a word."""
    expect(f"{model}: signature", attachment["signature"], "netron:attachment")
    names = {layer["name"].split("\n")[0] for layer in prediction["layers"]}
    for container in ("metadata", "metrics"):
        seen = set()
        for item in attachment[container]:
            assert set(item) == {"kind", "target", "name", "value"}, item
            assert item["kind"] in ("model", "node", "value") and "\n" not in item["target"] and item["name"], item
            assert (item["target"] == "") if item["kind"] == "model" else item["target"] in names, item
            assert isinstance(item["value"], (str, int, float)), item
            key = (item["kind"], item["target"], item["name"])
            assert key not in seen, f"{model}: {key} twice, the last would win"
            seen.add(key)


def check_netron(folder, source, model, prediction, attachment_path):
    done = subprocess.run(["node", HERE / "netron_reader.mjs", folder, source / model, attachment_path], capture_output=True,
                          text=True)
    if done.returncode:
        sys.exit(f"{model}: Netron's reader failed: {done.stderr}")
    seen = json.loads(done.stdout)
    expect(f"{model}: taken as an attachment", seen["attached"], True)
    nodes = {node["name"]: node for node in seen["nodes"] if node["name"]}
    count = 0
    for layer in prediction["layers"]:
        shown = nodes[layer["name"]]["metrics"] if layer["name"] in nodes else seen["values"].get(layer["name"], {})
        if layer["source"] == "free" and not shown:
            continue
        expect(f"{model}: {layer['name']}", as_numbers(shown), wanted_metrics(layer))
        count += 1
    totals = seen["model"]["metrics"]
    expect(f"{model}: platform", totals.pop("platform"), prediction["platform"]["name"])
    expect(f"{model}: batch", int(totals.pop("batch")), prediction["network"]["batch"])
    expect(f"{model}: totals", as_numbers(totals), wanted_metrics(prediction["totals"]))
    assert count > 15, f"{model}: only {count} nodes were found"
    return count


# ---- traces ----

def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_trace(what, predictions, trace):
    """Of the Trace Event Format: phases, keys, numbers; layers one after the other, counters that end at the totals."""
    events = trace["traceEvents"]
    expect(f"{what}: unit", trace["displayTimeUnit"], "ms")
    for event in events:
        assert event["ph"] in "MXC" and isinstance(event["name"], str), event
        assert isinstance(event["pid"], int) and isinstance(event["tid"], int), event
        assert event["ph"] == "M" or (is_number(event["ts"]) and event["ts"] >= 0), event
        assert event["ph"] != "X" or (is_number(event["dur"]) and event["dur"] >= 0), event
        assert event["ph"] != "C" or all(map(is_number, event["args"].values())), event
        assert event["ph"] != "M" or event["name"] in ("process_name", "thread_name"), event
    for process, prediction in enumerate(predictions, 1):
        own = [event for event in events if event["pid"] == process]
        layers = [event for event in own if event["ph"] == "X"]
        expect(f"{what}: layers", [event["name"] for event in layers],
               [layer["name"] for layer in prediction["layers"] if layer["runtime_ms"]])
        at = 0
        for event in layers:
            expect(f"{what}: {event['name']} begins, in ns", round(event["ts"] * 1e3), at)
            at += round(event["dur"] * 1e3)
            assert abs(event["dur"] / 1e3 - event["args"]["runtime_ms"]) <= 1.01e-6, event
        assert abs(at * 1e-6 - prediction["totals"]["runtime_ms"]) < 1e-6 * len(layers) + 1e-9, "the layers' sum"
        energies = [event["args"]["mJ"] for event in own if event["ph"] == "C" and event["name"] == "energy so far"]
        powers = [event["args"]["W"] for event in own if event["ph"] == "C" and event["name"] == "power"]
        if prediction["totals"]["energy_mj"] is None:
            expect(f"{what}: counters without power", (energies, powers), ([], []))
            continue
        assert energies == sorted(energies) and energies[0] == 0 and powers[-1] == 0
        assert abs(energies[-1] / prediction["totals"]["energy_mj"] - 1) < 1e-12, "the last energy is the total"


def check_in_chromium(traces, scratch):
    """JSON.parse of Chromium: what its own viewer and Perfetto's begin with."""
    chromium, driver, lack = browser.find_browser()
    if lack:
        print(f"traces are not parsed by Chromium: {lack}")
        return
    page = scratch / "empty.html"
    page.write_text("<!doctype html><title>empty</title>")
    with browser.Browser(chromium, driver) as window:
        window.open(page)
        for trace in traces:
            count = window.script("return JSON.parse(arguments[0]).traceEvents.filter(e => e.ph === 'X' &&"
                                  " Number.isFinite(e.ts) && Number.isFinite(e.dur)).length", json.dumps(trace))
            expect("layers in Chromium", count, sum(event["ph"] == "X" for event in trace["traceEvents"]))
    print(f"Chromium parsed {len(traces)} traces")


def check_files(program, source, scratch):
    netron = find_netron(scratch / "netron_package") if shutil.which("node") else None
    if not netron:
        print("attachments are not opened by Netron's own code: node or netron is not here")
    traces = []
    for model in MODELS:
        prediction, attachment, trace = predict(program, source / model, scratch)
        check_rules(model, prediction, attachment)
        check_trace(model, [prediction], trace)
        traces.append(trace)
        if netron:
            print(f"{model}: {check_netron(netron, source, model, prediction, scratch / 'n.json')} nodes in Netron")
    return traces


def main():
    program, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        traces = check_files(program, source, scratch)
        dark = str(source / "tests/cli/data/platforms/dark.json")
        prediction, attachment, trace = predict(program, source / MODELS[0], scratch, "--platform", dark)
        check_rules("without power", prediction, attachment)
        assert not any("power" in item["name"] or "energy" in item["name"] for item in attachment["metrics"])
        check_trace("without power", [prediction], trace)
        subprocess.run([program, "predict", source / MODELS[0], "-q", "--batch", "1,16", f"--json={scratch / 'p.json'}",
                        f"--trace={scratch / 't.json'}", "-o", os.devnull], check=True)
        both = json.loads((scratch / "t.json").read_text())
        check_trace("two batches", json.loads((scratch / "p.json").read_text()), both)
        check_in_chromium([*traces, both], scratch)


main()
