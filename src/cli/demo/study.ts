/** One half of the demo: several methods on the same draws of unseen classes, a line for each of them. */
import { type Dataset, makeSplit, type Split, type UnseenClasses } from '../../data/index.ts';
import { type Evaluation, evaluate, type Task } from '../../evaluate/index.ts';
import { createMethod } from '../../methods/index.ts';
import type { Model } from '../../model/index.ts';
import type { Call } from '../command.ts';

export interface StudyPlan {
  /** Drawn by each seed: how many classes, or what share. */
  readonly unseen: UnseenClasses;
  readonly seeds: readonly number[];
  readonly bits: number;
  readonly methods: readonly string[];
  /** By method, beside `bits` and `seed`; default: those of the methods. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly tasks: readonly Task[];
  /** Those whose model of the first seed is kept, for pictures and the page. */
  readonly shown: readonly string[];
  /** What the figure of the progress line is measured on: `unseen families`. */
  readonly where: string;
}

export interface Study {
  readonly runs: readonly Evaluation[];
  /** Of the first seed. */
  readonly split: Split;
  /** Of the first seed, in the order of `shown`. */
  readonly models: readonly Model[];
}

/** @throws `ABORTED` */
export async function runStudy(
  data: Dataset,
  { unseen, seeds, bits, methods, settings = {}, tasks, shown, where }: StudyPlan,
  { signal, progress }: Call,
): Promise<Study> {
  const splits = seeds.map((seed) => makeSplit(data, { protocol: 'zero-shot', unseen, seed }));
  // All of them before the first run: what is wrong with a name or a setting is said at once.
  const created = seeds.map((seed) =>
    methods.map((name) => createMethod(name, { ...settings[name], bits, seed })),
  );
  const runs: Evaluation[] = [];
  const kept = new Map<string, Model>();
  const total = seeds.length * methods.length;
  let finished = 0;
  for (const [i, seed] of seeds.entries()) {
    for (const method of created[i]!) {
      const { name } = method;
      const what = `${data.name}: ${name}, seed ${seed}`;
      const start = performance.now();
      const model = await method.fit(data, splits[i]!, {
        signal,
        onProgress: ({ phase, done }) =>
          progress.update(`${what}: ${phase}`, (finished + 0.9 * done) / total),
      });
      const trainSeconds = (performance.now() - start) / 1000;
      const results = await evaluate(model, data, splits[i]!, { tasks, trainSeconds, signal });
      runs.push(...results);
      finished++;
      progress.line(
        `${finished}/${total}  ${what}: mAP ${meanMap(results).toFixed(3)} on ${where}, trained in ${trainSeconds.toFixed(1)} s`,
      );
      if (i === 0 && shown.includes(name)) kept.set(name, model);
      else await model.dispose();
    }
  }
  return { runs, split: splits[0]!, models: shown.map((name) => kept.get(name)!) };
}

/** Over the tasks, on unseen classes. */
function meanMap(results: readonly Evaluation[]): number {
  const maps = results.filter(({ database }) => database === 'unseen').map(({ map }) => map);
  return maps.reduce((sum, map) => sum + map, 0) / maps.length;
}
