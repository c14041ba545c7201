/** Methods by their names on the command line. One row a name; a new method is one folder and its rows here. */
import type { z } from 'zod';
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { type CcaItqOptions, ccaItq, ccaItqSchema } from './cca-itq/cca-itq.ts';
import { type CmfhOptions, cmfh, cmfhSchema } from './cmfh/cmfh.ts';
import type { HashMethod } from './contract.ts';
import { itq, itqSchema } from './itq/itq.ts';
import { lsh, lshSchema } from './lsh/lsh.ts';
import { type ScmOptions, scm, scmSchema } from './scm/scm.ts';
import { type TzshOptions, tzshSchema, VARIANTS, type Variant } from './tzsh/options.ts';
import { nameOf, tzsh } from './tzsh/tzsh.ts';

export interface MethodEntry {
  /** What it does, in one line. */
  readonly description: string;
  /** The paper, or "reconstruction" with the paper it starts from. */
  readonly source: string;
  /** Every setting besides `bits` and `seed`, with defaults and ranges. */
  readonly schema: z.ZodObject;
  /** What it encodes: pictures, or pictures and texts into one Hamming space. */
  readonly modalities: readonly ModalityName[];
  /** Whether it learns from the unlabelled pool. */
  readonly transductive: boolean;
  readonly create: (settings: MethodSettings) => HashMethod;
}

/** `bits` and `seed` of every method, and whatever else the method's schema knows. */
export type MethodSettings = { readonly bits: number; readonly seed?: number } & Readonly<
  Record<string, unknown>
>;

const IMAGE = ['image'] as const;
const BOTH = ['image', 'text'] as const;

const VARIANTS_SAY: Readonly<Record<Variant, string>> = {
  greedy:
    'deep hashing on labelled source and unlabelled target, similarities mined coarse to fine in greedy rounds',
  'source-only': 'TZSH without its target stream: supervised deep hashing on the seen classes',
  coarse: 'TZSH with one mining, all pairs of representatives by their coarse classes',
  fine: 'TZSH with one mining, pairs of representatives chosen by the pair scorer',
  oracle: "TZSH with the pool's true labels instead of mining: what perfect mining would give",
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
    create: itq,
  },
  ...Object.fromEntries(VARIANTS.map((variant) => [nameOf(variant), tzshEntry(variant)])),
  'cca-itq': {
    description: 'canonical directions of image-text pairs, rotated towards the corners of the cube',
    source: 'Gong & Lazebnik, CVPR 2011; Gong et al., PAMI 2013',
    schema: ccaItqSchema,
    modalities: BOTH,
    transductive: false,
    create: (settings) => ccaItq(settings as CcaItqOptions),
  },
  cmfh: {
    description: 'one latent factor of image-text pairs, reached by a linear map from either side',
    source: 'Ding, Guo & Zhou, CVPR 2014',
    schema: cmfhSchema,
    modalities: BOTH,
    transductive: false,
    create: (settings) => cmfh(settings as CmfhOptions),
  },
  scm: {
    description: 'bit after bit, linear hash functions whose products reproduce the similarity of labels',
    source: 'Zhang & Li, AAAI 2014 (sequential)',
    schema: scmSchema,
    modalities: BOTH,
    transductive: false,
    create: (settings) => scm(settings as ScmOptions),
  },
};

function tzshEntry(variant: Variant): MethodEntry {
  return {
    description: VARIANTS_SAY[variant],
    source: 'reconstruction from the abstract of Lai & Pan, arXiv 1711.02856, 2017',
    schema: tzshSchema,
    modalities: IMAGE,
    transductive: variant !== 'source-only',
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
