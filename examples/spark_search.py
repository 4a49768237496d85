#!/usr/bin/env python3
"""
Scores the networks of a folder of Parquet files on Apache Spark, writes the scores beside each network's `id`, and shows those
of least energy. Every executor needs the neuralpower package; Spark does the rest: its partitions, its workers, its retries.

    spark_search.py networks/ scores/ --master 'local-cluster[2,1,1024]'
    spark-submit spark_search.py hdfs://.../networks hdfs://.../scores
"""
import argparse
import os
import sys

import neuralpower
from pyspark.sql import SparkSession


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks")
    parser.add_argument("scores")
    parser.add_argument("--platform", default="xeon-5120-pytorch")
    parser.add_argument("--master", help="where Spark runs, when spark-submit does not say")
    args = parser.parse_args()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Networks are few bytes and much work: a partition of a megabyte, which is about a file of networks_to_parquet.py.
    builder = SparkSession.builder.appName("neuralpower").config("spark.sql.files.maxPartitionBytes", "1m")
    spark = (builder.master(args.master) if args.master else builder).getOrCreate()
    platform = args.platform

    def score(batches):  # of one partition: batches of up to spark.sql.execution.arrow.maxRecordsPerBatch rows
        return map(neuralpower.Scorer(platform, keep=["id"]), batches)

    columns = [f"{field.name} {'string' if field.type == 'string' else 'double'}" for field in neuralpower.result_schema()]
    networks = spark.read.parquet(args.networks)
    networks.mapInArrow(score, ", ".join(["id long", *columns])).write.mode("overwrite").parquet(args.scores)

    best = spark.read.parquet(args.scores).where("error is null").orderBy("energy_per_item_mj").limit(10)
    for row in best.select("id", "runtime_ms", "energy_per_item_mj").collect():
        print("{id:10}  {runtime_ms:10.3f} ms  {energy_per_item_mj:10.3f} mJ per item".format(**row.asDict()))
    spark.stop()


if __name__ == "__main__":
    main()
