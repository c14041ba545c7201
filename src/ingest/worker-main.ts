/** A thread of an encoder pool: loads the model by itself, and encodes one batch after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { toMessage } from '../evaluate/runner/messages.ts';
import { setDefaultThreads } from '../graph/threads.ts';
import { Model } from '../model/index.ts';
import { encodeItems } from './encode-items.ts';
import type { Outcome } from './item.ts';
import type { FromWorker, OutcomeMessage, ToWorker, WorkerData } from './messages.ts';

const port = parentPort!;
// There is a thread of ours for every core: more of theirs would only take turns.
setDefaultThreads(1);
sharp.concurrency(1);
// Every picture is decoded once.
sharp.cache(false);

const loading = Model.load((workerData as WorkerData).modelFolder);
/** One thing at a time, in the order asked. */
let turn: Promise<void> = say(async () => {
  const { fingerprint, bits, modalities } = await loading;
  return { kind: 'ready', model: { fingerprint, bits, modalities } };
});

port.on('message', (message: ToWorker) => {
  if (message.kind === 'encode') {
    const { items, options } = message;
    turn = turn.then(() =>
      say(async () => ({
        kind: 'done',
        outcomes: (await encodeItems(await loading, items, options)).map(outcomeMessage),
      })),
    );
  } else {
    turn = turn.then(async () => {
      await (await loading.catch(() => undefined))?.dispose();
      port.close();
    });
  }
});

async function say(work: () => Promise<FromWorker>): Promise<void> {
  try {
    const message = await work();
    port.postMessage(message, message.kind === 'done' ? buffersOf(message.outcomes) : []);
  } catch (error) {
    port.postMessage({ kind: 'failed', error: toMessage(error) } satisfies FromWorker);
  }
}

const outcomeMessage = (outcome: Outcome): OutcomeMessage =>
  outcome.status === 'ready' ? outcome : { ...outcome, error: toMessage(outcome.error) };

/** Pictures are handed over, not copied: nothing here needs them any more. */
function buffersOf(outcomes: readonly OutcomeMessage[]): ArrayBuffer[] {
  const buffers = outcomes.flatMap((outcome) =>
    outcome.status === 'ready' && outcome.item.picture ? [outcome.item.picture.bytes.buffer] : [],
  );
  return [...new Set(buffers)] as ArrayBuffer[];
}
