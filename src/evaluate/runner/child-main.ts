/**
 * A child of a comparison: opens the dataset by itself, does the runs that it is sent, and ends when its parent is gone,
 * however that ended. It writes nothing: what is finished is the parent's to keep.
 */
import { openSource } from '../../bundled/open-source.ts';
import { UnseenError } from '../../errors.ts';
import { setDefaultThreads } from '../../graph/threads.ts';
import { type FromChild, type ToChild, toMessage } from './messages.ts';
import { type CellContext, runCell } from './run-cell.ts';

/** Milliseconds between two reports of progress: a run has thousands of steps, a person two eyes. */
const REPORT_INTERVAL = 200;

const say = (message: FromChild): void => {
  process.send?.(message);
};

let context: CellContext | undefined;

async function answer(message: ToChild): Promise<FromChild> {
  if (message.kind === 'open') {
    const { source, fingerprint, threads, monitor, environment } = message;
    setDefaultThreads(threads);
    const data = await openSource(source);
    if (data.fingerprint !== fingerprint)
      throw new UnseenError('DATASET_CHANGED', { source, expected: fingerprint, received: data.fingerprint });
    context = { data, environment, monitor };
    return { kind: 'ready' };
  }
  let last = 0;
  const record = await runCell(message.cell, context!, (progress) => {
    const now = performance.now();
    if (now - last < REPORT_INTERVAL) return;
    last = now;
    say({ kind: 'progress', ...progress });
  });
  return { kind: 'done', record };
}

process.on('message', (message: ToChild) => {
  answer(message).then(say, (thrown: unknown) => say({ kind: 'failed', error: toMessage(thrown) }));
});
process.on('disconnect', () => process.exit());
// A terminal sends Ctrl-C to the whole group: the parent decides what becomes of a run.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {});
