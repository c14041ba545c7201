/**
 * Files that take long begin first, the longest of all before the others, so that no worker is idle while the last one runs:
 * by itself Vitest knows only their sizes where nothing ran before. Then come the others in Vitest's order.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By the ends of their names. */
const LONG = [
  'test/page.test.ts',
  'test/cli-compare.test.ts',
  'src/search/conformance.test.ts',
  'src/methods/conformance.test.ts',
  'src/collection/postgres/shards.test.ts',
  'test/own-data-doc.test.ts',
  'test/cli.test.ts',
  'test/cli-collection.test.ts',
  'test/readme.test.ts',
  'test/traps-doc.test.ts',
  'src/collection/postgres/server.test.ts',
  'test/collection-kill.test.ts',
  'src/bundled/emoji.test.ts',
  'test/cli-serve.test.ts',
  'test/report-page.test.ts',
  'test/cli-bench.test.ts',
  'test/browser-page.test.ts',
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
