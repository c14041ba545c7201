/** A handler for every operation of the table. */
import type { OperationName } from '../api/operations.ts';
import { addItemsHandlers } from './add-items.ts';
import { addPicturesHandlers } from './add-pictures.ts';
import { collectionHandlers } from './collections.ts';
import type { Handlers } from './handler.ts';
import { itemHandlers } from './items.ts';
import { modelHandlers } from './models.ts';
import { searchHandlers } from './search.ts';

export const HANDLERS: Handlers<OperationName> = {
  ...collectionHandlers,
  ...searchHandlers,
  ...itemHandlers,
  ...addItemsHandlers,
  ...addPicturesHandlers,
  ...modelHandlers,
};
