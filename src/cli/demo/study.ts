/** What the demo measures: five methods on three draws of unseen icon families. */
import { type Dataset, makeSplit, type Split } from '../../data/index.ts';
import { type Evaluation, evaluate } from '../../evaluate/index.ts';
import { createMethod } from '../../methods/index.ts';
import type { Model } from '../../model/index.ts';
import type { Call } from '../command.ts';

/** Of 67 families: about as many as the literature leaves unseen of its own sets. */
export const UNSEEN_FAMILIES = 24;
const BITS = 64;
const METHODS = ['lsh', 'itq', 'tzsh/source-only', 'tzsh', 'tzsh/oracle'] as const;
/** Kept of the first seed, for the picture and the page. */
const SHOWN = ['tzsh', 'itq'] as const;

export interface Study {
  readonly runs: readonly Evaluation[];
  /** Of the first seed. */
  readonly split: Split;
  readonly models: Readonly<Record<(typeof SHOWN)[number], Model>>;
}

/** @throws `ABORTED` */
export async function runStudy(
  data: Dataset,
  seeds: readonly number[],
  { signal, progress }: Call,
): Promise<Study> {
  const splits = seeds.map((seed) =>
    makeSplit(data, { protocol: 'zero-shot', unseen: UNSEEN_FAMILIES, seed }),
  );
  // All of them before the first run: what is wrong with a name or a setting is said at once.
  const methods = seeds.map((seed) => METHODS.map((name) => createMethod(name, { bits: BITS, seed })));
  const runs: Evaluation[] = [];
  const kept = new Map<string, Model>();
  const total = seeds.length * METHODS.length;
  let finished = 0;
  for (const [i, seed] of seeds.entries()) {
    for (const method of methods[i]!) {
      const { name } = method;
      const what = `${name}, seed ${seed}`;
      const start = performance.now();
      const model = await method.fit(data, splits[i]!, {
        signal,
        onProgress: ({ phase, done }) =>
          progress.update(`${what}: ${phase}`, (finished + 0.9 * done) / total),
      });
      const trainSeconds = (performance.now() - start) / 1000;
      const results = await evaluate(model, data, splits[i]!, { trainSeconds, signal });
      runs.push(...results);
      finished++;
      const unseen = results.find(({ database }) => database === 'unseen')!;
      progress.line(
        `${finished}/${total}  ${what}: mAP ${unseen.map.toFixed(3)} on unseen families, trained in ${trainSeconds.toFixed(1)} s`,
      );
      if (i === 0 && SHOWN.some((shown) => shown === name)) kept.set(name, model);
      else await model.dispose();
    }
  }
  return { runs, split: splits[0]!, models: { tzsh: kept.get('tzsh')!, itq: kept.get('itq')! } };
}
