/** Small files of version 7.3 for tests, as MATLAB lays them out: dimensions reversed, classes in attributes, its header. */
import { type Dataset, File, type Group, ready } from 'h5wasm/node';

export interface Hdf5Array {
  /** In MATLAB's order of dimensions. */
  readonly shape: readonly number[];
  /** First dimension fastest. */
  readonly data: Float64Array | Float32Array | Uint8Array | Uint16Array | Int32Array;
  /** MATLAB's class; without it the array is written as h5py would, `shape` as it stands and rows first. */
  readonly className?: string;
  /** In the file's order. */
  readonly chunks?: readonly number[];
}

type Value =
  | Hdf5Array
  | { readonly cells: readonly string[] }
  | { readonly sparse: readonly (readonly number[])[] };

function addArray(group: Group, name: string, { shape, data, className, chunks }: Hdf5Array): Dataset {
  const dataset = group.create_dataset({
    name,
    data,
    shape: className ? [...shape].reverse() : [...shape],
    ...(chunks && { chunks: [...chunks], compression: 4 }),
  });
  if (className) dataset.create_attribute('MATLAB_class', className, null, `S${className.length}`);
  return dataset;
}

export async function writeHdf5Mat(
  path: string,
  values: Readonly<Record<string, Value>>,
  also: (file: File) => void = () => undefined,
): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  for (const [name, value] of Object.entries(values)) {
    if ('cells' in value) {
      if (!file.get('#refs#')) file.create_group('#refs#');
      const room = file.get('#refs#') as Group;
      const references = value.cells.map((text, i) => {
        const data = Uint16Array.from(text, (letter) => letter.charCodeAt(0));
        return addArray(room, `${name}${i}`, {
          shape: [1, text.length],
          data,
          className: 'char',
        }).create_reference();
      });
      const cell = file.create_dataset({ name, data: references, shape: [1, references.length] });
      cell.create_attribute('MATLAB_class', 'cell', null, 'S4');
    } else if ('sparse' in value) {
      const group = file.create_group(name);
      group.create_attribute('MATLAB_sparse', value.sparse.length, null, '<Q');
      const columns = value.sparse[0]!.map((_, col) =>
        value.sparse.flatMap((line, row) => (line[col] ? [{ row, value: line[col] }] : [])),
      );
      let start = 0;
      const starts = [0, ...columns.map((column) => (start += column.length))];
      const entries = columns.flat();
      group.create_dataset({ name: 'data', data: Float64Array.from(entries, (entry) => entry.value) });
      group.create_dataset({ name: 'ir', data: Int32Array.from(entries, (entry) => entry.row) });
      group.create_dataset({ name: 'jc', data: Int32Array.from(starts) });
    } else addArray(file, name, value);
  }
  also(file);
  file.close();
}
