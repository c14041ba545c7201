import { expect, it } from 'vitest';
import { datasetFromArrays, type Split } from '../data/index.ts';
import { chooseTasks, possibleTasks, TASKS } from './tasks.ts';

const both = { name: 'both', modalities: ['image', 'text'] as const };
const features = Array.from({ length: 6 }, (_, row) => [row]);
/** Rows 4 and 5 are texts alone, 6 and 7 pictures alone. */
const data = datasetFromArrays({
  name: 'torn',
  classes: ['a', 'b'],
  modalities: {
    image: { features, places: [0, 1, 2, 3, -1, -1, 4, 5], labels: [0, 0, 0, 0, -1, -1, 1, 1] },
    text: { features, places: [0, 1, 2, 3, 4, 5, -1, -1], labels: [0, 0, 0, 0, 1, 1, -1, -1] },
  },
});
const split = (query: number[], database: number[]): Split =>
  ({ query, database, train: [], pool: [], seen: [0], unseen: [1] }) as unknown as Split;

it('a task is possible where the asked side has queries and the other side has items', () => {
  expect(possibleTasks(both, data, split([0], [1]))).toEqual(TASKS);
  expect(possibleTasks(both, data, split([4], [6, 7]))).toEqual(['text->image']);
  expect(possibleTasks(both, data, split([6], [4, 7]))).toEqual(['image->text', 'image->image']);
  expect(possibleTasks({ modalities: ['image'] }, data, split([0], [1]))).toEqual(['image->image']);
});

it('of the wanted tasks the possible ones are taken, and where there is none it says why', () => {
  expect(chooseTasks(both, data, split([4], [6]))).toEqual(['text->image']);
  expect(chooseTasks(both, data, split([0], [1]), ['text->text', 'image->text'])).toEqual([
    'text->text',
    'image->text',
  ]);
  const alone = { name: 'lsh', modalities: ['image'] as const };
  expect(() => chooseTasks(alone, data, split([0], [1]), ['text->image'])).toThrow(
    expect.objectContaining({ code: 'TASKS_IMPOSSIBLE', message: expect.stringContaining('lsh') }),
  );
  expect(() => chooseTasks(both, data, split([0], [1]), ['image->sound' as never])).toThrow(
    expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
  );
});
