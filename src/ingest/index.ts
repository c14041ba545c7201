export { Contents } from './contents.ts';
export { encodeItems, encoderOf } from './encode-items.ts';
export { type FailureReport, type IngestOptions, type IngestReport, ingest } from './ingest.ts';
export type {
  EncodeItemsOptions,
  Encoder,
  FailedItem,
  ItemResult,
  ItemSource,
  Outcome,
  RawItem,
  SourceItem,
} from './item.ts';
export { KEEPS, type Keep } from './keep-picture.ts';
export { type EncoderPool, openEncoderPool, type PoolOptions } from './pool.ts';
export type { IngestProgress } from './rate.ts';
export { reencodeWith } from './reencode.ts';
export { openItems, type SourceOptions } from './sources/open.ts';
