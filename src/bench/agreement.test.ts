/** The same answers as FAISS: 10,000 random and adversarial questions. Runs where a Python with FAISS is found. */
import { afterAll, describe, expect, it } from 'vitest';
import { Codes } from '../codes/index.ts';
import { Random } from '../random.ts';
import { type HammingIndex, LinearIndex, MultiIndexHash } from '../search/index.ts';
import { Rival } from './rival.ts';

const CASES = 10_000;
const rival = await Rival.start('faiss_answers.py');
if (!rival) console.warn('no Python with FAISS: answers are not compared with it');
afterAll(() => rival?.stop());

const SIZES = [0, 1, 2, 15, 16, 17, 31, 33, 64, 100, 200];
const BITS = [8, 16, 32, 64, 64, 64, 96, 128, 256, 512];

interface Answer {
  readonly distances: number[][];
  readonly rows: number[][];
}

function draw(random: Random, n: number, bits: number): Codes {
  const width = bits / 8;
  const bytes = Uint8Array.from({ length: Math.max(n, 1) * width }, () => random.below(256));
  const codes = Codes.fromBytes(bytes, { bits });
  const kinds = random.below(4);
  if (kinds === 0) return codes.slice(0, n);
  const distinct = kinds === 1 ? 1 : Math.min(codes.count, kinds === 2 ? 3 : 8);
  const some = codes.take(Int32Array.from({ length: n }, () => random.below(distinct)));
  for (let row = 0; kinds === 3 && row < n; row++)
    some.row(row)[random.below(width)]! ^= 1 << random.below(8);
  return some;
}

const base64 = ({ bytes }: Codes): string => Buffer.from(bytes).toString('base64');

/** Rows at each distance; at the last distance of a search for k FAISS may choose among equally far ones. */
function agree(
  distances: readonly number[],
  rows: readonly number[],
  answer: Answer,
  q: number,
  cut: boolean,
) {
  const order = answer.rows[q]!.map((row, i) => ({ row, distance: answer.distances[q]![i]! })).sort(
    (a, b) => a.distance - b.distance || a.row - b.row,
  );
  expect(distances).toEqual(order.map(({ distance }) => distance));
  const sure = cut ? distances.filter((d) => d < distances.at(-1)!).length : distances.length;
  expect(rows.slice(0, sure)).toEqual(order.slice(0, sure).map(({ row }) => row));
}

describe.runIf(rival)('an index answers as FAISS IndexBinaryFlat does', () => {
  const makes: Readonly<Record<string, (codes: Codes) => HammingIndex>> = {
    linear: (codes) => LinearIndex.from(codes),
    mih: (codes) => MultiIndexHash.from(codes, { substrings: codes.bits >> 3 }),
  };
  it(`in ${CASES} cases`, async () => {
    const random = new Random(21, 'agreement');
    for (let done = 0; done < CASES; done++) {
      const bits = BITS[random.below(BITS.length)]!;
      const n = SIZES[random.below(SIZES.length)]!;
      const codes = draw(random, n, bits);
      const queries = n > 0 && random.below(2) === 0 ? codes.take([random.below(n)]) : draw(random, 1, bits);
      const bound =
        random.below(2) === 0
          ? { k: [1, 10, n + 3, 1 + random.below(n + 1)][random.below(4)]! }
          : { radius: [0, 1, bits, random.below(bits + 1)][random.below(4)]! };
      const question = { bits, codes: base64(codes), queries: base64(queries), ...bound };
      const answer = await rival!.ask<Answer>(question);
      for (const [kind, make] of Object.entries(makes)) {
        if (kind === 'mih' && done % 10 > 0) continue; // making its tables takes longer than asking
        const [hits] = await make(codes).search(queries, bound);
        const rows = hits!.map(({ row }) => row);
        agree(
          hits!.map(({ distance }) => distance),
          rows,
          answer,
          0,
          'k' in bound && bound.k < n,
        );
      }
    }
  }, 120_000);
});
