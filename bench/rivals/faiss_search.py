"""FAISS' exact binary index, driven line by line: one JSON request on stdin, one JSON answer on stdout.

load:   {"op": "load", "codes": file, "queries": file, "bits": b, "threads": t}  files of packed codes
search: {"op": "search", "k": k, "batch": m, "from": i, "calls": c}  c timed calls of m queries from query i on
answer: {"op": "answers", "k": k, "distances": file, "rows": file}  all queries, int32 and int64 [queries, k]
"""

import json
import sys
import time

import faiss
import numpy


def load(request):
    width = request["bits"] // 8
    faiss.omp_set_num_threads(request["threads"])
    index = faiss.IndexBinaryFlat(request["bits"])
    index.add(numpy.fromfile(request["codes"], dtype=numpy.uint8).reshape(-1, width))
    queries = numpy.fromfile(request["queries"], dtype=numpy.uint8).reshape(-1, width)
    return index, queries


def search(index, queries, request):
    times = []
    batch = request["batch"]
    for call in range(request["calls"]):
        start = (request["from"] + call * batch) % (len(queries) - batch + 1)
        block = queries[start : start + batch]
        begin = time.perf_counter()
        index.search(block, request["k"])
        times.append((time.perf_counter() - begin) * 1000)
    return {"times": times}


def answers(index, queries, request):
    distances, rows = index.search(queries, request["k"])
    distances.astype(numpy.int32).tofile(request["distances"])
    rows.astype(numpy.int64).tofile(request["rows"])
    return {}


def main():
    index = queries = None
    print(json.dumps({"version": faiss.__version__, "options": faiss.get_compile_options().split()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "load":
            index = None  # give the memory back before the next load
            index, queries = load(request)
            answer = {"bytes": index.ntotal * index.code_size}
        elif request["op"] == "search":
            answer = search(index, queries, request)
        else:
            answer = answers(index, queries, request)
        print(json.dumps(answer), flush=True)


main()
