/** What `unseen import` does to a dataset between reading and writing, and what it collects on the way. */
import type { BadRow, Dataset, ImportOptions } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { type BackboneOptions, withBackbone } from './backbone.ts';
import type { Call } from './command.ts';

export interface FinishOptions extends BackboneOptions {
  readonly features?: string;
  readonly wordVectors?: string;
  /** File of descriptions of classes; their words' vectors are those of `wordVectors`, if that is given. */
  readonly descriptions?: string;
}

type Step = (dataset: Dataset) => Promise<Dataset>;

/** Runs `use` with the steps that were asked for as one, or with nothing. */
export async function withFinish<T>(
  options: FinishOptions,
  call: Call,
  use: (finish: Step | undefined) => Promise<T>,
): Promise<T> {
  const { features, wordVectors, descriptions, backbone } = options;
  if (features !== undefined && backbone !== undefined) {
    const reason = 'and --backbone make the same thing: give one of them';
    throw new UnseenError('ARGUMENT_INVALID', { name: 'features', reason, received: features });
  }
  return withBackbone(options, call, (byBackbone) => {
    const steps: Step[] = [];
    if (byBackbone) steps.push(byBackbone);
    if (features !== undefined) {
      const onProgress = (done: number, total: number) =>
        call.progress.update(`features of ${total} pictures`, done / total);
      steps.push(async (dataset) => {
        const { addFeatures } = await import('../encoders/dataset-features.ts');
        return addFeatures(dataset, features, { signal: call.signal, onProgress });
      });
    }
    if (wordVectors !== undefined) {
      steps.push(async (dataset) => {
        call.progress.update(`reading ${wordVectors}`, 0);
        const { addWordVectors } = await import('../encoders/text/dataset-words.ts');
        return addWordVectors(dataset, wordVectors);
      });
    }
    if (descriptions !== undefined) {
      steps.push(async (dataset) => {
        call.progress.update(`reading ${descriptions}`, 0);
        const { addClassDescriptions } = await import('../encoders/text/class-descriptions.ts');
        return addClassDescriptions(dataset, descriptions, wordVectors === undefined ? {} : { wordVectors });
      });
    }
    if (steps.length === 0) return use(undefined);
    return use(async (dataset) => {
      let made = dataset;
      for (const step of steps) made = await step(made);
      return made;
    });
  });
}

export interface Collected {
  readonly bad: BadRow[];
  readonly unused: string[];
}

/** The hooks of an import: progress, Ctrl-C, decoding, and lists of what was left out or passed over. */
export function importHooks({ signal, progress }: Call, skipBad: boolean) {
  const collected: Collected = { bad: [], unused: [] };
  const hooks: ImportOptions = {
    signal,
    onProgress: (what, done) => progress.update(what, done),
    check: async (images, onBad) => {
      const { pictureCheck } = await import('../encoders/check-pictures.ts'); // the decoder is slow to load
      const onProgress = (done: number, total: number) => progress.update('checking pictures', done / total);
      await pictureCheck({ signal, onProgress })(images, onBad);
    },
    onUnused: (names) => collected.unused.push(...names),
    ...(skipBad && { onBad: (bad: BadRow) => collected.bad.push(bad) }),
  };
  return { hooks, collected };
}
