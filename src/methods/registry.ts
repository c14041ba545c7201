/** Methods by their names on the command line. One row a name; a new method is one folder and its rows here. */
import type { z } from 'zod';
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { type CcaItqOptions, ccaItq, ccaItqSchema } from './cca-itq/cca-itq.ts';
import { type CmfhOptions, cmfh, cmfhSchema } from './cmfh/cmfh.ts';
import type { HashMethod } from './contract.ts';
import { csq } from './csq/csq.ts';
import { type CsqOptions, csqSchema } from './csq/options.ts';
import { czhash, nameOf as czhashName } from './czhash/czhash.ts';
import {
  VARIANTS as CZHASH_VARIANTS,
  type CzhashOptions,
  type Variant as CzhashVariant,
  czhashSchema,
} from './czhash/options.ts';
import { dcmh } from './dcmh/dcmh.ts';
import { type DcmhOptions, dcmhSchema } from './dcmh/options.ts';
import { itq, itqSchema } from './itq/itq.ts';
import { lsh, lshSchema } from './lsh/lsh.ts';
import { type PseudoLabelOptions, pseudoLabelSchema } from './pseudo-label/options.ts';
import { pseudoLabel } from './pseudo-label/pseudo-label.ts';
import { type ScmOptions, scm, scmSchema } from './scm/scm.ts';
import { type SdhOptions, sdh, sdhSchema } from './sdh/sdh.ts';
import {
  VARIANTS as TZSH_VARIANTS,
  type TzshOptions,
  type Variant as TzshVariant,
  tzshSchema,
} from './tzsh/options.ts';
import { tzsh, nameOf as tzshName } from './tzsh/tzsh.ts';
import { type ZshOptions, zsh, zshSchema } from './zsh/zsh.ts';

export interface MethodEntry {
  /** What it does, in one line. */
  readonly description: string;
  /** The paper, or "reconstruction" with the paper it starts from. */
  readonly source: string;
  /** Every setting besides `bits` and `seed`, with defaults and ranges. */
  readonly schema: z.ZodObject;
  /** What it encodes: pictures, or pictures and texts into one Hamming space. */
  readonly modalities: readonly ModalityName[];
  /** Whether it was made to learn from the unlabelled pool. */
  readonly transductive: boolean;
  /** Values of its main settings that `unseen tune` tries, the default among them where it is one number for all data. */
  readonly search?: Readonly<Record<string, readonly unknown[]>>;
  readonly create: (settings: MethodSettings) => HashMethod;
}

/** `bits` and `seed` of every method, and whatever else the method's schema knows. */
export type MethodSettings = { readonly bits: number; readonly seed?: number } & Readonly<
  Record<string, unknown>
>;

const IMAGE = ['image'] as const;
const BOTH = ['image', 'text'] as const;

const TZSH_SAYS: Readonly<Record<TzshVariant, string>> = {
  greedy:
    'deep hashing on labelled source and unlabelled target, similarities mined coarse to fine in greedy rounds',
  'source-only': 'TZSH without its target stream: supervised deep hashing on the seen classes',
  coarse: 'TZSH with one mining, all pairs of representatives by their coarse classes',
  fine: 'TZSH with one mining, pairs of representatives chosen by the pair scorer',
  oracle: "TZSH with the pool's true labels instead of mining: what perfect mining would give",
};

const CZHASH_SAYS: Readonly<Record<CzhashVariant, string>> = {
  composite:
    'cross-modal: labelled and unlabelled items, similarities of labels and features, whatever the label spaces',
  'label-only': 'CZHash with similarities from labels and class embeddings alone',
  'feature-only': 'CZHash with similarities from features alone: labels are not read',
  'no-attributes': 'CZHash without its category attribute space',
  'labelled-only': 'CZHash without unlabelled items',
};

/** Without mining or prototypes of unlabelled items their settings have no effect. */
const TZSH_SEARCH = {
  supervised: { steps: [100, 300, 1000], learningRate: [5e-4, 1e-3, 2e-3], semantic: [0.3, 1, 3] },
  transductive: {
    learningRate: [5e-4, 1e-3, 2e-3],
    semantic: [0.3, 1, 3],
    transfer: [1, 2, 4],
    shrinkage: [0.1, 0.3, 0.6],
  },
};

const CZHASH_SEARCH = {
  supervised: { learningRate: [5e-4, 1e-3, 2e-3], dropout: [0.3, 0.5, 0.7], inputDropout: [0, 0.2, 0.4] },
  transductive: {
    temperature: [0.1, 0.15, 0.25],
    prototypes: [3, 5, 8],
    novelty: [2, 4, 6],
    power: [0.3, 0.5, 1],
  },
};

export const METHODS: Readonly<Record<string, MethodEntry>> = {
  lsh: {
    description: 'random hyperplanes through the mean of the training and pool rows',
    source: 'Charikar, STOC 2002',
    schema: lshSchema,
    modalities: IMAGE,
    transductive: false,
    create: lsh,
  },
  itq: {
    description:
      'principal directions of the training and pool rows, rotated towards the corners of the cube',
    source: 'Gong & Lazebnik, CVPR 2011',
    schema: itqSchema,
    modalities: IMAGE,
    transductive: false,
    search: { iterations: [20, 50, 100, 200] },
    create: itq,
  },
  sdh: {
    description: 'codes from which a linear classifier tells the class, found bit by bit without relaxation',
    source: 'Shen et al., CVPR 2015',
    schema: sdhSchema,
    modalities: IMAGE,
    transductive: false,
    search: { bandwidth: [0.2, 0.5, 1], ridge: [0.01, 1, 100], nu: [1e-5, 1e-2] },
    create: (settings) => sdh(settings as SdhOptions),
  },
  zsh: {
    description: 'SDH with class embeddings for class numbers: classes alike in meaning get codes alike',
    source: 'Yang et al., ACM MM 2016',
    schema: zshSchema,
    modalities: IMAGE,
    transductive: false,
    search: { bandwidth: [0.2, 0.5, 1], epsilon: [1e-5, 1e-4, 1e-3, 1e-2] },
    create: (settings) => zsh(settings as ZshOptions),
  },
  csq: {
    description: 'a network that puts the items of every class at a fixed code, far from those of the others',
    source: 'Yuan et al., CVPR 2020',
    schema: csqSchema,
    modalities: IMAGE,
    transductive: false,
    search: { quantisation: [1e-4, 0.01, 0.1, 1], learningRate: [3e-4, 1e-3, 3e-3] },
    create: (settings) => csq(settings as CsqOptions),
  },
  'pseudo-label': {
    description:
      'deep hashing on labelled source and a pool whose items take their likeliest classes as labels',
    source: 'reconstruction after Zou et al., TNNLS 2020, and their published code',
    schema: pseudoLabelSchema,
    modalities: IMAGE,
    transductive: true,
    search: { concepts: [1, 2, 3, 5], transfer: [0.5, 1, 2] },
    create: (settings) => pseudoLabel(settings as PseudoLabelOptions),
  },
  ...Object.fromEntries(TZSH_VARIANTS.map((variant) => [tzshName(variant), tzshEntry(variant)])),
  'cca-itq': {
    description: 'canonical directions of image-text pairs, rotated towards the corners of the cube',
    source: 'Gong & Lazebnik, CVPR 2011; Gong et al., PAMI 2013',
    schema: ccaItqSchema,
    modalities: BOTH,
    transductive: false,
    search: { ridge: [0.01, 0.05, 0.2], power: [0, 1, 2] },
    create: (settings) => ccaItq(settings as CcaItqOptions),
  },
  cmfh: {
    description: 'one latent factor of image-text pairs, reached by a linear map from either side',
    source: 'Ding, Guo & Zhou, CVPR 2014',
    schema: cmfhSchema,
    modalities: BOTH,
    transductive: false,
    search: { balance: [0.3, 0.5, 0.7], mu: [10, 100, 1000], bandwidth: [0.5, 1, 2] },
    create: (settings) => cmfh(settings as CmfhOptions),
  },
  scm: {
    description: 'bit after bit, linear hash functions whose products reproduce the similarity of labels',
    source: 'Zhang & Li, AAAI 2014 (sequential)',
    schema: scmSchema,
    modalities: BOTH,
    transductive: false,
    search: { ridge: [0.001, 0.01, 0.1, 1] },
    create: (settings) => scm(settings as ScmOptions),
  },
  dcmh: {
    description: 'a network a modality, the likelihood of shared classes from products of their codes',
    source: 'Jiang & Li, CVPR 2017',
    schema: dcmhSchema,
    modalities: BOTH,
    transductive: false,
    search: { learningRate: [3e-4, 1e-3, 3e-3], quantisation: [0.1, 1, 10] },
    create: (settings) => dcmh(settings as DcmhOptions),
  },
  ...Object.fromEntries(CZHASH_VARIANTS.map((variant) => [czhashName(variant), czhashEntry(variant)])),
};

function czhashEntry(variant: CzhashVariant): MethodEntry {
  return {
    description: CZHASH_SAYS[variant],
    source: 'reconstruction from the abstract of Liu et al., arXiv 1908.07388, 2019',
    schema: czhashSchema,
    modalities: BOTH,
    transductive: variant !== 'labelled-only',
    search: CZHASH_SEARCH[variant === 'labelled-only' ? 'supervised' : 'transductive'],
    create: (settings) => czhash(settings as CzhashOptions, variant),
  };
}

function tzshEntry(variant: TzshVariant): MethodEntry {
  return {
    description: TZSH_SAYS[variant],
    source: 'reconstruction from the abstract of Lai & Pan, arXiv 1711.02856, 2017',
    schema: tzshSchema,
    modalities: IMAGE,
    transductive: variant !== 'source-only',
    search: TZSH_SEARCH[variant === 'source-only' || variant === 'oracle' ? 'supervised' : 'transductive'],
    create: (settings) => tzsh(settings as TzshOptions, variant),
  };
}

/**
 * A method from its name and settings, as the command line and `compare` use it.
 * @throws `METHOD_UNKNOWN` listing the known ones; `METHOD_SETTING_UNKNOWN`, `ARGUMENT_INVALID`
 */
export function createMethod(name: string, settings: MethodSettings): HashMethod {
  if (!Object.hasOwn(METHODS, name)) {
    throw new UnseenError('METHOD_UNKNOWN', { received: name, known: Object.keys(METHODS).join(', ') });
  }
  return METHODS[name]!.create(settings);
}
