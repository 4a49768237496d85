#!/usr/bin/env python3
"""
Scores the networks of a folder of Parquet files in this process, writes the scores beside each network's `id`, and shows those
of least energy:

    arrow_search.py networks/ scores/ --platform jetson-pytorch
"""
import argparse
import pathlib

import neuralpower
import pyarrow.compute
import pyarrow.dataset
import pyarrow.parquet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks")
    parser.add_argument("scores", type=pathlib.Path)
    parser.add_argument("--platform", default="xeon-5120-pytorch")
    args = parser.parse_args()

    scorer = neuralpower.Scorer(args.platform, keep=["id"])
    args.scores.mkdir(parents=True, exist_ok=True)
    networks = pyarrow.dataset.dataset(args.networks, format="parquet").scanner(batch_size=10000).to_reader()
    with pyarrow.parquet.ParquetWriter(args.scores / "scores.parquet", scorer(networks.schema.empty_table()).schema) as writer:
        for batch in scorer(networks):
            writer.write_batch(batch)

    scores = pyarrow.parquet.read_table(args.scores, columns=["id", "runtime_ms", "energy_per_item_mj"])
    best = pyarrow.compute.select_k_unstable(scores, 10, [("energy_per_item_mj", "ascending")])
    for row in scores.take(best).to_pylist():
        print("{id:10}  {runtime_ms:10.3f} ms  {energy_per_item_mj:10.3f} mJ per item".format(**row))


if __name__ == "__main__":
    main()
