/** Small Parquet files for tests, as pyarrow and Hugging Face's `datasets` lay them out. */
import type { SchemaElement } from 'hyparquet';
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer';

type Kind = 'text' | 'texts' | 'bytes' | 'floats' | 'doubles' | 'integer' | 'integers' | 'picture' | 'truth';
export interface ParquetColumn {
  readonly kind: Kind;
  /** `null` for none. A `picture` is `{bytes, path}`. */
  readonly data: readonly unknown[];
}

const leaf = (name: string, kind: Kind): SchemaElement => {
  const common = { name, repetition_type: 'OPTIONAL' } as const;
  if (kind === 'text' || kind === 'texts') return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  if (kind === 'floats') return { ...common, type: 'FLOAT' };
  if (kind === 'doubles') return { ...common, type: 'DOUBLE' };
  if (kind === 'integer' || kind === 'integers') return { ...common, type: 'INT64' };
  return { ...common, type: kind === 'truth' ? 'BOOLEAN' : 'BYTE_ARRAY' };
};

function schemaOf(name: string, kind: Kind): SchemaElement[] {
  const group = { name, repetition_type: 'OPTIONAL' } as const;
  if (kind === 'picture')
    return [{ ...group, num_children: 2 }, leaf('bytes', 'bytes'), leaf('path', 'text')];
  if (!kind.endsWith('s') || kind === 'bytes') return [leaf(name, kind)];
  return [
    { ...group, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    leaf('element', kind),
  ];
}

export function parquetBytes(
  columns: Readonly<Record<string, ParquetColumn>>,
  options: Pick<
    ParquetWriteOptions,
    'codec' | 'compressors' | 'rowGroupSize' | 'kvMetadata' | 'pageSize'
  > = {},
): Buffer {
  const entries = Object.entries(columns);
  const columnData = entries.map(([name, { data }]) => ({ name, data: [...data] }));
  const schema = [
    { name: 'root', num_children: entries.length },
    ...entries.flatMap(([name, { kind }]) => schemaOf(name, kind)),
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, schema, ...options }));
}

/** A footer note as `datasets` writes it: names of the classes of columns of numbers. */
export const classNote = (classes: Readonly<Record<string, readonly string[]>>) => ({
  key: 'huggingface',
  value: JSON.stringify({
    info: {
      features: Object.fromEntries(
        Object.entries(classes).map(([column, names]) => [column, { names, _type: 'ClassLabel' }]),
      ),
    },
  }),
});
