/** Where a comparison's figures come from, and how to get them again: settings, splits, machines, the command line. */
import type { Environment } from '../evaluate/index.ts';
import type { RunRecord } from '../evaluate/run-record.ts';
import { METHODS } from '../methods/index.ts';
import { escapeXml } from './escape.ts';
import { listed } from './finding.ts';
import { htmlTable, scroll } from './markup.ts';
import { quoted } from './quoted.ts';
import { askedClasses, distinct, isOracle, isZeroShot, type View } from './view.ts';

/** One row a method: what it is, whose, what it may see, and its settings. */
export function methodsTable({ methods, records }: View): string {
  const rows = methods.map((method) => {
    const own = records.filter((one) => one.method === method);
    const used = distinct(own.map(({ settings }) => settingsText(settings)));
    const entry = METHODS[method];
    const sees = isOracle(method) ? 'with labels' : entry ? (entry.transductive ? 'yes' : 'no') : '';
    return `<tr><th scope="row">${escapeXml(method)}</th><td class="left">${escapeXml(entry?.description ?? '')}</td><td class="left">${escapeXml(entry?.source ?? '')}</td><td class="left">${sees}</td><td class="left code">${used.map(escapeXml).join('<br>or ') || '–'}</td></tr>`;
  });
  const title =
    'Transductive: made to learn from the unlabelled pool. Settings are those of every length and seed.';
  return scroll(
    title,
    `<table class="wide"><caption>${title}</caption><thead><tr><th scope="col">method</th><th scope="col" class="left">what it is</th><th scope="col" class="left">source</th><th scope="col" class="left">transductive</th><th scope="col" class="left">settings</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`,
  );
}

/** Of every run, and said elsewhere. */
const LISTED: readonly string[] = ['bits', 'seed'];

const settingsText = (settings: Readonly<Record<string, unknown>>): string =>
  Object.entries(settings)
    .filter(([key]) => !LISTED.includes(key))
    .map(([key, value]) => `${key}=${valueText(value)}`)
    .join('  ');

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Seconds of training and items encoded a second, by length: on the machine below, several runs at once where it has cores. */
export function costTable({ methods, summary, bits }: View): string {
  const rows = methods.map((method) => {
    const cells = bits.map((length) => {
      const row = summary.find((one) => one.method === method && one.bits === length);
      return row?.trainSeconds ? `${row.trainSeconds.mean.toFixed(1)} s` : '–';
    });
    const rates = summary
      .filter((one) => one.method === method)
      .map(({ encodeItemsPerSecond }) => encodeItemsPerSecond.mean);
    const rate = rates.reduce((sum, value) => sum + value, 0) / rates.length;
    return [method, ...cells, `${Math.round(rate).toLocaleString('en')}`];
  });
  return htmlTable({
    title:
      'Training time (mean over seeds) and items encoded a second, as they were while the comparison ran',
    columns: [
      { title: 'method', align: 'left' },
      ...bits.map((length) => ({ title: `${length} bits` })),
      { title: 'items / s' },
    ],
    rows,
  });
}

/** One row a split: what it hid, and the SHA-256 that a model trained on it carries. */
export function splitsTable(view: View): string {
  const { records, data } = view;
  const hashes = distinct(records.map(({ split }) => split));
  const rows = hashes.map((hash) => {
    const record = records.find(({ split }) => split === hash)!;
    const asked = [...askedClasses(record)];
    const { queries, databaseItems } = record.evaluations[0]!;
    const names = asked.map((label) => data.classes[label] ?? '').sort();
    return [
      `${record.seed}`,
      `${queries}`,
      `${databaseItems}`,
      hash,
      names.length > 60 ? `${names.length} classes` : names.join(', '),
    ];
  });
  return htmlTable({
    title: 'Splits by seed',
    wide: true,
    columns: [
      { title: 'seed', align: 'left' },
      { title: 'queries' },
      { title: 'items searched' },
      { title: 'SHA-256', align: 'left' },
      { title: isZeroShot(view) ? 'unseen classes' : 'classes asked', align: 'left' },
    ],
    rows,
  });
}

/** Machines and versions: one where the comparison ran in one go. */
export function environments({ records }: View): Environment[] {
  const byText = new Map(records.map(({ environment }) => [JSON.stringify(environment), environment]));
  return [...byText.values()];
}

/**
 * Of a data set that is a folder the name is known, not the path; settings are those that differ from the defaults.
 * @param asked further options of the comparison; default: the unseen classes as far as the records tell
 */
export function commandLine(view: View, asked?: readonly string[]): string {
  const { methods, bits, seeds, records } = view;
  const { protocol } = records[0]!.evaluations[0]!;
  const { name } = records[0]!.dataset;
  const changes = new Map(methods.map((method) => [method, changed(method, records)]));
  const sets = methods.flatMap((method) => {
    // Settings of `tzsh` count for every `tzsh/…`, too.
    const family = changes.get(method.split('/')[0]!);
    const inherited = family && family !== changes.get(method) ? family : {};
    return Object.entries(changes.get(method)!)
      .filter(([key, value]) => JSON.stringify(inherited[key]) !== JSON.stringify(value))
      .map(([key, value]) => `--set ${quoted(`${method}.${key}=${valueText(value)}`)}`);
  });
  return [
    `unseen compare --data ${quoted(name)}`,
    `--protocol ${protocol}`,
    ...(asked ?? (isZeroShot(view) ? [`--unseen ${quoted(unseenText(view))}`] : [])),
    `--methods ${methods.join(',')}`,
    `--bits ${bits.join(',')}`,
    `--seeds ${seeds.join(',')}`,
    ...sets,
    '--report report/',
  ].join(' \\\n  ');
}

/** A count where every seed hid other classes, else their names. */
function unseenText({ records, seeds, data }: View): string {
  const drawn = records.map((record) => [...askedClasses(record)].sort((a, b) => a - b));
  const same = distinct(drawn.map((labels) => labels.join())).length === 1;
  return same || seeds.length === 1
    ? drawn[0]!.map((label) => data.classes[label]).join(',')
    : `${drawn[0]!.length}`;
}

function changed(method: string, records: readonly RunRecord[]): Record<string, unknown> {
  const settings = records.find((one) => one.method === method)?.settings ?? {};
  const defaults = METHODS[method]?.schema.safeParse({ bits: 64 });
  const known: Readonly<Record<string, unknown>> = defaults?.success ? defaults.data : {};
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([key, value]) => !LISTED.includes(key) && JSON.stringify(known[key]) !== JSON.stringify(value),
    ),
  );
}

/** `Tiny ImageNet: 10,000 rows, 200 classes, of which 40 are unseen; seeds 0, 1 and 2.` */
export function dataText(view: View): string {
  const { data, seeds, records } = view;
  const counts = distinct(records.map((record) => askedClasses(record).size));
  const rows = `${data.name}: ${data.rows.toLocaleString('en')} rows, ${data.classes.length} classes`;
  const most = Math.max(...counts);
  const hidden =
    isZeroShot(view) && most > 0
      ? `, ${data.classes.length - most} of them seen and ${counts.length > 1 ? `${Math.min(...counts)} to ` : ''}${most} unseen in training`
      : '';
  return `${rows}${hidden}; ${seeds.length > 1 ? `seeds ${listed(seeds)}, each of which draws its own split` : `seed ${seeds[0]}`}.`;
}
