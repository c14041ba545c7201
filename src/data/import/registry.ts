/** Every importer by its name on the command line. */
import { UnseenError } from '../../errors.ts';
import { cifar10 } from './cifar10.ts';
import { cifar100, cifar100Coarse } from './cifar100.ts';
import { csv } from './csv.ts';
import { dataset } from './dataset.ts';
import { mirflickr, nuswide } from './dcmh.ts';
import { folder } from './folder.ts';
import type { Importer } from './importer.ts';
import { jsonl } from './jsonl.ts';
import { fashionMnist, mnist } from './mnist.ts';
import { npy } from './npy.ts';
import { npz } from './npz.ts';
import { parquet } from './parquet.ts';
import { wikipedia } from './wikipedia.ts';
import { xlsa17 } from './xlsa17.ts';

export const IMPORTERS: Readonly<Record<string, Importer>> = {
  cifar10,
  cifar100,
  'cifar100-coarse': cifar100Coarse,
  csv,
  dataset,
  'fashion-mnist': fashionMnist,
  folder,
  jsonl,
  mirflickr,
  mnist,
  npy,
  npz,
  nuswide,
  parquet,
  wikipedia,
  xlsa17,
};

/** The importer of that name; `IMPORTER_UNKNOWN` lists those there are. */
export function importerFor(name: string): Importer {
  const importer = Object.hasOwn(IMPORTERS, name) ? IMPORTERS[name] : undefined;
  if (!importer)
    throw new UnseenError('IMPORTER_UNKNOWN', { received: name, known: Object.keys(IMPORTERS).join(', ') });
  return importer;
}
