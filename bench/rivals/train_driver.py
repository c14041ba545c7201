"""What the Python training rivals share: one JSON request on stdin, one JSON answer on stdout, a line each.

load:       {"op": "load", "folder": f, "sizes": [d, h, k], "batch": b, "batches": m, "threads": t,
             "learningRate": r, "momentum": p, "way": name}
            f holds raw float32 files, row-major: w1 [d, h], b1 [h], w2 [h, k], b2 [k], x [m, b, d], s [m, b, b]
run:        {"op": "run", "warm": w, "steps": n}  from the first weights, no momentum; n timed steps after w others;
            "times" of each, and "cpu", the processor time of all of them, in ms
parameters: {"op": "parameters", "folder": f}  writes w1, b1, w2 and b2 as they are now
gemm:       {"op": "gemm", "size": n, "calls": c}  times of c products of two n × n matrices

An engine has load(problem) -> {"setting": what it uses} or {"unable": reason}, reset(),
step(i) -> loss as a number, parameters(), gemm(n) -> a call.
"""

import json
import os
import sys
import time

import numpy

NAMES = ("w1", "b1", "w2", "b2")


class Problem:
    def __init__(self, request):
        self.folder = request["folder"]
        self.batches = request["batches"]
        self.threads = request["threads"]
        self.way = request["way"]
        self.learning_rate = request["learningRate"]
        self.momentum = request["momentum"]
        d, h, k = request["sizes"]
        batch = request["batch"]
        shapes = ((d, h), (h,), (h, k), (k,))
        self.weights = {name: self.read(name, shape) for name, shape in zip(NAMES, shapes)}
        self.x = self.read("x", (self.batches, batch, d))
        self.s = self.read("s", (self.batches, batch, batch))

    def read(self, name, shape):
        return numpy.fromfile(os.path.join(self.folder, f"{name}.f32"), dtype=numpy.float32).reshape(shape)


def timed(call, count):
    """Milliseconds of each of `count` calls."""
    times = []
    for i in range(count):
        begin = time.perf_counter()
        call(i)
        times.append((time.perf_counter() - begin) * 1000)
    return times


def answer(engine, request):
    if request["op"] == "load":
        return engine.load(Problem(request))
    if request["op"] == "run":
        warm = request["warm"]
        engine.reset()
        for i in range(warm):
            engine.step(i)
        begin = time.process_time()  # of all threads
        times = timed(lambda i: engine.step(warm + i), request["steps"])
        return {"times": times, "cpu": (time.process_time() - begin) * 1000}
    if request["op"] == "gemm":
        call = engine.gemm(request["size"])
        call(0)
        return {"times": timed(call, request["calls"])}
    for name, value in zip(NAMES, engine.parameters()):
        numpy.asarray(value, dtype=numpy.float32).tofile(os.path.join(request["folder"], f"{name}.f32"))
    return {}


def serve(engine, version):
    print(json.dumps({"version": version, "gemm": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(engine, json.loads(line))), flush=True)
