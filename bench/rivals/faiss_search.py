"""FAISS' binary indexes, driven line by line: one JSON request on stdin, one JSON answer on stdout.

greeting: {"version", "simd": level that its kernels run at, "compiled": what this build has, "engines": names}
load:     {"op": "load", "engine": name, "codes": file, "queries": file, "bits": b, "threads": t}  files of packed codes
          → {"seconds": to build, "bytes": held or null, "setting": what was chosen}; the last index is dropped first
search:   {"op": "search", "k": k, "batch": m, "threads": t, "from": i, "calls": c}
          → {"times": ms of c calls of m queries each, from query i on}
answers:  {"op": "answers", "k": k, "queries": m, "distances": file, "rows": file}
          → int32 and int64 [m, k] of the first m queries in the files; row -1 where the index found no more
A failure answers {"error": text}.
"""

import json
import math
import sys
import time

import faiss
import numpy

# Codes given to add() at a time: a copy of 100 million would not leave room for the index.
CHUNK = 1 << 20
# Lists of an IVF: about the square root of the codes. Building compares every code with every list: 4,096 lists of 100
# million codes took nine minutes. A sample of 39 codes a list trains them (FAISS' own least).
MOST_LISTS = 2048
SAMPLE = 39


def flat(bits, codes):
    index = faiss.IndexBinaryFlat(bits)
    return index, "exhaustive"


def ivf(bits, codes):
    lists = min(MOST_LISTS, max(16, 1 << round(math.log2(math.sqrt(len(codes))))))
    probes = max(1, lists // 32)
    quantizer = faiss.IndexBinaryFlat(bits)
    index = faiss.IndexBinaryIVF(quantizer, bits, lists)
    index.quantizer_of_ours = quantizer  # keeps it alive
    index.nprobe = probes
    index.cp.seed = 1
    rows = numpy.random.default_rng(0).choice(len(codes), min(len(codes), SAMPLE * lists), replace=False)
    rows.sort()
    index.train(numpy.ascontiguousarray(codes[rows]))
    return index, f"nlist {lists}, nprobe {probes}"


def multihash(bits, codes):
    if bits < 16:
        raise ValueError("its hashes have 16 bits, more than a code")
    index = faiss.IndexBinaryMultiHash(bits, bits // 16, 16)
    index.nflip = 1
    return index, f"{bits // 16} hashes of 16 bits, nflip 1"


def hnsw(bits, codes):
    index = faiss.IndexBinaryHNSW(bits, 16)
    index.hnsw.efConstruction = 64
    index.hnsw.efSearch = 64
    return index, "M 16, efConstruction 64, efSearch 64"


ENGINES = {"faiss-flat": flat, "faiss-ivf": ivf, "faiss-multihash": multihash, "faiss-hnsw": hnsw}


def private_bytes():
    """Memory of this process that no file backs; None where the system does not say."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def held(name, index, grown):
    """By formula where the structure is plain, else what the process grew by."""
    codes = index.ntotal * index.code_size
    if name == "faiss-flat":
        return codes
    if name == "faiss-ivf":
        return codes + 8 * index.ntotal + index.nlist * index.code_size  # with 64-bit ids and the centroids
    return grown


def load(request):
    name = request["engine"]
    width = request["bits"] // 8
    faiss.omp_set_num_threads(request["threads"])
    codes = numpy.memmap(request["codes"], dtype=numpy.uint8, mode="r").reshape(-1, width)
    queries = numpy.fromfile(request["queries"], dtype=numpy.uint8).reshape(-1, width)
    before = private_bytes()
    begin = time.perf_counter()
    index, setting = ENGINES[name](request["bits"], codes)
    for start in range(0, len(codes), CHUNK):
        index.add(numpy.ascontiguousarray(codes[start : start + CHUNK]))
    seconds = time.perf_counter() - begin
    after = private_bytes()
    grown = None if before is None or after is None else max(0, after - before)
    return index, queries, {"seconds": seconds, "bytes": held(name, index, grown), "setting": setting}


def search(index, queries, request):
    times = []
    batch = request["batch"]
    faiss.omp_set_num_threads(request["threads"])
    for call in range(request["calls"]):
        start = (request["from"] + call * batch) % (len(queries) - batch + 1)
        block = queries[start : start + batch]
        begin = time.perf_counter()
        index.search(block, request["k"])
        times.append((time.perf_counter() - begin) * 1000)
    return {"times": times}


def answers(index, queries, request):
    distances, rows = index.search(queries[: request["queries"]], request["k"])
    distances.astype(numpy.int32).tofile(request["distances"])
    rows.astype(numpy.int64).tofile(request["rows"])
    return {}


def simd_level():
    """FAISS 1.15 picks its kernels as it runs; older ones load one of several libraries."""
    try:
        return faiss.SIMDConfig.get_level_name()
    except AttributeError:
        loaded = [name for name in sys.modules if name.startswith("faiss._swigfaiss") or name.startswith("faiss.swigfaiss_")]
        return ", ".join(sorted(loaded)) or "unknown"


def main():
    index = queries = None
    greeting = {
        "version": faiss.__version__,
        "simd": simd_level(),
        "compiled": faiss.get_compile_options().strip(),
        "engines": list(ENGINES),
    }
    print(json.dumps(greeting), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "load":
                index = None  # give the memory back before the next load
                index, queries, answer = load(request)
            elif request["op"] == "search":
                answer = search(index, queries, request)
            else:
                answer = answers(index, queries, request)
        except (MemoryError, RuntimeError, AssertionError, ValueError) as error:
            answer = {"error": str(error) or type(error).__name__}
        print(json.dumps(answer), flush=True)


main()
