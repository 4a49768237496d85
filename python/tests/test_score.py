"""score(): Arrow data in, the same numbers as predict() out, whatever the producer and the layout."""
import concurrent.futures
import json

import neuralpower
import pytest

pyarrow = pytest.importorskip("pyarrow")


def network(channels, batch=4):
    layers = [{"type": "conv", "out": channels, "kernel": 3, "pad": 1}, {"type": "relu"}, {"type": "fc", "out": 10}]
    return json.dumps({"schema": "neuralpower/network/1", "input": [batch, 3, 32, 32], "layers": layers})


NETWORKS = [network(channels) for channels in range(8, 40)]
COLUMNS = ["runtime_ms", "power_w", "energy_mj", "energy_per_item_mj"]


def expect_predictions(scores, networks, batch=None):
    assert scores.num_rows == len(networks)
    for row, text in zip(scores.to_pylist(), networks):
        totals = neuralpower.predict(text.encode(), batch=batch).to_dict()["totals"]
        assert row["error"] is None and row["items_per_s"] == totals["items_per_s"]
        for name in COLUMNS:
            assert row[name] == totals[name]
        for name in COLUMNS[:3]:
            assert [row[name + "_low"], row[name + "_high"]] == totals[name + "_interval"]


@pytest.mark.parametrize("type_name", ["string", "large_string", "string_view", "binary", "large_binary", "binary_view"])
def test_every_type_of_texts(type_name):
    column = pyarrow.array(NETWORKS).cast(getattr(pyarrow, type_name)())
    batch = pyarrow.record_batch({"id": range(len(NETWORKS)), "network": column})
    scores = neuralpower.score(batch)
    assert isinstance(scores, pyarrow.RecordBatch)
    assert scores.schema == neuralpower.result_schema()
    scores.validate(full=True)
    expect_predictions(scores, NETWORKS)
    expect_predictions(neuralpower.score(batch.slice(5, 7)), NETWORKS[5:12])


def test_like_in_like_out():
    batch = pyarrow.record_batch({"text": NETWORKS})
    table = pyarrow.Table.from_batches([batch.slice(0, 10), batch.slice(10)])
    scorer = neuralpower.Scorer(column="text", keep=["text"], batch=16)
    scores = scorer(table)
    assert isinstance(scores, pyarrow.Table) and scores.column_names[:2] == ["text", "runtime_ms"]
    assert scores.column("text").to_pylist() == NETWORKS
    expect_predictions(scores, NETWORKS, batch=16)
    reader = scorer(table.to_reader())
    assert isinstance(reader, pyarrow.RecordBatchReader)
    assert [part.num_rows for part in reader] == [10, 22]
    assert scorer(table.to_reader()).read_all() == scores
    assert scorer(table.slice(0, 0)).num_rows == 0


def test_polars():
    polars = pytest.importorskip("polars")
    scores = neuralpower.score(polars.DataFrame({"id": [7, 8], "network": NETWORKS[:2]}), keep=["id"])
    assert scores.column("id").to_pylist() == [7, 8]
    expect_predictions(scores, NETWORKS[:2])


def test_a_bad_row_says_why_and_stays_alone():
    rows = [NETWORKS[0], None, "{", NETWORKS[1].replace("relu", "gelu"), "", NETWORKS[2]]
    scores = neuralpower.score(pyarrow.record_batch({"network": rows}))
    at = rows[3].index('"gelu"') + 1
    assert scores.column("error").to_pylist() == [
        None, "network: the row is null", "network:1:2: the text ends here, a key in quotes or '}' was expected",
        f"network:1:{at}: 'gelu' is no type of layers",
        "network:1:1: the text ends here, a network, an object {...}, was expected", None]
    for name in scores.schema.names[:-1]:
        assert [value is None for value in scores.column(name).to_pylist()] == [False, True, True, True, True, False]
    expect_predictions(scores.take(pyarrow.array([0, 5])), [NETWORKS[0], NETWORKS[2]])


def test_what_is_refused():
    batch = pyarrow.record_batch({"network": NETWORKS, "n": range(len(NETWORKS))})
    with pytest.raises(neuralpower.InputError, match="no column 'net'; it has 'network', 'n'"):
        neuralpower.score(batch, column="net")
    with pytest.raises(neuralpower.InputError, match="column 'n' is of the Arrow type 'l'"):
        neuralpower.score(batch, column="n")
    with pytest.raises(neuralpower.InputError, match="with a dictionary"):
        neuralpower.score(pyarrow.record_batch({"network": pyarrow.array(NETWORKS).dictionary_encode()}))
    with pytest.raises(neuralpower.ArgumentError, match="the data have no column 'id'"):
        neuralpower.score(batch, keep=["id"])
    with pytest.raises(neuralpower.ArgumentError, match="'error' is a column of the scores"):
        neuralpower.score(batch, keep=["error"])
    with pytest.raises(neuralpower.ArgumentError, match="batch 0"):
        neuralpower.score(batch, batch=0)
    with pytest.raises(TypeError, match="not list"):
        neuralpower.score(NETWORKS)


def test_threads_share_a_scorer():
    batch = pyarrow.record_batch({"network": NETWORKS})
    scorer = neuralpower.Scorer()
    expected = scorer(batch)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert all(scores == expected for scores in pool.map(scorer, [batch] * 64))


def test_a_column_outlives_its_batch():
    scores = neuralpower.score(pyarrow.record_batch({"network": NETWORKS}))
    column, runtimes = scores.column("runtime_ms"), scores.column("runtime_ms").to_pylist()
    del scores
    assert column.to_pylist() == runtimes
