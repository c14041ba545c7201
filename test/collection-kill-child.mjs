/** Writes to a collection and dies by SIGKILL at a named step, or when it is killed. Says on stdout what was acknowledged. */
import { writeSync } from 'node:fs';
import { onStep } from '../dist/collection/embedded/steps.js';
import { createCollection, openCollection } from '../dist/collection/index.js';

const [folder, model, at, seed] = process.argv.slice(2);
const say = (what) => writeSync(1, `${JSON.stringify(what)}\n`);
const open = await openCollection(folder).catch((error) => {
  if (error.code !== 'COLLECTION_MISSING') throw error;
  return createCollection(folder, { name: 'things', bits: 64, model });
});

// A small generator of its own: the parent only needs to know what was said.
let state = Number(seed) * 2654435761 + 1;
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
let left = at === 'any time' ? Number.POSITIVE_INFINITY : 3 + random(4);
onStep((name) => {
  if (at === 'any time') say({ step: name });
  else if (name === at && --left === 0) process.kill(process.pid, 'SIGKILL');
});

for (let call = 0; ; call++) {
  const kind = random(10);
  if (kind === 9) {
    say({ begin: 'compact' });
    await open.compact();
    say({ done: 'compact' });
  } else if (kind >= 6) {
    const ids = Array.from({ length: 1 + random(20) }, () => `i${random(200)}`);
    say({ begin: 'delete', ids });
    await open.delete(ids);
    say({ done: 'delete' });
  } else {
    const ids = [...new Set(Array.from({ length: 1 + random(40) }, () => `i${random(200)}`))];
    const value = `${seed}-${call}`;
    const code = Buffer.alloc(8, `${value}........`);
    say({ begin: 'upsert', ids, value });
    await open.upsert(
      ids.map((id) => ({ id, codes: { image: new Uint8Array(code) }, payload: { value } })),
      { model },
    );
    say({ done: 'upsert' });
  }
  // Segments begin only when they are full, or by compaction: so that every step is met, look at none in particular.
}
