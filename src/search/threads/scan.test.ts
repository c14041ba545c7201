/** A thread that is slow at the worst moment, played in this thread: it holds a tile when the others find none left. */
import { expect, it, vi } from 'vitest';
import { Codes, hammingDistance } from '../../codes/index.ts';
import { Random } from '../../random.ts';
import { firstParts } from '../base-index.ts';
import { LinearIndex } from '../linear-index.ts';
import { CodeStore } from '../store.ts';
import type { Thread, ThreadEvents } from './spawn.ts';
import { type ThreadRequest, threadMain } from './thread-main.ts';

/** What lets a thread go on that holds the first tile. */
let goOn: (() => void) | undefined;

vi.mock('./spawn.ts', () => ({
  spawn(events: ThreadEvents): Thread {
    let listener: (message: ThreadRequest) => void = () => {};
    threadMain(events.message, (given) => {
      listener = given;
    });
    return {
      post(message) {
        if (message.op !== 'scan') return listener(message);
        const control = new Int32Array(message.control);
        Atomics.add(control, 0, 1); // takes the first tile …
        goOn = () => {
          Atomics.store(control, 0, 0); // … and here looks again at what it took
          listener(message);
        };
      },
      hold: () => {},
      end: () => {},
    };
  },
}));

const random = new Random(1, 'held tile');
const codes = Codes.fromBytes(
  Uint8Array.from({ length: 100 * 8 }, () => random.below(256)),
  { bits: 64 },
);
it('a tile that a thread took and had not begun when the last one was taken is scanned all the same', async () => {
  const store = new CodeStore(64, { threads: 2, threadBytes: 0 });
  const index = LinearIndex.of(firstParts(store, codes, undefined));
  const search = index.search(codes.slice(0, 1), { k: 100 });
  await vi.waitFor(() => expect(goOn).toBeDefined());
  await new Promise((resume) => setTimeout(resume)); // this thread has found no tile left, and waits
  goOn!();
  const [hits] = await search;
  const expected = Array.from({ length: 100 }, (_, row) => hammingDistance(codes.row(row), codes.row(0)));
  expect(hits!.map(({ distance }) => distance)).toEqual([...expected].sort((a, b) => a - b));
});
