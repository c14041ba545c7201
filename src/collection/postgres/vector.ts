/**
 * pgvector: its distance of bits, and its graphs (HNSW), which find most of the nearest by looking at few. Exact search needs
 * neither. Graphs of versions before 0.8.4 can break when items are deleted while the server vacuums, and are refused.
 */

import { UnseenError } from '../../errors.ts';
import { checkRange } from '../check-query.ts';
import type { CollectionRow, HnswOptions } from './catalog.ts';
import type { Connection, Database } from './database.ts';
import { type DistanceSql, type SearchPlan, searchStatement } from './questions.ts';
import type { Answer } from './state.ts';

/** 0.8.3 and 0.8.4 mend graphs that vacuuming broke. */
const OLDEST = [0, 8, 4] as const;
/** What pgvector takes for `hnsw.ef_search`. */
const MAX_EF_SEARCH = 1_000;

export interface Vector {
  /** Quoted schema of its operators. */
  readonly schema: string;
  readonly distance: DistanceSql;
  /** The same, as graphs are ordered: a search that sorts by it may go by them without being asked to. */
  readonly order: DistanceSql;
}

/** `efSearch`: candidates that a search by graph keeps, 1 … 1,000; more find more and take longer. */
export type SearchMode = 'exact' | { readonly efSearch: number };

/** pgvector, if the database has one that is new enough; which one there is otherwise. */
export async function findVector(connection: Connection): Promise<{ vector?: Vector; version?: string }> {
  const [found] = await connection.query<{ version: string; space: string }>(
    `SELECT e.extversion AS version, n.nspname::text AS space
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'`,
  );
  if (!found) return {};
  const { version, space } = found;
  if (!isGoodVersion(version)) return { version };
  const schema = `"${space.replaceAll('"', '""')}"`;
  const order: DistanceSql = (column, code) => `(${column} OPERATOR(${schema}.<~>) ${code})`;
  return {
    version,
    vector: { schema, order, distance: (column, code) => `${order(column, code)}::integer` },
  };
}

export function isGoodVersion(version: string): boolean {
  const numbers = version.split('.').map(Number);
  for (const [i, least] of OLDEST.entries()) {
    const number = numbers[i] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}

/** For graphs. @throws `POSTGRES_UNSUITABLE` */
export async function needVector(database: Database): Promise<Vector> {
  const [offered] = await database.query(`SELECT 1 FROM pg_available_extensions WHERE name = 'vector'`);
  if (offered) await database.query('CREATE EXTENSION IF NOT EXISTS vector');
  const { vector, version } = await findVector(database);
  if (vector) return vector;
  throw new UnseenError('POSTGRES_UNSUITABLE', {
    address: database.address,
    reason: `hnsw needs pgvector ${OLDEST.join('.')} or newer`,
    received: version ?? 'none',
    advice: version
      ? 'Update the extension: graphs of older ones can break when items are deleted. Exact search works without.'
      : 'Install pgvector on the server, or leave hnsw out: exact search works without.',
  });
}

/** @throws `ARGUMENT_INVALID` */
export function checkHnsw({ m = 16, efConstruction = 64 }: HnswOptions): void {
  checkRange('hnsw.m', m, 2, 100);
  checkRange('hnsw.efConstruction', efConstruction, Math.max(4, 2 * m), MAX_EF_SEARCH);
}

/** @throws `ARGUMENT_INVALID` */
export function checkMode(mode: SearchMode): SearchMode {
  if (mode !== 'exact') checkRange('search.efSearch', mode?.efSearch, 1, MAX_EF_SEARCH);
  return mode;
}

/**
 * Hits by the graphs; undefined where they give fewer than were asked (they stop after a while, so it need not be all there
 * is) or the tables are no longer those of `row`: then the exact search is to answer.
 */
export async function withGraphs(
  database: Database,
  { order }: Vector,
  row: CollectionRow,
  plan: SearchPlan,
  mode: Exclude<SearchMode, 'exact'>,
  signal: AbortSignal | undefined,
): Promise<Answer | undefined> {
  const candidates = plan.offset + plan.limit;
  const breadth = Math.min(MAX_EF_SEARCH, Math.max(mode.efSearch, candidates));
  const { text, values } = searchStatement({ ...plan, graph: { candidates, order } });
  const rows = await database.transaction(async (connection) => {
    await connection.query(
      `SELECT set_config('hnsw.ef_search', $1::text, true), set_config('hnsw.iterative_scan', 'strict_order', true)`,
      [String(breadth)],
    );
    return connection.query(text, values, { signal });
  });
  if (rows.length < plan.limit || rows[0]!.s_generation !== row.generation) return undefined;
  return { rows, row: { ...row, version: Number(rows[0]!.s_version) }, silent: [] };
}
