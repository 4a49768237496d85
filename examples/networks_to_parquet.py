#!/usr/bin/env python3
"""
Networks as JSON lines on standard input become a folder of Parquet files with the columns `id` (the line, from 0) and
`network`, for arrow_search.py, spark_search.py and ray_search.py:

    neuralpower sample --space cifar10 --count 1000000 --lines | networks_to_parquet.py networks/
"""
import argparse
import itertools
import pathlib
import sys

import pyarrow
import pyarrow.parquet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=12500, help="in each file (%(default)s)")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    first = 0
    for part in itertools.count():
        lines = list(itertools.islice(sys.stdin.buffer, args.rows))
        if not lines:
            break
        table = pyarrow.table({"id": pyarrow.array(range(first, first + len(lines)), pyarrow.int64()),
                               "network": pyarrow.array([line.rstrip(b"\n") for line in lines], pyarrow.utf8())})
        pyarrow.parquet.write_table(table, args.folder / f"part-{part:05}.parquet", compression="zstd")
        first += len(lines)
    print(f"{first} networks in {part} files")


if __name__ == "__main__":
    main()
