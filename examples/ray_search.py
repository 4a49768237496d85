#!/usr/bin/env python3
"""
Scores the networks of a folder of Parquet files on Ray Data, writes the scores beside each network's `id`, and shows those of
least energy. Every node needs the neuralpower package; Ray does the rest: its blocks, its workers, its retries.

    ray_search.py networks/ scores/ --cpus 2
"""
import argparse

import neuralpower
import pyarrow.compute
import pyarrow.parquet
import ray


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks")
    parser.add_argument("scores")
    parser.add_argument("--platform", default="xeon-5120-pytorch")
    parser.add_argument("--cpus", type=int, help="of a Ray of this machine's own; without it a cluster is joined where there is one")
    args = parser.parse_args()
    ray.init(num_cpus=args.cpus)

    networks = ray.data.read_parquet(args.networks)
    scores = networks.map_batches(neuralpower.score, fn_kwargs={"platform": args.platform, "keep": ["id"]},
                                  batch_format="pyarrow", batch_size=None, zero_copy_batch=True)  # a block at a time
    scores.write_parquet(args.scores, mode=ray.data.SaveMode.OVERWRITE)

    written = pyarrow.parquet.read_table(args.scores, columns=["id", "runtime_ms", "energy_per_item_mj"])
    best = pyarrow.compute.select_k_unstable(written, 10, [("energy_per_item_mj", "ascending")])
    for row in written.take(best).to_pylist():
        print("{id:10}  {runtime_ms:10.3f} ms  {energy_per_item_mj:10.3f} mJ per item".format(**row))


if __name__ == "__main__":
    main()
