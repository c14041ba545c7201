/** CIFAR-10, binary version (cs.toronto.edu/~kriz/cifar.html): records of 1 label and 3 planes of 32 × 32 bytes. */
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import { allocate, readExactly, unreadable, withFile } from '../files.ts';
import { listsFromIndexes } from '../read-labels.ts';
import { ALL_OPTIONS, embeddingsFrom, finishImport, type Importer } from './importer.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const RECORD = 1 + 3 * PLANE;
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

interface Batch {
  readonly labels: number[];
  readonly pixels: Uint8Array;
}

async function readBatch(file: string): Promise<Batch> {
  return withFile(file, async (handle, length) => {
    const records = length / RECORD;
    if (!Number.isInteger(records) || records === 0)
      throw new UnseenError('FILE_LENGTH', { file, expected: `a multiple of ${RECORD}`, received: length });
    const raw = allocate(length, file);
    await readExactly(handle, raw, 0, file);
    const labels = Array.from({ length: records }, (_, row) => raw[row * RECORD]!);
    const wrong = labels.findIndex((label) => label >= CLASSES.length); // 255 is no "unlabelled" here
    if (wrong >= 0)
      throw new UnseenError('LABEL_OUT_OF_RANGE', {
        file,
        row: wrong,
        value: String(labels[wrong]),
        classes: CLASSES.length,
      });
    const pixels = allocate(records * 3 * PLANE, file);
    for (let row = 0; row < records; row++) {
      const planes = row * RECORD + 1;
      const out = row * 3 * PLANE;
      for (let i = 0; i < PLANE; i++) {
        pixels[out + 3 * i] = raw[planes + i]!;
        pixels[out + 3 * i + 1] = raw[planes + PLANE + i]!;
        pixels[out + 3 * i + 2] = raw[planes + 2 * PLANE + i]!;
      }
    }
    return { labels, pixels };
  });
}

/** The folder with the batches: `source` itself, or `cifar-10-batches-bin` inside it, as the archive unpacks. */
async function batchFolder(source: string): Promise<string> {
  const inside = path.join(source, 'cifar-10-batches-bin');
  return access(inside).then(
    () => inside,
    () => source,
  );
}

export const cifar10: Importer = {
  name: 'cifar10',
  describe: 'CIFAR-10, binary version: 32 × 32 RGB pixels, 10 classes, parts train and test',
  source: 'the folder with data_batch_1.bin … data_batch_5.bin and test_batch.bin',
  options: ALL_OPTIONS,
  async run(source, out, options = {}) {
    const folder = await batchFolder(source);
    const names = await readdir(folder).catch((cause: unknown) => {
      throw unreadable(folder, cause);
    });
    const train = names.filter((name) => /^data_batch_\d+\.bin$/.test(name)).sort();
    if (train.length === 0)
      throw new UnseenError('FILE_UNREADABLE', {
        file: path.join(folder, 'data_batch_1.bin'),
        reason: 'there is none',
      });
    const batches: Batch[] = [];
    for (const name of [...train, 'test_batch.bin']) batches.push(await readBatch(path.join(folder, name)));
    const labels = batches.flatMap((batch) => batch.labels);
    const tests = batches.at(-1)!.labels.length;
    const data = allocate(labels.length * 3 * PLANE, folder);
    let at = 0;
    for (const { pixels } of batches) {
      data.set(pixels, at);
      at += pixels.length;
    }
    const dataset = datasetFromArrays({
      name: options.name ?? 'cifar10',
      classes: CLASSES,
      ...(await embeddingsFrom(options.embeddings, CLASSES)),
      parts: { train: [0, labels.length - tests], test: [labels.length - tests, labels.length] },
      modalities: {
        image: {
          images: { kind: 'pixels', count: labels.length, height: SIDE, width: SIDE, data },
          labels: listsFromIndexes(labels, CLASSES.length, folder),
        },
      },
    });
    return finishImport(dataset, out, options, {
      source: 'CIFAR-10 binary version',
      cite: 'A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009',
    });
  },
};
