/** Every limit of the service in one table, with default, range and unit. docs/service.md shows the same table. */
import { UnseenError } from '../errors.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const SECOND = 1_000;

interface Limit {
  readonly default: number;
  readonly least: number;
  readonly most: number;
  readonly unit: 'bytes' | 'pixels' | 'items' | 'ms' | 'connections' | 'requests';
  readonly what: string;
}

export const LIMITS = {
  jsonBytes: limit(MIB, KIB, 256 * MIB, 'bytes', 'of a JSON body'),
  pictureBytes: limit(10 * MIB, KIB, 64 * MIB, 'bytes', 'of a picture file'),
  picturePixels: limit(25_000_000, 1_000, 25_000_000, 'pixels', 'of a picture, by its header'),
  formBytes: limit(64 * MIB, KIB, 1024 * MIB, 'bytes', 'of a form of pictures'),
  formPictures: limit(64, 1, 1_000, 'items', 'pictures of a form'),
  lineBytes: limit(MIB, KIB, 64 * MIB, 'bytes', 'of a line of NDJSON'),
  lines: limit(100_000, 1, 10_000_000, 'items', 'lines of a request'),
  batch: limit(500, 1, 10_000, 'items', 'that are encoded and written together'),
  deadline: limit(10 * SECOND, 10, 3_600 * SECOND, 'ms', 'of a request; `Unseen-Timeout` asks for less'),
  adminDeadline: limit(
    600 * SECOND,
    10,
    86_400 * SECOND,
    'ms',
    'of compact, verify and of making collections',
  ),
  uploadSilence: limit(30 * SECOND, 10, 3_600 * SECOND, 'ms', 'without a byte of an upload'),
  headersTimeout: limit(10 * SECOND, 100, 600 * SECOND, 'ms', 'for the headers of a request to arrive'),
  requestTimeout: limit(300 * SECOND, 100, 86_400 * SECOND, 'ms', 'for a whole request to arrive'),
  linger: limit(500, 0, 60 * SECOND, 'ms', 'without a request before a service that stops listens no more'),
  drain: limit(10 * SECOND, 0, 600 * SECOND, 'ms', 'for all of a stop: then what is under way is cut off'),
  connections: limit(1_000, 1, 65_000, 'connections', 'open at once; more are closed unheard'),
  readsAtOnce: limit(8, 1, 1_000, 'requests', 'reading at once'),
  readsWaiting: limit(64, 0, 100_000, 'requests', 'waiting to read; more get 503'),
  writesAtOnce: limit(64, 1, 10_000, 'requests', 'writing at once: they share one flush'),
  writesWaiting: limit(256, 0, 100_000, 'requests', 'waiting to write; more get 503'),
  uploadsAtOnce: limit(4, 1, 1_000, 'requests', 'of NDJSON or forms at once'),
  uploadsWaiting: limit(16, 0, 10_000, 'requests', 'of NDJSON or forms waiting; more get 503'),
} as const satisfies Record<string, Limit>;

export type Limits = { readonly [Name in keyof typeof LIMITS]: number };

/** Defaults, and what was given instead. @throws `ARGUMENT_INVALID` */
export function limitsOf(given: Partial<Limits>): Limits {
  for (const [name, received] of Object.entries(given)) {
    const row: Limit | undefined = LIMITS[name as keyof Limits];
    if (!row) {
      const reason = `is none of ${Object.keys(LIMITS).join(', ')}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'limits', reason, received: name });
    }
    if (Number.isInteger(received) && received >= row.least && received <= row.most) continue;
    const reason = `must be a whole number from ${row.least} to ${row.most} (${row.unit})`;
    throw new UnseenError('ARGUMENT_INVALID', { name: `limits.${name}`, reason, received });
  }
  const defaults = Object.entries(LIMITS).map(([name, row]) => [name, row.default]);
  return { ...(Object.fromEntries(defaults) as Limits), ...given };
}

function limit(byDefault: number, least: number, most: number, unit: Limit['unit'], what: string): Limit {
  return { default: byDefault, least, most, unit, what };
}
