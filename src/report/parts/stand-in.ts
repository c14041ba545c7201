/** Where a page shows single runs: which methods side by side, and which run stands for all. */
import { BOTH_WAYS, type Task } from '../../evaluate/index.ts';
import type { Finding } from '../finding.ts';
import { distinct, lengthShown, type View } from '../view.ts';

/** Queries shown of each task, hits of each query, methods side by side. */
export const SHOWN = { queries: 6, hits: 10, methods: 3 } as const;

/** The best, the best inductive one or ITQ as the known quantity, the second: without oracles, each once. */
export function sideBySide({ methods }: View, { ranking, inductive }: Finding): string[] {
  const known = methods.includes('itq') ? 'itq' : inductive?.method;
  const wanted = [ranking[0]!.method, ranking[1]?.method, known, inductive?.method];
  return distinct(wanted.filter((name) => name !== undefined)).slice(0, SHOWN.methods);
}

/** The run that stands for all: the first seed, one length. */
export const standIn = ({ seeds, bits }: View) => ({ seed: seeds[0]!, bits: lengthShown(bits) });

export const standInText = (view: View): string => {
  const { seed, bits } = standIn(view);
  return `One run stands for all: seed ${seed}, ${bits} bits.`;
};

/** The task whose pictures say most: of what methods are compared by, the first. */
export const pictureTask = ({ mainTask, tasks }: View): Task =>
  mainTask === BOTH_WAYS ? (tasks.find((task) => task === 'text->image') ?? tasks[0]!) : mainTask;
