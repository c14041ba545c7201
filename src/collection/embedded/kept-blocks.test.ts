import { expect, it } from 'vitest';
import { packTexts } from '../payload.ts';
import { BlockContent, encodeContent } from './block-content.ts';
import { KeptBlocks } from './kept-blocks.ts';
import type { NewRows } from './new-rows.ts';

function block(first: number, length: number): BlockContent {
  const payloads = packTexts([JSON.stringify({ text: 'x'.repeat(length) })]);
  const rows = { payloads, pictures: new Map() } as unknown as NewRows;
  const key = { generation: 1, first };
  return new BlockContent(encodeContent(rows, key), 'file', key);
}

it('keeps the blocks that were asked for last, up to its bytes, and the last one whatever its size', () => {
  const [small, big] = [block(0, 100), block(0, 1000)];
  const kept = new KeptBlocks(3 * small.bytes);
  const reads: number[] = [];
  const get = (first: number, length = 100): unknown =>
    kept.get(first, () => {
      reads.push(first);
      return block(first, length);
    });
  for (const first of [0, 1, 2, 0, 3, 0, 2]) get(first); // 3 drops 1: 0 had been used since
  expect(reads).toEqual([0, 1, 2, 3]);
  get(1);
  expect([...reads.splice(0), kept.bytes]).toEqual([0, 1, 2, 3, 1, 3 * small.bytes]);
  get(9, 1000);
  expect(kept.bytes).toBe(big.bytes);
  get(9, 1000);
  expect(reads).toEqual([9]);
  get(1);
  expect([...reads, kept.bytes]).toEqual([9, 1, small.bytes]);
});
