/**
 * The statements that read one committed state: each takes the collection's record and what is asked in one snapshot. `s` is
 * the record.
 */
import type { ModalityName } from '../../data/index.ts';
import { MODALITIES } from '../contract.ts';
import type { Filter } from '../filter/index.ts';
import type { CollectionRow } from './catalog.ts';
import type { Statement, Value } from './database.ts';
import { filterSql } from './filter-sql.ts';
import { codeColumn, itemsTable, type Part, visible } from './tables.ts';

/** Distance of a column from the bound code, as SQL. */
export type DistanceSql = (column: string, code: string) => string;

/** Postgres' own; what pgvector has is in `vector.ts`. */
export const bitCount: DistanceSql = (column, code) => `bit_count(${column} # ${code})`;

export interface SearchPlan {
  readonly row: CollectionRow;
  readonly schema: string;
  readonly parts: readonly Part[];
  readonly distance: DistanceSql;
  /** `bit(n)` text. */
  readonly code: string;
  readonly modalities: readonly ModalityName[];
  readonly limit: number;
  readonly offset: number;
  readonly radius: number;
  readonly filter?: Filter | undefined;
  /**
   * Takes so many of an index that is ordered by `order` first; radius and the rest look at those only. Default: all items
   * are compared, and `distance` must be nothing that an index is ordered by.
   */
  readonly graph?: { readonly candidates: number; readonly order: DistanceSql };
}

/** Collects what is bound. */
class Bound {
  readonly values: Value[] = [];
  readonly bind = (value: Value): string => `$${this.values.push(value)}`;
}

/** `question` gives rows with `TRUE AS found`; of none there is one row without. */
const ofState = (row: CollectionRow, schema: string, question: string, order = ''): string =>
  `WITH s AS MATERIALIZED (SELECT generation, version, next FROM ${schema}.collections WHERE number = ${row.number})
    SELECT s.generation AS s_generation, s.version::float8 AS s_version, x.* FROM s LEFT JOIN LATERAL (${question}) x
    ON TRUE ${order}`;

/**
 * The k nearest of each part and modality, which each part finds by itself; then the nearest of them all. The outer order is by
 * `distance + 0` so that parts on other servers are asked at the same time: merging sorted lists would ask one after the other.
 */
export function searchStatement(plan: SearchPlan): Statement {
  const { row, schema, parts, modalities, distance, filter, limit, offset, radius, graph } = plan;
  const bound = new Bound();
  const code = `${bound.bind(plan.code)}::bit(${row.bits})`;
  const wanted = `${bound.bind(offset + limit)}::bigint`;
  const within = radius < row.bits ? `${bound.bind(radius)}::integer` : undefined;
  const condition = filter ? ` AND ${filterSql(filter, bound.bind)}` : '';
  const nearest = (part: Part, modality: ModalityName): string => {
    const column = codeColumn(modality);
    const measured = distance(column, code);
    const rank = MODALITIES.indexOf(modality);
    const near = within ? ` AND ${measured} <= ${within}` : '';
    const from = `FROM ${part.items} WHERE ${column} IS NOT NULL AND ${visible(row)}${condition}`;
    const selected = `SELECT id, sort_id, payload, picture, ${rank} AS rank, ${measured} AS distance`;
    if (graph === undefined) return `(${selected} ${from}${near} ORDER BY distance, sort_id LIMIT ${wanted})`;
    return `(SELECT * FROM (${selected} ${from} ORDER BY ${graph.order(column, code)} LIMIT ${graph.candidates}) c
      ${within ? `WHERE distance <= ${within}` : ''} ORDER BY distance, sort_id LIMIT ${wanted})`;
  };
  const all = parts.flatMap((part) => modalities.map((modality) => nearest(part, modality)));
  const union = `SELECT * FROM (${all.join(' UNION ALL ')}) u`;
  const once =
    modalities.length > 1
      ? `SELECT * FROM (SELECT DISTINCT ON (sort_id) * FROM (${union}) n ORDER BY sort_id, distance, rank) o`
      : union;
  const question = `SELECT TRUE AS found, id, sort_id, payload, encode(picture, 'hex') AS picture, rank, distance::integer AS distance FROM (${once}) f
    ORDER BY f.distance + 0, sort_id OFFSET ${bound.bind(offset)}::bigint LIMIT ${bound.bind(limit)}::bigint`;
  return {
    text: ofState(row, schema, question, 'ORDER BY x.distance, x.sort_id'),
    values: bound.values,
  };
}

/** Items, or those that match. */
export function countStatement(
  row: CollectionRow,
  schema: string,
  parts: readonly Part[],
  filter: Filter | undefined,
): Statement {
  const bound = new Bound();
  const condition = filter ? filterSql(filter, bound.bind) : 'TRUE';
  const counts = parts.map(
    ({ items }) => `(SELECT count(*) AS n FROM ${items} WHERE ${visible(row)} AND ${condition})`,
  );
  const question = `SELECT TRUE AS found, sum(n)::float8 AS count FROM (${counts.join(' UNION ALL ')}) c`;
  return { text: ofState(row, schema, question), values: bound.values };
}

export const ITEM_COLUMNS = `id, ${MODALITIES.map(codeColumn).join(', ')}, payload, encode(picture, 'hex') AS picture`;

export function itemStatement(row: CollectionRow, schema: string, id: string): Statement {
  const question = `SELECT TRUE AS found, ${ITEM_COLUMNS} FROM ${itemsTable(schema, row)}
    WHERE id = $1::text AND ${visible(row)}`;
  return { text: ofState(row, schema, question), values: [id] };
}

/** Codes a modality, and what `verify` looks at. */
export function tallyStatement(row: CollectionRow, schema: string, parts: readonly Part[]): Statement {
  const tally = ({ seen }: Part): string =>
    `(SELECT count(*) AS items, count(*) FILTER (WHERE NOT intact) AS bad,
      min(id) FILTER (WHERE NOT intact) AS first_bad,
      ${MODALITIES.map((name) => `count(*) FILTER (WHERE has_${name}) AS ${name}`).join(', ')}
      FROM ${seen} WHERE ${visible(row)})`;
  const question = `SELECT TRUE AS found, sum(items)::float8 AS items, sum(bad)::float8 AS bad, min(first_bad) AS first_bad,
    ${MODALITIES.map((name) => `sum(${name})::float8 AS ${name}`).join(', ')}
    FROM (${parts.map(tally).join(' UNION ALL ')}) t`;
  return { text: ofState(row, schema, question), values: [] };
}

/** Live items from a position on, up to another, in the order of writing. Only where `row` is what the snapshot says. */
export function listStatement(
  row: CollectionRow,
  schema: string,
  from = 0,
  limit?: number,
  to = Number.MAX_SAFE_INTEGER,
): string {
  const lives = visible(row, String(row.next), String(row.version));
  return `SELECT ${ITEM_COLUMNS}, position::float8 AS position FROM ${itemsTable(schema, row)}
    WHERE position BETWEEN ${from} AND ${to} AND ${lives} ORDER BY position ${limit === undefined ? '' : `LIMIT ${limit}`}`;
}
