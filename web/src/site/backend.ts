/** An exported site: searched in the browser, with nothing behind it but a server of files. */
import { SITE_FILE, SITE_FORMAT, type SiteManifest } from '../../../src/site/format.ts';
import { type Backend, type Fact, Problem, type Query } from '../backend/contract.ts';
import type { Encoder } from './encoder.ts';
import { fetchJson, Rows } from './rows.ts';
import type { SiteSearch } from './search.ts';

interface Opened {
  readonly manifest: SiteManifest;
  readonly rows: Rows;
}

export function siteBackend(url: string): Backend {
  const opened = once(() => open(url));
  const search = once(async (): Promise<SiteSearch> => {
    const { manifest, rows } = await opened();
    const { SiteSearch } = await import('./search.ts');
    return new SiteSearch(url, manifest, rows);
  });
  const encoder = once(async (): Promise<Encoder> => {
    const { Encoder } = await import('./encoder.ts');
    return Encoder.open(new URL('model', url).href);
  });

  async function codeOf({ question, modality }: Query) {
    if (question.kind === 'code') return { code: question.code, unknownWords: [] };
    if (question.kind === 'text') return (await encoder()).text(question.text);
    const row = await (await opened()).rows.rowOf(question.id);
    const code = row === undefined ? undefined : await (await search()).codeOf(row, modality);
    if (code === undefined) throw new Problem(`there is no item “${question.id}” to compare with`);
    return { code, unknownWords: [] };
  }

  return {
    overview: async () => overviewOf((await opened()).manifest),
    facts: async () => factsOf((await opened()).manifest),
    async search(_collection, query) {
      const { manifest } = await opened();
      // What is fetched once is no part of the time that a search takes; encoder and codes come side by side.
      const ready = query.question.kind === 'text' ? encoder().then((one) => one.ready()) : undefined;
      const [index] = await Promise.all([search().then((one) => one.ready()), ready]);
      const start = performance.now();
      const { code, unknownWords } = await codeOf(query);
      if (code.length * 4 !== manifest.collection.bits)
        throw new Problem(
          `the code has ${code.length * 4} bits, those of this site ${manifest.collection.bits}`,
        );
      const { hits, more } = await index.near(code, query);
      const milliseconds = performance.now() - start;
      return { code, unknownWords, hits, more, version: manifest.collection.version, milliseconds };
    },
    encodePicture: async (_collection, picture) => (await encoder()).picture(picture),
    async picture(_collection, id) {
      const { rows } = await opened();
      const row = await rows.rowOf(id);
      const { picture } = row === undefined ? {} : await rows.at(row);
      if (picture === undefined) throw new Problem(`“${id}” has no picture`);
      return new URL(`pictures/${picture}`, url).href;
    },
  };
}

async function open(url: string): Promise<Opened> {
  const manifest = await fetchJson<SiteManifest>(new URL(SITE_FILE, url).href);
  if (manifest.format !== SITE_FORMAT) {
    const hint = 'Export the site again with the version that this page is of.';
    throw new Problem(`${SITE_FILE} is “${manifest.format}”, this page knows ${SITE_FORMAT}`, { hint });
  }
  return { manifest, rows: new Rows(url, manifest) };
}

const overviewOf = ({ title, collection, model, indexes }: SiteManifest) => ({
  title,
  links: {},
  collections: [
    {
      name: collection.name,
      bits: collection.bits,
      items: collection.items,
      model: model.fingerprint,
      modalities: (['image', 'text'] as const).filter((kind) => indexes[kind] !== undefined),
    },
  ],
  models: [model],
});

const factsOf = ({ collection }: SiteManifest): Fact[] => [
  ['searched', 'in this browser; nothing is sent'],
  ['exported from version', String(collection.version)],
];

/** Done when it is first asked for; what failed is tried again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().catch((error) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}
