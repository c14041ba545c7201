import { afterEach, describe, expect, it, vi } from 'vitest';
import { DiskPace, fixPace } from './disk-pace.ts';

afterEach(() => {
  vi.restoreAllMocks();
  fixPace(undefined);
});

/** A disk whose syncs take what is said, with so many milliseconds between them. */
function disk(rest = 10_000) {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const pace = new DiskPace();
  /** Whether it was waited for in this thread. */
  const write = (takes: number, bytes = 100): boolean => {
    const quick = pace.isQuickFor(bytes);
    const wait = (): void => {
      now += takes;
    };
    if (quick) pace.timed(wait);
    now += rest;
    return quick;
  };
  const writes = (count: number, takes: number): boolean[] =>
    Array.from({ length: count }, () => write(takes));
  return { pace, write, writes };
}

describe('the pace of a disk', () => {
  it('is quick while syncs take little, whatever one of them takes; large writes are another matter', () => {
    const { write, writes } = disk();
    expect(writes(100, 1)).toEqual(Array(100).fill(true));
    expect(write(500)).toBe(true);
    expect(writes(10, 1)).toEqual(Array(10).fill(true));
    expect(write(1, 1e6)).toBe(false);
  });

  it('is slow after a few slow ones; one in 32 looks again, and the first quick one changes it', () => {
    const { writes } = disk();
    const first = writes(200, 12);
    const held = first.indexOf(false);
    expect(held).toBeGreaterThan(1);
    expect(held).toBeLessThan(10);
    const looks = first.slice(held).filter((quick) => quick).length;
    expect(looks).toBe(Math.floor((200 - held) / 32));
    const later = writes(100, 0.5);
    const again = later.indexOf(true);
    expect(again).toBeLessThan(32);
    expect(later.slice(again)).toEqual(Array(100 - again).fill(true));
  });

  it('leaves most of the time to other things', () => {
    const { writes } = disk(1);
    const waited = writes(1000, 1).filter((quick) => quick).length;
    expect(waited).toBeGreaterThan(80);
    expect(waited).toBeLessThan(120);
  });

  it('is what a test says', () => {
    const { writes } = disk();
    fixPace('slow');
    expect(writes(40, 0)).toEqual(Array(40).fill(false));
    fixPace('quick');
    expect(writes(40, 50)).toEqual(Array(40).fill(true));
  });

  it('is noted of a sync that fails, too', () => {
    const { pace } = disk();
    expect(() =>
      pace.timed(() => {
        throw new Error('full');
      }),
    ).toThrow('full');
  });
});
