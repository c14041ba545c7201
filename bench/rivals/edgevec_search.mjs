/** EdgeVec as a search rival: packed bits, Hamming, its flat index and its graph. One query a call: it has no batches. */
import { readFileSync } from 'node:fs';
import { rivalModule, rivalRequire, rivalVersion, serveSearch } from './search_driver.mjs';

const edgevec = await rivalModule('edgevec');
const wasm = rivalRequire.resolve('edgevec').replace(/edgevec\.js$/, 'edgevec_bg.wasm');
await edgevec.default({ module_or_path: readFileSync(wasm) });

class Engine {
  constructor(name) {
    this.type = name === 'edgevec-flat' ? edgevec.JsIndexType.Flat : edgevec.JsIndexType.Hnsw;
  }

  async load({ bits, width, pieces }) {
    const config = new edgevec.EdgeVecConfig(bits);
    config.indexType = this.type;
    config.setMetricType(edgevec.MetricType.Hamming);
    config.vector_type = edgevec.VectorType.Binary;
    this.index = new edgevec.EdgeVec(config);
    for (const { codes, count } of pieces()) {
      for (let i = 0; i < count; i++) this.index.insertBinary(codes.subarray(i * width, (i + 1) * width));
    }
    const kind = this.type === edgevec.JsIndexType.Flat ? 'flat' : 'graph as it comes';
    return { bytes: this.index.memoryUsage(), setting: `${kind}, SIMD: ${edgevec.getSimdBackend()}` };
  }

  prepare = (queries) => queries;

  /** Its ids count from 1. */
  search = (queries, k) =>
    queries.map((query) =>
      this.index.searchBinary(query, k).map(({ id, score }) => ({ row: id - 1, distance: score })),
    );

  close() {
    this.index?.free();
  }
}

await serveSearch((name) => new Engine(name), { version: rivalVersion('edgevec') });
