/** What training gets of one modality: the inputs of some rows, and how raw items become such inputs. */
import type { Dataset, Matrix, Modality, ModalityName } from '../data/dataset.ts';
import { takeFeatures, takeImages, takeTexts } from '../data/items.ts';
import { Labels } from '../data/labels.ts';
import type { Split } from '../data/split.ts';
import { backboneName } from '../encoders/backbone/name.ts';
import { readPictures } from '../encoders/pictures.ts';
import { WordEncoder } from '../encoders/text/word-encoder.ts';
import { UnseenError } from '../errors.ts';
import type { Inputs, Preprocessing } from './contract.ts';

/** Side in pixels where a method reads pictures and nothing else is asked for. */
const DEFAULT_SIDE = 32;
/** Beside the ONNX encoder in the model folder. */
const WORDS_FILE = 'text_words.bin';
const BACKBONE_FILES = { onnx: 'image_backbone.onnx', config: 'image_backbone.json' } as const;

export interface ItemOptions {
  readonly modality: ModalityName;
  /** Of pictures. Default: features where the dataset has them, else pixels. Texts: features if there are, else words. */
  readonly input?: 'features' | 'pixels';
  /** Height and width that pictures are scaled to for pixel inputs; default 32. */
  readonly side?: number;
  readonly signal?: AbortSignal;
}

export interface Items {
  readonly inputs: Inputs;
  readonly preprocessing: Preprocessing;
  /** What the preprocessing needs beside the ONNX encoder, by the file names that it mentions. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The items of rows that all have one. A vocabulary is fitted to exactly these rows' texts.
 * @throws `TRAINING_INPUT_MISSING`, `MODEL_INPUT_NOT_FINITE` naming the dataset's row, `BACKBONE_CHANGED`, `ABORTED`,
 *   those of pictures
 */
export async function gatherItems(
  data: Dataset,
  rows: readonly number[],
  options: ItemOptions,
): Promise<Items> {
  const modality = data.modalities[options.modality];
  const kind = chooseKind(data, modality, options);
  if (kind === 'features') {
    const { features, extractor } = modality!;
    const inputs = takeFeatures(modality!, rows);
    checkFinite(inputs, rows);
    const backbone = await backboneFiles(modality!);
    const preprocessing = {
      kind,
      dim: features!.cols,
      ...(extractor !== undefined && { extractor }),
      ...(backbone.size > 0 && { backbone: BACKBONE_FILES }),
    };
    return { inputs, preprocessing, files: backbone };
  }
  if (kind === 'pixels') {
    const side = options.side ?? DEFAULT_SIDE;
    const signal = options.signal ? { signal: options.signal } : {};
    const { data: pixels } = await readPictures(takeImages(modality!, rows), side, signal);
    const inputs = { data: pixels, rows: rows.length, side };
    return { inputs, preprocessing: { kind, side }, files: new Map() };
  }
  const texts = takeTexts(modality!, rows);
  // Vectors know what a word means, also one that no training text has; columns for the words themselves would be forty
  // times as many and say nothing of classes that nobody labelled. Without vectors there is nothing else.
  const { wordVectors } = data;
  const encoder = WordEncoder.fit(texts, wordVectors ? { wordVectors, tfidf: 0 } : {});
  return {
    inputs: encoder.encode(texts),
    preprocessing: { kind: 'text', dim: encoder.dim, file: WORDS_FILE },
    files: new Map([[WORDS_FILE, encoder.toBytes()]]),
  };
}

/** The network behind the features, so that the model encodes raw pictures by itself. Throws `BACKBONE_CHANGED`. */
async function backboneFiles({ backbone, extractor }: Modality): Promise<ReadonlyMap<string, Uint8Array>> {
  if (!backbone) return new Map();
  const files = await backbone();
  const received = await backboneName(files);
  if (received !== extractor)
    throw new UnseenError('BACKBONE_CHANGED', { file: BACKBONE_FILES.onnx, received, expected: extractor });
  return new Map([
    [BACKBONE_FILES.onnx, files.onnx],
    [BACKBONE_FILES.config, new TextEncoder().encode(files.config)],
  ]);
}

function chooseKind(
  data: Dataset,
  modality: Modality | undefined,
  { modality: name, input }: ItemOptions,
): Preprocessing['kind'] {
  const raw = name === 'text' ? 'text' : 'pixels';
  // `input` speaks of pictures; texts have one way for each form.
  const kind = name === 'image' && input ? input : modality?.features ? 'features' : raw;
  const source = { features: modality?.features, pixels: modality?.images, text: modality?.texts };
  if (source[kind]) return kind;
  throw new UnseenError('TRAINING_INPUT_MISSING', {
    dataset: data.name,
    what: { features: 'features', pixels: 'pictures', text: 'texts or features' }[kind],
    modality: name,
    known: Object.entries(data.modalities)
      .map(([key, { features, images, texts }]) =>
        [key, features && 'features', images && 'pictures', texts && 'texts'].filter(Boolean).join(' '),
      )
      .join(', '),
  });
}

function checkFinite({ data, cols }: Matrix, rows: readonly number[]): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const row = rows[Math.floor(bad / cols)];
  throw new UnseenError('MODEL_INPUT_NOT_FINITE', { row, column: bad % cols, received: String(data[bad]) });
}

/** The labels of training rows that a method may read in a modality: within the split's budget, empty otherwise. */
export function readableLabels(data: Dataset, split: Split, modality: ModalityName): Labels {
  const { labels } = data.modalities[modality]!;
  const budget = split.labelled && new Set(split.labelled);
  const space = split.labelSpaces && new Set(split.labelSpaces[modality]);
  const lists = split.train.map((row) => {
    if (budget && !budget.has(row)) return [];
    return Array.from(labels.of(row)).filter((label) => !space || space.has(label));
  });
  return Labels.fromLists(lists, data.classes.length);
}
