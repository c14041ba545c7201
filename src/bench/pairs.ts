/** How training of a cross-modal method grows with the number of pairs: seconds and peak memory, on made-up pairs. */
import { datasetFromArrays, makeSplit } from '../data/index.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import { createMethod, METHODS } from '../methods/index.ts';
import { Random } from '../random.ts';

interface BenchPairsOptions {
  /** Pairs in ascending order: peak memory is the process's so far. Default: 10,000, 30,000 and 100,000. */
  readonly pairs?: readonly number[];
  /** Default: `czhash`. */
  readonly method?: string;
  /** Passes over the pairs. Default: 2. */
  readonly epochs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

export interface BenchPairsCase {
  readonly method: string;
  /** Labelled and unlabelled ones that training saw. */
  readonly pairs: number;
  readonly epochs: number;
  /** Wall time of the whole fit. */
  readonly seconds: number;
  /** Wall time of the networks for one pass over the pairs, where the method's log tells networks apart. */
  readonly secondsPerEpoch: number | null;
  /** Largest resident memory of the process so far, inputs included, in MiB. */
  readonly peakMiB: number;
}

const SEEN = 50;
const UNSEEN = 10;
const DIMS = { image: 256, text: 128 } as const;
const BITS = 64;
/** Standard deviation inside a class; class centres have entries of unit variance. */
const NOISE = 2;

/** @throws `METHOD_UNKNOWN`, `ARGUMENT_INVALID` for a method without texts or epochs, `ABORTED` */
export async function benchPairs(options: BenchPairsOptions = {}): Promise<BenchPairsCase[]> {
  const { method = 'czhash', epochs = 2, signal, onProgress } = options;
  const sizes = [...(options.pairs ?? [10_000, 30_000, 100_000])].sort((a, b) => a - b);
  const trained = createMethod(method, { bits: BITS });
  if (!METHODS[method]!.modalities.includes('text') || !('epochs' in METHODS[method]!.schema.shape)) {
    const reason = 'must be a method of images and texts that learns in epochs';
    throw new UnseenError('ARGUMENT_INVALID', { name: 'method', reason, received: trained.name });
  }
  const cases: BenchPairsCase[] = [];
  for (const pairs of sizes) {
    throwIfAborted(signal, 'the benchmark');
    onProgress?.(`${method}: ${pairs} pairs`);
    cases.push(await benchOne(method, pairs, epochs, signal));
  }
  return cases;
}

async function benchOne(
  method: string,
  pairs: number,
  epochs: number,
  signal: AbortSignal | undefined,
): Promise<BenchPairsCase> {
  const data = gaussianPairs(pairs);
  // Nearly every row is trained on: what is asked for is not measured here.
  const split = makeSplit(data, {
    protocol: 'zero-shot/pool=database',
    unseen: UNSEEN,
    seed: 0,
    queryShare: 0.001,
  });
  const settings = 'leastSteps' in METHODS[method]!.schema.shape ? { leastSteps: 1 } : {};
  const start = performance.now();
  let networks = 0;
  let last = start;
  const model = await createMethod(method, { bits: BITS, epochs, ...settings }).fit(data, split, {
    ...(signal && { signal }),
    onProgress({ phase }) {
      const now = performance.now();
      // An event ends the stretch since the one before it.
      if (phase.includes('network') || phase.startsWith('epoch')) networks += now - last;
      last = now;
    },
  });
  const seconds = (performance.now() - start) / 1000;
  await model.dispose();
  return {
    method,
    pairs: split.train.length + split.pool.length,
    epochs,
    seconds,
    secondsPerEpoch: networks > 0 ? networks / 1000 / epochs : null,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

function gaussianPairs(rows: number) {
  const random = new Random(0, 'pairs');
  const labels = Int32Array.from({ length: rows }, (_, row) => row % (SEEN + UNSEEN));
  const view = (cols: number) => {
    const centres = Float32Array.from({ length: (SEEN + UNSEEN) * cols }, () => random.normal());
    const data = new Float32Array(rows * cols);
    for (let i = 0; i < data.length; i++) {
      const label = labels[Math.floor(i / cols)]!;
      data[i] = centres[label * cols + (i % cols)]! + NOISE * random.normal();
    }
    return { data, rows, cols };
  };
  const names = Array.from({ length: SEEN + UNSEEN }, (_, i) => `class ${i}`);
  const embeddings = Float32Array.from({ length: names.length * 32 }, () => random.normal());
  return datasetFromArrays({
    name: 'gaussian pairs',
    classes: names,
    classEmbeddings: { random: { data: embeddings, rows: names.length, cols: 32 } },
    modalities: {
      image: { features: view(DIMS.image), labels },
      text: { features: view(DIMS.text), labels },
    },
  });
}
