/** Which lane an operation goes by: a flood of one kind leaves room for the others. */
import type { OperationName } from '../api/operations.ts';
import type { Limits } from '../limits.ts';
import { Lane } from './lane.ts';
import { Turns } from './turns.ts';

type LaneName = 'reads' | 'writes' | 'uploads' | 'admin';

const LANES: Readonly<Record<OperationName, LaneName>> = {
  listCollections: 'reads',
  createCollection: 'admin',
  getCollection: 'reads',
  deleteCollection: 'admin',
  search: 'reads',
  getItem: 'reads',
  putItem: 'writes',
  deleteItem: 'writes',
  getPicture: 'reads',
  addItems: 'uploads',
  addPictures: 'uploads',
  deleteItems: 'writes',
  compact: 'admin',
  verify: 'admin',
  reencode: 'admin',
  getJob: 'reads',
  listModels: 'reads',
};

/** Long work that takes the whole machine. */
const ADMIN = { running: 2, waiting: 8 };

export interface Lanes {
  readonly all: readonly Lane[];
  of(operation: OperationName): Lane;
  /** Of all lanes: to be waited for between a place and its work. */
  readonly turns: Turns;
  /** Milliseconds that an operation may take; uploads begin anew with every piece that comes. */
  deadlineOf(operation: OperationName): number;
}

export function openLanes(limits: Limits): Lanes {
  const lanes: Readonly<Record<LaneName, Lane>> = {
    reads: new Lane('reads', { running: limits.readsAtOnce, waiting: limits.readsWaiting }),
    writes: new Lane('writes', { running: limits.writesAtOnce, waiting: limits.writesWaiting }),
    uploads: new Lane('uploads', { running: limits.uploadsAtOnce, waiting: limits.uploadsWaiting }),
    admin: new Lane('admin', ADMIN),
  };
  const deadlines: Readonly<Record<LaneName, number>> = {
    reads: limits.deadline,
    writes: limits.deadline,
    uploads: limits.uploadSilence,
    admin: limits.adminDeadline,
  };
  return {
    all: Object.values(lanes),
    turns: new Turns(),
    of: (operation) => lanes[LANES[operation]],
    deadlineOf: (operation) => deadlines[LANES[operation]],
  };
}
