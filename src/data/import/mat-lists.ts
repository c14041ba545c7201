/** Lists that lie in `.mat` files as `[n, 1]` or `[1, n]`: numbers, and cells of text. */
import { UnseenError } from '../../errors.ts';
import { type MatFile, unsupported } from '../mat/mat-file.ts';

/** Numbers of any type, as they are. */
export async function numbersOf(mat: MatFile, name: string): Promise<number[]> {
  const value = await mat.read(name);
  if (value.kind !== 'numeric') throw unsupported(mat.file, name, 'must be a list of numbers', value.kind);
  if (value.shape.filter((n) => n !== 1).length > 1)
    throw new UnseenError('FILE_MALFORMED', {
      file: mat.file,
      where: name,
      reason: 'must be [n, 1] or [1, n]',
      received: value.shape,
    });
  return Array.from(value.data as Float64Array, Number);
}

/** Texts of a cell array, or the rows of an array of characters. Text may stand in a cell of its own in each cell. */
export async function linesOf(mat: MatFile, name: string): Promise<string[]> {
  const value = await mat.read(name);
  if (value.kind === 'text') return [...value.lines];
  if (value.kind !== 'cell') throw unsupported(mat.file, name, 'must be cells of text', value.kind);
  return value.items.map((item, i) => {
    const inner = item.kind === 'cell' && item.items.length === 1 ? item.items[0]! : item;
    if (inner.kind === 'text' && inner.lines.length === 1) return inner.lines[0]!;
    throw unsupported(mat.file, `${name}, cell ${i + 1}`, 'must be one line of text', inner.kind);
  });
}
