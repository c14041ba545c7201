/**
 * Writes to a collection and dies by SIGKILL at a named step, or when it is killed. Says on stdout what it begins and what
 * was acknowledged. A value gives everything of an item: its payload, its code under either model, and its picture.
 */
import { writeSync } from 'node:fs';
import { fixPace } from '../dist/collection/embedded/disk-pace.js';
import { onStep } from '../dist/collection/embedded/steps.js';
import { createCollection, openCollection } from '../dist/collection/index.js';

const [folder, at, seedText, modelsText] = process.argv.slice(2);
const seed = Number(seedText);
/** `{ fingerprint, bits }` of both models. */
const models = JSON.parse(modelsText);
const say = (what) => writeSync(1, `${JSON.stringify(what)}\n`);

// A small generator of its own: the parent only needs to know what was said.
let state = seed * 2654435761 + 1;
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
let left = at === 'any time' ? Number.POSITIVE_INFINITY : 1 + random(4);
onStep((name) => {
  if (name === at && --left === 0) process.kill(process.pid, 'SIGKILL');
});

fixPace(seed % 2 === 0 ? 'quick' : 'slow');
say({ opening: true });
const open = await openCollection(folder).catch((error) => {
  if (error.code !== 'COLLECTION_MISSING') throw error;
  const [{ fingerprint, bits }] = models;
  return createCollection(folder, { name: 'things', bits, model: fingerprint });
});

const codes = (value, bits) => ({ image: new Uint8Array(Buffer.alloc(bits / 8, `${value}........`)) });
/** Of every second call, large enough that its writing takes time. */
const pictureOf = (value) =>
  Number(value.split('-')[1]) % 2 === 0
    ? { picture: { type: 'image/gif', bytes: new Uint8Array(Buffer.alloc(9000, `GIF89a ${value} `)) } }
    : {};
const some = (most) => [...new Set(Array.from({ length: 1 + random(most) }, () => `i${random(400)}`))];

let moving = false;
function move() {
  moving = true;
  const to = open.model === models[0].fingerprint ? 1 : 0;
  const { fingerprint, bits } = models[to];
  say({ begin: 'reencode', to });
  const encode = async (items) => {
    await new Promise((resume) => setTimeout(resume, 1));
    return items.map(({ payload }) => codes(payload.value, bits));
  };
  open.reencode({ fingerprint, bits, encode }).then(() => {
    say({ done: 'reencode' });
    moving = false;
  });
}

for (let call = 0; ; call++) {
  const kind = random(20);
  if (kind === 19 && !moving) move();
  else if (kind >= 17) {
    say({ begin: 'compact' });
    await open.compact();
    say({ done: 'compact' });
  } else if (kind >= 12) {
    const ids = some(20);
    say({ begin: 'delete', ids });
    await open.delete(ids);
    say({ done: 'delete' });
  } else {
    const ids = some(40);
    const value = `${seed}-${call}`;
    say({ begin: 'upsert', ids, value });
    const { model, bits } = open;
    const items = ids.map((id) => ({
      id,
      codes: codes(value, bits),
      payload: { value },
      ...pictureOf(value),
    }));
    const told = await open.upsert(items, { model }).then(
      () => 'done',
      (error) => {
        if (error.code !== 'COLLECTION_OTHER_MODEL') throw error;
        return 'refused';
      },
    );
    say({ [told]: 'upsert' });
  }
}
