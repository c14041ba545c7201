/** A reader: one committed state, while a writer in this or another process goes on. */
import { UnseenError } from '../../errors.ts';
import { diskBytes } from './disk-bytes.ts';
import { type Loaded, load } from './load.ts';
import type { IndexOptions } from './memory.ts';
import { type Parts, Reading } from './reading.ts';
import type { Records } from './records.ts';
import type { RecordsView } from './records-view.ts';

/** A compaction may take files away while they are read; then the state after it is read. */
const ATTEMPTS = 5;

export class EmbeddedReader extends Reading {
  readonly #records: Records;
  readonly #options: IndexOptions;
  readonly #parts: Parts;
  #view: RecordsView;

  private constructor(
    parts: Parts,
    records: Records,
    options: IndexOptions,
    state: { readonly loaded: Loaded; readonly view: RecordsView },
  ) {
    super(parts, state.loaded);
    this.#parts = parts;
    this.#records = records;
    this.#options = options;
    this.#view = state.view;
  }

  static async open(parts: Parts, records: Records, options: IndexOptions): Promise<EmbeddedReader> {
    return new EmbeddedReader(parts, records, options, await latest(parts, records, options));
  }

  /** Goes on to the state that is committed now; reads all of it anew if there is a newer one. */
  async refresh(): Promise<void> {
    await this.inTurn(async () => {
      const now = this.#records.view();
      const same = now.head().version === this.version;
      now.done();
      if (same) return;
      const { loaded, view } = await latest(this.#parts, this.#records, this.#options);
      this.#view.done();
      this.#view = view;
      this.replace(loaded);
    });
  }

  override async close(): Promise<void> {
    await super.close();
    this.#view.done();
    await this.#records.close();
  }

  protected reading<T>(use: (view: RecordsView) => T): T {
    return use(this.#view);
  }

  protected diskView(): RecordsView {
    return this.#records.view();
  }

  protected diskBytes(): Promise<number> {
    return diskBytes(this.folder);
  }
}

async function latest(
  { folder, segments }: Parts,
  records: Records,
  options: IndexOptions,
): Promise<{ loaded: Loaded; view: RecordsView }> {
  for (let attempt = 1; ; attempt++) {
    const view = records.view();
    try {
      return { loaded: await load(view, segments, { file: folder, options }), view };
    } catch (cause) {
      const { version } = view.head();
      view.done();
      const now = records.view();
      const moved = now.head().version !== version;
      now.done();
      if (!(cause instanceof UnseenError) || !moved || attempt === ATTEMPTS) throw cause;
    }
  }
}
