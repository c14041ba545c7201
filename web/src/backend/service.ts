/** A service over HTTP, through its own typed client. */
import {
  type Client,
  type CollectionDetail,
  createClient,
  type SearchAnswer,
  ServiceRefusal,
} from '../../../src/service/client/index.ts';
import { type Backend, type Fact, Problem, type Query, type ResultPage } from './contract.ts';
import { PictureAddresses } from './picture-addresses.ts';

/** Of the tab, not of the browser: a token is gone when the tab is closed. */
const TOKEN = 'unseen-token';

export function serviceBackend(url: string): Backend {
  let token = sessionStorage.getItem(TOKEN) ?? undefined;
  let client = createClient({ url, ...(token && { token }) });
  const pictures = new PictureAddresses();
  const ask = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    try {
      return await work(client);
    } catch (error) {
      throw problemOf(error);
    }
  };
  return {
    overview: (signal) =>
      ask(async (service) => {
        const [{ collections, report }, { models }] = await Promise.all([
          service.listCollections({ signal }),
          service.listModels({ signal }),
        ]);
        const links = {
          api: new URL('docs', url).href,
          ...(report && { report: new URL('report/', url).href }),
        };
        return { collections, models, links };
      }),
    facts: (name, signal) => ask(async (service) => factsOf(await service.getCollection(name, { signal }))),
    search: (name, query, signal) =>
      ask(async (service) => pageOf(await service.search(name, bodyOf(query), { signal }))),
    encodePicture: (name, picture, signal) =>
      ask(async (service) => (await service.searchPicture(name, picture, { k: 1 }, { signal })).query.code),
    // An <img> sends no token: then the bytes are fetched and shown from memory.
    picture: async (name, id, signal) =>
      token === undefined
        ? client.pictureUrl(name, id)
        : pictures.of(`${name}/${id}`, () => ask((service) => service.getPicture(name, id, { signal }))),
    add: (name, files, payload, signal) =>
      ask(async (service) => {
        const { results } = await service.addPictures(name, files, payload, { signal });
        return results.map(({ id, status, error }) => ({
          id,
          status,
          ...(error && { reason: error.detail }),
        }));
      }),
    useToken(given) {
      token = given;
      sessionStorage.setItem(TOKEN, given);
      client = createClient({ url, token });
    },
  };
}

function bodyOf({ question, modality, radius, filter, k, offset }: Query) {
  const asked =
    question.kind === 'text'
      ? { text: question.text }
      : question.kind === 'item'
        ? { item: question.id }
        : { code: question.code };
  return {
    ...asked,
    k,
    offset,
    codes: true,
    ...(modality && { modality }),
    ...(radius !== undefined && { radius }),
    ...(filter && { filter }),
  };
}

const pageOf = ({ query, hits, more, version, milliseconds }: SearchAnswer): ResultPage => ({
  code: query.code,
  unknownWords: query.unknownWords ?? [],
  hits: hits.map(({ code, ...hit }) => ({ ...hit, ...(code && { code }) })),
  more,
  version,
  milliseconds,
});

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)} MB`;

const factsOf = ({ backend, version, stats }: CollectionDetail): Fact[] => [
  ['kept in', backend === 'postgres' ? 'Postgres' : 'a folder of the service (embedded)'],
  ['codes', `${stats.codes.image} of pictures, ${stats.codes.text} of texts`],
  ['on disk', megabytes(stats.bytes.disk)],
  ['in memory', megabytes(stats.bytes.memory)],
  ['replaced or deleted, not yet compacted', String(stats.dead)],
  ['version', String(version)],
];

function problemOf(error: unknown): unknown {
  if (error instanceof ServiceRefusal) {
    const { detail, hint, status } = error.problem;
    return new Problem(detail, { hint, status, retryAfter: error.retryAfter });
  }
  return error;
}
