export type {
  Collection,
  CollectionHit,
  CollectionPage,
  CollectionQuery,
  CollectionReader,
  CollectionStats,
  Item,
  ItemCodes,
  ModelOptions,
  NewItem,
  NextModel,
  Picture,
  ReencodeOptions,
  VerifyReport,
} from './contract.ts';
export { MAX_PICTURE_BYTES, MODALITIES, PICTURE_TYPES } from './contract.ts';
export type { IndexOptions } from './embedded/memory.ts';
export {
  type CreateCollectionOptions,
  createCollection,
  type OpenCollectionOptions,
  openCollection,
  openReader,
} from './embedded/open.ts';
export type { EmbeddedReader } from './embedded/reader.ts';
export { type Filter, matches, parseFilter } from './filter/index.ts';
export { type Payload, parsePayload } from './payload.ts';
export type { Connection, Database, Row, Value } from './postgres/database.ts';
export {
  createPostgresCollection,
  dropPostgresCollection,
  listPostgresCollections,
  openPostgresCollection,
} from './postgres/lazy.ts';
export type {
  CreatePostgresOptions,
  OpenPostgresOptions,
  PostgresListing,
  PostgresOptions,
} from './postgres/open.ts';
export { type PgliteLike, pgliteDatabase } from './postgres/pglite.ts';
export type { RecallReport } from './postgres/recall.ts';
export type { PostgresCollection } from './postgres/writing.ts';
export { exportCollection, type TransferOptions } from './transfer/export.ts';
export type { ExportHeader } from './transfer/format.ts';
export { importCollection, readExportHeader } from './transfer/import.ts';
