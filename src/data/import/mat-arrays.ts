/** Arrays of `.mat` files by the names that they go by, for importers. */
import { UnseenError } from '../../errors.ts';
import type { Matrix } from '../dataset.ts';
import { toMatrix } from '../mat/arrays.ts';
import type { MatFile } from '../mat/mat-file.ts';
import { checkFinite } from '../matrix.ts';

/** The first of the spellings that the file has, in any case. */
export function variableOf(mat: MatFile, spellings: readonly string[]): string | undefined {
  const names = [...mat.variables.keys()];
  return spellings
    .map((spelling) => names.find((name) => name.toLowerCase() === spelling.toLowerCase()))
    .find((name) => name !== undefined);
}

export function neededVariable(mat: MatFile, spellings: readonly string[]): string {
  const name = variableOf(mat, spellings);
  if (name !== undefined) return name;
  throw new UnseenError('MAT_VARIABLE_MISSING', {
    file: mat.file,
    expected: spellings.join(' or '),
    known: [...mat.variables.keys()].join(', ') || 'nothing',
  });
}

/** A two-dimensional array, every value finite. */
export async function readMatrix(mat: MatFile, name: string): Promise<Matrix> {
  const matrix = toMatrix(await mat.read(name), mat.file, name);
  checkFinite(matrix, `${mat.file}: ${name}`);
  return matrix;
}

/** Row i of one is row i of the other. */
export function checkPairing(
  file: string,
  left: { readonly name: string; readonly rows: number },
  right: { readonly name: string; readonly rows: number },
): void {
  if (left.rows === right.rows) return;
  throw new UnseenError('PAIRS_MISALIGNED', {
    file,
    left: left.name,
    leftRows: left.rows,
    right: right.name,
    rightRows: right.rows,
  });
}
