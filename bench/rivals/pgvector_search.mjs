/**
 * Postgres with pgvector as PGlite runs it, in this process: `bit(n)`, `<~>`, in order of distance. Without an index the
 * table is read through, which is exact; with `bit_hamming_ops` a graph is asked. One query a call: SQL has no batches.
 */
import { rivalModule, rivalVersion, serveSearch } from './search_driver.mjs';

const { PGlite } = await rivalModule('@electric-sql/pglite');
const { vector } = await rivalModule('@electric-sql/pglite-pgvector');

const BYTE_TEXT = Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1).join(''),
);
const bitText = (code) => Array.from(code, (byte) => BYTE_TEXT[byte]).join('');

class Engine {
  constructor(name) {
    this.graph = name === 'pgvector-hnsw';
  }

  async load({ bits, width, pieces }) {
    this.pg = await PGlite.create({ extensions: { vector } });
    await this.pg.exec(`CREATE EXTENSION vector; CREATE TABLE items (id integer, code bit(${bits}))`);
    for (const { row, codes, count } of pieces()) {
      const lines = Array.from(
        { length: count },
        (_, i) => `${row + i},${bitText(codes.subarray(i * width, (i + 1) * width))}\n`,
      );
      const blob = new Blob([lines.join('')]);
      await this.pg.query("COPY items FROM '/dev/blob' WITH (FORMAT csv)", [], { blob });
    }
    if (this.graph) await this.pg.exec('CREATE INDEX ON items USING hnsw (code bit_hamming_ops)');
    const [size] = (await this.pg.query("SELECT pg_total_relation_size('items') AS bytes")).rows;
    const [extension] = (await this.pg.query("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
      .rows;
    const way = this.graph ? 'hnsw (bit_hamming_ops) as it comes' : 'sequential';
    return { bytes: Number(size.bytes), setting: `pgvector ${extension.extversion}, ${way}` };
  }

  prepare = (queries) => queries.map(bitText);

  async search(queries, k) {
    const found = [];
    for (const query of queries) {
      const sql = `SELECT id AS row, code <~> B'${query}' AS distance FROM items ORDER BY code <~> B'${query}' LIMIT ${k}`;
      found.push((await this.pg.query(sql)).rows);
    }
    return found;
  }

  async close() {
    await this.pg?.close();
  }
}

await serveSearch((name) => new Engine(name), { version: rivalVersion('@electric-sql/pglite') });
