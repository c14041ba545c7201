/** What happens to a bad row: it stops the import with its file and line, or is reported and left out. */
import { UnseenError } from '../../errors.ts';
import type { ImportOptions } from './importer.ts';

export class BadRows {
  readonly file: string;
  readonly #onBad: ImportOptions['onBad'];
  #count = 0;

  constructor(file: string, onBad: ImportOptions['onBad']) {
    this.file = file;
    this.#onBad = onBad;
  }

  /** Reported so far. */
  get count(): number {
    return this.#count;
  }

  /** Throws `IMPORT_ROW_BAD` unless bad rows are left out. What is not a typed error is nobody's bad row. */
  report(line: number, error: unknown): void {
    if (!(error instanceof UnseenError) || error.code === 'ABORTED') throw error;
    const { code, message: reason, hint: advice } = error;
    const { file } = this;
    if (!this.#onBad)
      throw new UnseenError('IMPORT_ROW_BAD', { file, line, code, reason, advice }, { cause: error });
    this.#count++;
    this.#onBad({ file, line, code, reason });
  }
}
