import { afterEach, describe, expect, it } from 'vitest';
import { type HeldPort, holdPort } from './port.ts';

const open: HeldPort[] = [];
afterEach(async () => {
  for (const held of open.splice(0)) await held.release();
});

describe('the port of the demo', () => {
  it('asks whoever comes early to come back, and is free when it is released', async () => {
    const held = await holdPort(0);
    const url = `http://127.0.0.1:${held.port}/`;
    const early = await fetch(url);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await early.text()).toContain('Come back');
    await held.release();
    const again = await holdPort(held.port);
    open.push(again);
    expect(again.port).toBe(held.port);
  });

  it('is told to be taken at once', async () => {
    const held = await holdPort(0);
    open.push(held);
    await expect(holdPort(held.port)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});
