#!/usr/bin/env python3
"""docs/paper.md and its pictures: the paper's tables and figures beside what this program gets.

    tools/paper.py [--program build/neuralpower] [-o docs]

Runs the program on what the repository ships (data/, networks/, platforms/, sheets/, tests/data/paleo) and reads the
committed ledgers of public data that it does not ship (tests/regression). The same inputs give the same bytes.
"""

import argparse
import pathlib
import re

from paper_common import ROOT, Program, ledger, wrapped
from paper_figures import section_figure1, section_figure4, section_figure5, section_ranking
from paper_layers import caffe_models, section_figure3, section_layers
from paper_networks import section_networks, section_other_hardware
from paper_verdict import section_contradictions, section_misses

SUMMARY = """| of the paper | here | what it is |
|---|---|---|
| Table 1, Figure 2 | the devices are named in each table | a platform, a drawing of the flow |
| Figure 1 | [trained architectures on a Raspberry Pi; random networks predicted](#figure-1-one-accuracy-many-energies) | same question, other data |
| Figure 3 | [degrees on Raptor Lake](#figure-3-which-degree) | same protocol, other platform |
| Tables 2, 3, 8, 10 | [models of layers on twelve sets](#tables-2-3-8-and-10-models-of-layers) | same protocol, other platforms |
| Table 2, Paleo | Paleo on those layers | same formulas, other layers |
| Figure 4 | [runtime of each layer](#figure-4-runtime-of-each-layer) | Paleo exactly; other platforms |
| Table 4, Paleo | [to both printed decimals](#tables-4-5-and-6-whole-networks) | exactly |
| Tables 4, 5, 6, accuracies | recomputed | exactly |
| Tables 4, 5, 6, predictions | a data sheet on the paper's networks; learned models on a Xeon | not the same; same protocol |
| Figure 5 | [power of each layer](#figure-5-power-of-each-layer) | same protocol, other platform |
| Table 7 | [`rank`](#table-7-the-energy-precision-ratio) | exactly |
| Tables 9, 11 | [a data sheet on the paper's networks; a learned model on Raptor Lake](#tables-9-and-11-gtx-1070-tensorflow-and-caffe) | not the same; same protocol on Raptor Lake |
"""


def page(program, out):
    models = [*ledger("paper/models"), *caffe_models(program)]
    yield f"""# The paper's tables and figures, beside this program

For a reader who has *NeuralPower* (Cai, Juan, Stamoulis, Marculescu, ACML 2017) open. `make paper` writes this page and its
pictures; a test compares them with what the program says today. Exactly means: from what the paper prints, with the same
result. Same protocol means: its procedure, on layers and networks that others measured and published.

{SUMMARY}"""
    yield from section_figure1(program, out)
    yield from section_figure3(program, out)
    yield from section_layers(program, models)
    yield from section_figure4(program, out)
    yield from section_networks(program)
    yield from section_figure5(program, out)
    yield from section_ranking(program, out)
    yield from section_other_hardware(program)
    yield from section_contradictions(program)
    yield from section_misses(program)
    yield """## Sources

The paper's figures: `data/paper`. Measured here by others: Getzner et al. 2023 (Xeon), NEUSoftGreenAI/NeurstrucEnergy (Jetson
board), willowec/characterizing-pytorch-power (Raptor Lake, Broadwell), walcarher/SysIdentif (TX2), HW-NAS-Bench-360
(NAS-Bench-201), NeuSight (V100, A100), baidu-research/DeepBench and soumith/convnet-benchmarks (TITAN X). `data/README.md`
has what is shipped, with licences; of the others only errors and a few figures are here (`tests/regression`, made by
`tools/paper_ledger.py`)."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/neuralpower")
    parser.add_argument(
        "-o", dest="out", type=pathlib.Path, default=ROOT / "docs", help="the folder to write paper.md and paper/ in"
    )
    arguments = parser.parse_args()
    (arguments.out / "paper").mkdir(parents=True, exist_ok=True)
    text = "\n".join(page(Program(arguments.program), arguments.out))
    (arguments.out / "paper.md").write_text("\n\n".join(wrapped(re.sub(r"\n{3,}", "\n\n", text))).rstrip() + "\n")


if __name__ == "__main__":
    main()
