"""What the paper's figures contradict, and where this program misses."""

import csv
import json
import tempfile

from paper_common import BATCH, FILES, KINDS, ROOT, UNITS, claim, error_of, ledger, num, paper, percent, signed
from paper_figures import fc6_measured


def offered_terms(program):
    """(type, target) -> terms of the scripts' features at degree 1, with the intercept."""
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/degrees.csv"
        program.fit_polynomials("data/raptorlake-pytorch.csv", f"--degrees={path}")
        with open(path, newline="") as file:
            return {
                (row["type"], row["target"]): int(row["terms_offered"]) + 1
                for row in csv.DictReader(file)
                if row["degree"] == "1"
            }


def section_contradictions(program):
    t4 = {row["network"]: row for row in paper("04")}
    t5 = {row["network"]: row for row in paper("05")}
    t6 = {row["network"]: row for row in paper("06")}
    cifar = "CIFAR10-6conv"
    product = {c: float(t4[cifar][c]) * float(t5[cifar][c]) / 1000 for c in ("predicted", "sum_of_layers")}
    rest_paleo, rest_layers = 345.83 - 3.30, float(t4["VGG-16"]["sum_of_layers"]) - fc6_measured()
    epi = [
        f"{row['network']} {float(t6[row['network']]['actual']) / BATCH.get(row['network'], 128):.1f} and "
        f"{float(t6[row['network']]['predicted']) / BATCH.get(row['network'], 128):.1f}"
        for row in paper("07")
    ]
    most = offered_terms(program)
    sizes = {(row["layer_type"], row["target"]): row["model_size"] for row in paper("10")}
    linear = [
        f"{words}, {', '.join(f'{kind} {sizes[kind, target]} of {most[ours, target]}' for kind, (_, ours) in KINDS.items())}"
        for target, words in (("runtime_ms", "runtime"), ("power_w", "power"))
    ]
    errors = {name: (error_of(row, "paleo"), error_of(row)) for name, row in t4.items()}
    yield f"""## What the printed figures contradict

Arithmetic on the paper's own numbers; each line can be redone from `data/paper`.

- **"Accuracy" is 100 % less the RMSPE** of five networks, not an average of accuracies. Runtime comes to
  {percent(program.errors([(float(r['predicted']), float(r['actual'])) for r in t4.values()])['accuracy'])}, where 88.24 % is
  printed.
- **Table 6, {cifar}: two figures stand in each other's place.** By Tables 4 and 5 the prediction is 51.13 ms x 165.33 W =
  {product['predicted']:.3f} J and the sum of layers 53.24 ms x 167.86 W = {product['sum_of_layers']:.3f} J; Table 6 has
  {float(t6[cifar]['predicted']) / 1000:.3f} and {float(t6[cifar]['sum_of_layers']) / 1000:.3f}. The other four rows multiply
  out. Mended (`table06-mended.csv`), the accuracy of energy is
  {percent(program.errors([(float(r['predicted']), float(r['actual'])) for r in paper('06-mended')], 'energy_mj')['accuracy'])},
  not 97.21 %.
- **Energy is better than its factors because errors cancel.** Runtime of AlexNet and NIN is predicted
  {signed(errors['AlexNet'][1])} and {signed(errors['NIN'][1])}, power {signed(error_of(t5['AlexNet']))} and
  {signed(error_of(t5['NIN']))}, and so energy {signed(error_of(t6['AlexNet']))} and {signed(error_of(t6['NIN']))}.
- **"Our model always outperforms Paleo"** is not so for NIN in Table 4: Paleo {signed(errors['NIN'][0], 2)}, NeuralPower
  {signed(errors['NIN'][1], 2)} of the actual runtime. It is so against the sum of layers.
- **"Summing the true runtime values per layer does indeed approximate the total runtime"**: to
  {signed(error_of(t4['NIN'], 'sum_of_layers'))} for NIN, and to {signed(error_of(t5['NIN'], 'sum_of_layers'))} for its power.
- **"We underestimate the runtime in both cases"** (Section 4.2.2, AlexNet and NIN): Table 4 has both overestimated.
- **Paleo's {signed(errors['VGG-16'][0], 2)} on VGG-16 is two errors that cancel**: {3.30 - fc6_measured():.1f} ms on fc6, and
  by Table 4 {rest_paleo - rest_layers:+.1f} ms ({signed(rest_paleo / rest_layers - 1)}) on all the rest.
- **Table 7's EPI is measured,** though the text says it is predicted. Actual and predicted energy of Table 6 per image, mJ:
  {'; '.join(epi)}. The table has the first of each.
- **"68.5 % improvement"** are points: 79.91 - 11.41, Paleo's and NeuralPower's RMSPE of pools in Table 2.
- **"Always less than 9 %"** for power models: Table 3 has 9.00 % for fully connected layers.
- **Table 10's models cannot be linear in the scripts' features.** The text says linear models were chosen; the model sizes
  printed are larger than all terms of degree 1 with the intercept: {'; '.join(linear)}.
- **Table 11's errors of energy lack their minus sign**: -31.97 % of runtime and -5.07 % of power are -35.42 %, 0.36 % and
  -8.89 % are -8.56 %.
- The GTX 1070 is said to have 6 GB; NVIDIA's has {json.loads((ROOT / 'sheets/gtx_1070.json').read_text())['memory_gib']}.
- The published scripts learn from other features than the text lists, and drop rows (`docs/method.md`).
"""


def section_misses(program):
    accuracy = {(r["data"], r["type"], r["target"], r["method"]): r for r in ledger("accuracy")}

    def held(data, kind, target, method):
        return num(accuracy[data, kind, target, method]["held_out_rmspe"]) + " %"

    claim(
        float(accuracy["tx2-cpu", "fc", "power_w", "paper"]["held_out_rmspe"])
        < float(accuracy["tx2-cpu", "fc", "power_w", "default"]["held_out_rmspe"]),
        "the paper's method is better for power of fully connected layers on the TX2's CPU",
    )
    roofline = {name: {t: program.paper_network(name, "roofline")["totals"][t] for t in UNITS} for name in FILES}
    actual = {
        t: {r["network"]: float(r["actual"]) for r in paper(n)}
        for n, t in (("04", "runtime_ms"), ("05", "power_w"), ("06", "energy_mj"))
    }

    def miss(name, target):
        return signed(roofline[name][target] / actual[target][name] - 1)

    small = next(
        error_of(row, "default")
        for row in ledger("paper/networks")
        if (row["network"], row["batch"], row["target"]) == ("alexnet", "16", "runtime_ms")
    )
    yield f"""## Where this program misses

- **The paper's platform is not among ours.** We know of no public set of layers measured on a Titan X or GTX 1070 with power,
  so Tables 4 to 6, 9 and 11 meet a data sheet, not a learned model. It errs: OverFeat {miss('Overfeat', 'runtime_ms')},
  CIFAR10-6conv {miss('CIFAR10-6conv', 'runtime_ms')}, NIN {miss('NIN', 'runtime_ms')} of runtime, NIN
  {miss('NIN', 'power_w')} of power, CIFAR10-6conv {miss('CIFAR10-6conv', 'energy_mj')} of energy.
- **By energy the paper's models are far ahead of the sheet** on their own card, even mended.
- **Networks measured whole and layer by layer are of one CPU**, whose power hardly moves; there is no GPU with layers,
  networks and power measured together.
- **Convolutions on the Jetson board**: {held('jetson', 'conv', 'runtime_ms', 'default')} held out by the default estimator.
  Fully connected layers on Raptor Lake: {held('raptorlake', 'fc', 'power_w', 'default')} of power. The paper's method is the
  better one for power of fully connected layers on the TX2's CPU ({held('tx2-cpu', 'fc', 'power_w', 'paper')} against
  {held('tx2-cpu', 'fc', 'power_w', 'default')}).
- **AlexNet at a small batch, held out**: the default estimator is {signed(small)} off at batch 16 on the Xeon.
- **No accuracy is predicted.** Errors of networks (Figure 1, Table 7) are always others'.
"""
