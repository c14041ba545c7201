/** docs/service.md: its examples run, and its tables are those of the code. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { OPERATIONS } from '../src/service/api/operations.ts';
import { createClient, ServiceRefusal } from '../src/service/client/index.ts';
import { PROBLEM_STATUS } from '../src/service/http/problems.ts';
import { createService, LIMITS } from '../src/service/index.ts';
import { docExamples, spy } from './doc-examples.ts';
import { type Drawing, drawings, modelOf } from './drawings.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { onPage, inTest } = docExamples('service.md', import.meta.filename);
const page = readFileSync(path.join(import.meta.dirname, '../docs/service.md'), 'utf8');

/** Cells of the rows of the table below a heading. */
function table(heading: string): string[][] {
  const part = page.slice(page.indexOf(`\n## ${heading}\n`)).slice(1);
  const rows = part.slice(0, part.indexOf('\n## ') + 1 || undefined).matchAll(/^\| (.+) \|$/gm);
  return [...rows].slice(2).map((row) => row[1]!.split(' | ').map((cell) => cell.trim().replaceAll('`', '')));
}

it('the example runs, and prints what it says', async () => {
  const root = await temporaryFolder();
  const made: Drawing[] = await drawings();
  const model = await modelOf(made);
  const files = made.slice(0, 6).map(({ name, bytes }) => ({ name, file: new Uint8Array(bytes) }));
  const said = spy();
  {
    // cut: use
    const service = await createService({ root, models: [{ model }] });
    const url = await service.listen({ port: 0 });
    const client = createClient({ url });

    await client.createCollection({ name: 'shapes', model: model.fingerprint });
    await client.addPictures('shapes', files, { album: 'drawings' });
    const { hits } = await client.search('shapes', {
      text: 'a crimson circle',
      k: 3,
      filter: { field: 'album', eq: 'drawings' },
    });
    console.log(hits.length, hits[0]!.picture); // 3 true
    // end
    onTestFinished(() => service.close());
    // cut: refused
    try {
      await client.search('shapes', { text: 'a circle', k: 0 });
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error;
      const { status, code, field } = error.problem;
      console.log(status, code, field); // 400 REQUEST_INVALID body.k
    }
    // end
  }
  expect(said).toEqual([3, true, 400, 'REQUEST_INVALID', 'body.k']);
  for (const name of ['use', 'refused']) expect(onPage(name)).toBe(inTest(name));
});

it('lists every operation, every limit with its default, and every problem with its status', () => {
  expect(table('Operations').map(([call, scope]) => [call, scope])).toEqual(
    Object.values(OPERATIONS).map(({ method, path: address, scope }) => [`${method} ${address}`, scope]),
  );
  expect(table('Limits').map((row) => row.slice(0, 3))).toEqual(
    Object.entries(LIMITS).map(([name, row]) => [name, row.default.toLocaleString('en-US'), row.unit]),
  );
  const told = table('Problems').flatMap(([status, codes]) =>
    codes!.split(', ').map((code) => [code, Number(status)] as const),
  );
  expect(new Map(told)).toEqual(PROBLEM_STATUS);
});
