/** The schemas of every operation: parts of its address, query, body, and the answer of success. */
import { z } from 'zod';
import {
  collectionDetail,
  collectionList,
  job,
  jobStarted,
  modelList,
  newCollection,
  nextModel,
  verifyReport,
} from './collections.ts';
import { collectionName, itemId } from './fields.ts';
import { deleteBody, deleted, item, itemBody, itemLine, itemResult, pictureResults } from './items.ts';
import type { OperationName } from './operations.ts';
import { searchAnswer, searchBody, searchQuery } from './search.ts';

/** What a route has besides its row of `OPERATIONS`. Of NDJSON, `body` and `answer` are one line. */
export interface Schemas {
  readonly params?: z.ZodType<Record<string, string>>;
  readonly query?: z.ZodType<object>;
  readonly body?: z.ZodType;
  readonly answer?: z.ZodType;
}

const ofCollection = z.strictObject({ name: collectionName });
const ofItem = z.strictObject({ name: collectionName, id: itemId });
const jobId = z.string().regex(/^[0-9a-f-]{36}$/, 'must be the id of a job');

export const SCHEMAS = {
  listCollections: { answer: collectionList },
  createCollection: { body: newCollection, answer: collectionDetail },
  getCollection: { params: ofCollection, answer: collectionDetail },
  deleteCollection: { params: ofCollection },
  search: { params: ofCollection, query: searchQuery, body: searchBody, answer: searchAnswer },
  getItem: { params: ofItem, answer: item },
  putItem: { params: ofItem, body: itemBody, answer: item },
  deleteItem: { params: ofItem },
  getPicture: { params: ofItem },
  addItems: { params: ofCollection, body: itemLine, answer: itemResult },
  addPictures: { params: ofCollection, answer: pictureResults },
  deleteItems: { params: ofCollection, body: deleteBody, answer: deleted },
  compact: { params: ofCollection, answer: collectionDetail },
  verify: { params: ofCollection, answer: verifyReport },
  reencode: { params: ofCollection, body: nextModel, answer: jobStarted },
  getJob: { params: z.strictObject({ id: jobId }), answer: job },
  listModels: { answer: modelList },
} as const satisfies Record<OperationName, Schemas>;

type Part<Name extends OperationName, Key extends keyof Schemas> = (typeof SCHEMAS)[Name] extends {
  readonly [K in Key]: infer S extends z.ZodType;
}
  ? S
  : never;

/** What a caller sends; defaults may be left out. */
export type BodyOf<Name extends OperationName> = z.input<Part<Name, 'body'>>;
/** What comes back. */
export type AnswerOf<Name extends OperationName> = [Part<Name, 'answer'>] extends [never]
  ? undefined
  : z.output<Part<Name, 'answer'>>;

/** What a handler is given. */
export type ParsedBody<Name extends OperationName> = z.output<Part<Name, 'body'>>;
export type ParsedQuery<Name extends OperationName> = z.output<Part<Name, 'query'>>;
export type ParsedParams<Name extends OperationName> = z.output<Part<Name, 'params'>>;
