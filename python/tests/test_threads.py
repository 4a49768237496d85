"""Other threads go on while the library works, and may share what it made."""
import concurrent.futures
import threading
import time

import neuralpower


def test_long_calls_release_the_lock(rows):
    """A thread that wakes every millisecond does so during the call; with the lock held it could not once."""
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    dataset = neuralpower._dataset.load_layers(rows, None)
    options = neuralpower._core.ffi.new("np_fit_options *")
    out, err = neuralpower._core.ffi.new("np_platform **"), neuralpower._core.ffi.new("np_error *")
    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    status = neuralpower._core.lib.np_platform_fit(dataset, options, out, err)  # one call of C, nothing of Python in it
    end = time.perf_counter()
    stop.set()
    thread.join()
    neuralpower._core.lib.np_platform_free(out[0])
    assert status == 0 and end - begin > 0.05, "the call is too short to tell"
    # Not in the first and last hundredths, where Python still or again has its turn.
    edge = (end - begin) / 100
    during = [moment for moment in ticks if begin + edge < moment < end - edge]
    assert len(during) >= 5


def test_threads_share_handles():
    platform = neuralpower.load_platform()
    networks = [neuralpower.load(f"networks/{name}.prototxt", batch=2) for name in ("alexnet", "vgg11", "googlenet", "nin")]
    expected = [neuralpower.predict(network, platform).to_json() for network in networks]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            jobs = [pool.submit(lambda network=network: neuralpower.predict(network, platform).to_json()) for network in networks * 8]
            assert [job.result() for job in jobs] == expected * 8
