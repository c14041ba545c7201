/** Version 7.3 of MATLAB's files, and plain HDF5 as h5py writes it under the same names. */
import { realpath } from 'node:fs/promises';
import { UnseenError } from '../../errors.ts';
import { allocate, unreadable } from '../files.ts';
import type { NpyData } from '../npy.ts';
import type { Dataset, Entity, Group, Hdf5 } from './hdf5-library.ts';
import { loadHdf5, onLead } from './hdf5-library.ts';
import type { MatFile, MatNumeric, MatSingle, MatSparse, MatValue, MatVariable } from './mat-file.ts';
import { elementCount, MAX_DEPTH, MAX_INFLATION, OBJECT_BYTES, unsupported } from './mat-file.ts';
import { checkSparse, linesOf } from './v5-values.ts';

/** A call of the library holds what it reads twice. */
const READ_BYTES = 1 << 26;
const MAX_VARIABLES = 100_000;

/** HDF5's own numbers of kinds of types. */
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const REFERENCE = 7;
const ENUMERATION = 8; // h5py's truth values
type Type = Dataset['metadata'];

/** The array that the library makes of such numbers; none of 2-byte floats, which it cannot read. */
function arrayOf({ type, size, signed }: Type): (new (buffer: ArrayBuffer) => NpyData) | undefined {
  if (type === FLOAT) return size === 8 ? Float64Array : size === 4 ? Float32Array : undefined;
  if (type !== INTEGER && type !== ENUMERATION) return undefined;
  if (size === 1) return signed ? Int8Array : Uint8Array;
  if (size === 2) return signed ? Int16Array : Uint16Array;
  if (size === 4) return signed ? Int32Array : Uint32Array;
  return size === 8 ? (signed ? BigInt64Array : BigUint64Array) : undefined;
}

/** Reads one open file; everything that touches the library goes through `#run`. */
class Hdf5File implements MatFile {
  readonly version = '7.3';
  readonly file: string;
  readonly variables = new Map<string, MatVariable>();
  readonly #library: Hdf5;
  readonly #path: string;
  readonly #root: Group;
  readonly #length: number;

  constructor(library: Hdf5, root: Group, paths: { file: string; real: string }, length: number) {
    this.#library = library;
    this.#root = root;
    this.file = paths.file;
    this.#path = paths.real;
    this.#length = length;
    const names = this.#run('listing', () => root.keys());
    for (const name of names.slice(0, MAX_VARIABLES)) {
      if (name.startsWith('#')) continue; // MATLAB's own: #refs#, #subsystem#
      this.variables.set(name, { name, ...this.#describe(this.#get(name)) });
    }
  }

  async read(name: string): Promise<MatValue> {
    return this.#value(this.#known(name), name, 0);
  }

  async readSingle(name: string): Promise<MatSingle> {
    const entity = this.#known(name);
    if (!this.#isDataset(entity) || this.#run(name, () => entity.metadata).type === REFERENCE)
      throw unsupported(this.file, name, 'must be a full array of numbers', 'something else');
    const { shape, order, data } = this.#numeric(entity, name, Float32Array);
    return { kind: 'numeric', shape, order, data: data as Float32Array };
  }

  async blocks(name: string, dimension: number): ReturnType<MatFile['blocks']> {
    const entity = this.#known(name);
    if (!this.#isDataset(entity)) throw unsupported(this.file, name, 'must be a full array', 'a group');
    const { shape, order, type } = this.#numbers(entity, name);
    const axis = order === 'column' ? shape.length - 1 - dimension : dimension;
    return {
      shape,
      step: type.chunks?.[axis] ?? 1,
      read: async (from, to) => {
        const part = shape.map((n, i) => (i === dimension ? to - from : n));
        elementCount(part, type.size, this.file, name);
        const ranges = shape.map((_, i) => (i === axis ? [from, to] : []) as [] | [number, number]);
        const data = this.#run(name, () => entity.slice(ranges)) as NpyData;
        return { kind: 'numeric', shape: part, data, order };
      },
    };
  }

  #run<T>(during: string, work: () => T): T {
    return onLead(this.#library, this.#path, during, work);
  }

  #get(name: string): Entity | null {
    return this.#run(name, () => this.#root.get(name));
  }

  #known(name: string): Entity | null {
    if (this.variables.has(name)) return this.#get(name);
    throw unsupported(this.file, name, 'must be in the file', [...this.variables.keys()]);
  }

  #isDataset(entity: unknown): entity is Dataset {
    return entity instanceof this.#library.Dataset;
  }

  /**
   * MATLAB's attributes hold what they say themselves. Text elsewhere in the file is not followed: the library runs for ever
   * where the heap that would hold it is damaged.
   */
  #attribute(entity: Dataset | Group, name: string): unknown {
    return this.#run(`attribute ${name}`, () => {
      const attribute = entity.attrs[name];
      if (attribute?.metadata.vlen)
        throw unsupported(this.file, name, 'must be text of a fixed length', 'variable-length text');
      return attribute?.value;
    });
  }

  #describe(entity: Entity | null): Omit<MatVariable, 'name'> {
    if (this.#isDataset(entity)) {
      const { shape, order } = this.#shape(entity);
      const type = this.#run('type', () => entity.metadata);
      const className = this.#attribute(entity, 'MATLAB_class');
      const plain =
        arrayOf(type)
          ?.name.replace(/Array$/, '')
          .toLowerCase() ?? 'other';
      return { className: order === 'column' ? String(className) : plain, shape };
    }
    if (!(entity instanceof this.#library.Group)) return { className: 'link', shape: [] };
    const rows = this.#attribute(entity, 'MATLAB_sparse');
    if (rows === undefined) return { className: 'struct', shape: [] };
    return { className: 'sparse', shape: [Number(rows), Math.max(0, this.#column(entity, 'jc').length - 1)] };
  }

  /** MATLAB writes its dimensions in reverse, and says of every array of which class it is; others do neither. */
  #shape(dataset: Dataset): Pick<MatNumeric, 'shape' | 'order'> {
    const shape = this.#run('shape', () => dataset.metadata.shape) ?? [];
    if (this.#attribute(dataset, 'MATLAB_class') === undefined) return { shape, order: 'row' };
    return { shape: [...shape].reverse(), order: 'column' };
  }

  /** Shape and type of an array of numbers that lies in this file, and can be as large as it says. */
  #numbers(dataset: Dataset, name: string) {
    const { shape, order } = this.#shape(dataset);
    const type = this.#run(name, () => dataset.metadata);
    if (type.virtual_sources?.length)
      throw unsupported(this.file, name, 'must lie in this file', 'a virtual dataset');
    const array = arrayOf(type);
    if (!array) throw unsupported(this.file, name, 'must be numbers, text or cells', dataset.dtype);
    this.#believe(type, name);
    return { shape, order, type, array };
  }

  #believe({ total_size: count, size }: Type, name: string): void {
    const most = this.#length * MAX_INFLATION;
    if (count * size > most)
      throw new UnseenError('FILE_LENGTH', {
        file: `${this.file}: ${name}`,
        expected: `at most ${most}`,
        received: count * size,
      });
  }

  #value(entity: unknown, name: string, depth: number): MatValue {
    if (this.#isDataset(entity)) {
      const className = this.#attribute(entity, 'MATLAB_class');
      const type = this.#run(name, () => entity.metadata);
      if (type.type === STRING) return { kind: 'text', lines: this.#strings(entity, name) };
      if (className === 'cell' || type.type === REFERENCE) return this.#cells(entity, name, depth);
      if (className === 'char') elementCount([type.total_size], OBJECT_BYTES, this.file, name);
      const numeric = this.#numeric(entity, name);
      if (className !== 'char') return numeric;
      const units = Array.from(numeric.data as Uint16Array, (unit) => String.fromCharCode(Number(unit)));
      return { kind: 'text', lines: linesOf(units, numeric.shape) };
    }
    if (entity instanceof this.#library.Group && this.#attribute(entity, 'MATLAB_sparse') !== undefined)
      return this.#sparse(entity, name);
    const received = entity instanceof this.#library.Group ? 'a structure' : 'a link out of the file';
    throw unsupported(this.file, name, 'must be numbers, text or cells', received);
  }

  /** `as`: what the numbers become; by default what they are in the file. */
  #numeric(dataset: Dataset, name: string, as?: typeof Float32Array): MatNumeric {
    const { shape, order, type, array } = this.#numbers(dataset, name);
    const size = as?.BYTES_PER_ELEMENT ?? type.size;
    const count = elementCount(shape, size, this.file, name);
    const data = new (as ?? array)(allocate(count * size, this.file).buffer);
    const sizes = order === 'column' ? [...shape].reverse() : shape;
    // Where all dimensions before it have one place, pieces along a dimension lie one after the other.
    const axis = Math.max(
      0,
      sizes.findIndex((n) => n > 1),
    );
    const length = sizes[axis] ?? 0;
    if (sizes.length === 0) data.set([this.#run(name, () => dataset.value)] as never);
    const step = Math.max(1, Math.floor((READ_BYTES * length) / Math.max(1, count * type.size)));
    for (let from = 0; from < length && count > 0; from += step) {
      const to = Math.min(length, from + step);
      const ranges = sizes.map((_, i) => (i === axis ? [from, to] : []) as [] | [number, number]);
      const part = this.#run(name, () => dataset.slice(ranges)) as NpyData;
      const big = as && (part instanceof BigInt64Array || part instanceof BigUint64Array);
      data.set((big ? Float64Array.from(part, Number) : part) as never, (from * count) / length);
    }
    // An empty array is written as its dimensions.
    if (this.#attribute(dataset, 'MATLAB_empty') !== undefined)
      return {
        kind: 'numeric',
        shape: Array.from(data as Float64Array, Number),
        data: data.slice(0, 0),
        order,
      };
    return { kind: 'numeric', shape, data, order };
  }

  #strings(dataset: Dataset, name: string): string[] {
    const type = this.#run(name, () => dataset.metadata);
    if (type.vlen)
      throw unsupported(this.file, name, 'must be text of a fixed length', 'variable-length text');
    this.#believe(type, name);
    elementCount([type.total_size], Math.max(type.size, OBJECT_BYTES), this.file, name);
    return [this.#run(name, () => dataset.value)].flat().map(String);
  }

  #cells(dataset: Dataset, name: string, depth: number): MatValue {
    if (depth >= MAX_DEPTH) throw unsupported(this.file, name, `cells may be ${MAX_DEPTH} deep`, depth + 1);
    const type = this.#run(name, () => dataset.metadata);
    this.#believe(type, name);
    elementCount([type.total_size], OBJECT_BYTES, this.file, name);
    if (type.type !== REFERENCE) return { kind: 'cell', items: [] }; // an empty cell is written as its dimensions
    const references = this.#run(name, () => dataset.value) as InstanceType<Hdf5['Reference']>[];
    const items = [references].flat().map((reference) => {
      const entity: unknown = this.#run(name, () => dataset.dereference(reference));
      return this.#value(entity, name, depth + 1);
    });
    return { kind: 'cell', items };
  }

  #column(group: Group, part: string): Float64Array {
    const entity = this.#run(part, () => (group.keys().includes(part) ? group.get(part) : null));
    if (!this.#isDataset(entity)) return new Float64Array(0);
    const { data } = this.#numeric(entity, part);
    return Float64Array.from(data as Float64Array, Number);
  }

  #sparse(group: Group, name: string): MatSparse {
    const columns = this.#column(group, 'jc');
    const rowCount = Number(this.#attribute(group, 'MATLAB_sparse'));
    const sparse: MatSparse = {
      kind: 'sparse',
      shape: [rowCount, Math.max(0, columns.length - 1)],
      columns,
      rows: this.#column(group, 'ir'),
      values: this.#column(group, 'data'),
    };
    return checkSparse(
      sparse,
      (reason, received) =>
        new UnseenError('FILE_MALFORMED', { file: this.file, where: `HDF5, ${name}`, reason, received }),
    );
  }
}

/** Opens, hands over, closes. Throws as `withMat`. */
export async function withHdf5<T>(
  file: string,
  length: number,
  use: (mat: MatFile) => Promise<T>,
): Promise<T> {
  const library = await loadHdf5();
  const real = await realpath(file).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  const root = onLead(library, real, 'opening', () => new library.File(real, 'r'));
  try {
    return await use(new Hdf5File(library, root, { file, real }, length));
  } finally {
    onLead(library, real, 'closing', () => root.close());
  }
}
