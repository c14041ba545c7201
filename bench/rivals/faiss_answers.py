"""FAISS' answers to many small questions, for comparison: one JSON request on stdin, one JSON answer on stdout.

request: {"bits": b, "codes": base64, "queries": base64, "k": k}       -> {"distances": [[…]], "rows": [[…]]}
         {"bits": b, "codes": base64, "queries": base64, "radius": r}  the same; all rows at a distance <= r
"""

import base64
import json
import sys

import faiss
import numpy

faiss.omp_set_num_threads(1)


def packed(text, width):
    return numpy.frombuffer(base64.b64decode(text), dtype=numpy.uint8).reshape(-1, width)


def answer(request):
    width = request["bits"] // 8
    index = faiss.IndexBinaryFlat(request["bits"])
    codes = packed(request["codes"], width)
    if len(codes):
        index.add(codes)
    queries = packed(request["queries"], width)
    if "radius" in request:
        limits, distances, rows = index.range_search(queries, request["radius"] + 1)  # FAISS asks for less than
        pieces = list(zip(limits[:-1], limits[1:]))
        return {
            "distances": [[int(d) for d in distances[a:b]] for a, b in pieces],
            "rows": [rows[a:b].tolist() for a, b in pieces],
        }
    distances, rows = index.search(queries, request["k"])
    return {
        "distances": [[int(d) for d, r in zip(*pair) if r >= 0] for pair in zip(distances, rows)],
        "rows": [[int(r) for r in one if r >= 0] for one in rows],
    }


print(json.dumps({"version": faiss.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
