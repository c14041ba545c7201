export type { CollectionDetail, CollectionInfo, Job, ModelInfo } from '../api/collections.ts';
export type { ItemResult, PictureResult } from '../api/items.ts';
export type { OperationName } from '../api/operations.ts';
export type { ItemProblem, Problem } from '../api/problem.ts';
export type { AnswerOf, BodyOf } from '../api/routes.ts';
export type { Hit, SearchAnswer } from '../api/search.ts';
export {
  type Client,
  createClient,
  type NamedPicture,
  type NewLine,
  type PictureFile,
  type SearchSettings,
} from './client.ts';
export { type CallOptions, type ClientOptions, ServiceRefusal } from './request.ts';
