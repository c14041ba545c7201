import { expect, it } from 'vitest';
import { placeAfter } from './grid-keys.ts';

it('arrow keys move in the grid and never out of it', () => {
  const grid = { columns: 3, count: 8 };
  const after = (key: string, place: number) => placeAfter(key, place, grid);
  expect([after('ArrowRight', 0), after('ArrowDown', 1), after('ArrowUp', 7), after('ArrowLeft', 4)]).toEqual(
    [1, 4, 4, 3],
  );
  expect([after('Home', 5), after('End', 2)]).toEqual([0, 7]);
  for (const [key, place] of [
    ['ArrowLeft', 0],
    ['ArrowUp', 2],
    ['ArrowDown', 5],
    ['ArrowRight', 7],
    ['Enter', 3],
    ['constructor', 3],
  ] as const)
    expect(after(key, place)).toBeUndefined();
});
