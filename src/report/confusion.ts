/**
 * Which classes the nearest codes of a class are of: a heat map where the classes are few, else each class's own share as
 * points and the pairs that are confused most.
 */
import type { TaskInsight } from '../evaluate/run-record.ts';
import { escapeXml } from './escape.ts';
import { details, figure, htmlTable, scroll } from './markup.ts';
import { marker, PLOT_STYLE, type SeriesStyle, styleClass } from './series-style.ts';

export interface ConfusionOf {
  readonly method: string;
  readonly style: SeriesStyle;
  readonly confusion: TaskInsight['confusion'];
}

/** More classes than that do not fit side by side. */
const MOST_IN_MAP = 14;
/** A heat map has columns of classes that were not asked, too, where there is room: those found most. */
const COLUMNS = 10;
const PAIRS = 12;

/** Of one or several methods, asked the same classes, the best first. */
export function confusionMarkup(of: readonly ConfusionOf[], classes: readonly string[]): string {
  const first = of[0];
  if (!first) return '';
  const { asked } = first.confusion;
  const shares =
    asked.length <= MOST_IN_MAP
      ? `<div class="heats">${of.map((one) => heatMap(one, columnsOf(first), classes)).join('\n')}</div>`
      : figure(ownShares(of, classes), details('Numbers', ownTable(of, classes)));
  return `<div class="plots beside">${shares}\n${pairsTable(of, classes)}</div>`;
}

const nameOf = (classes: readonly string[], label: number): string => classes[label] ?? 'unlabelled';

const shareOf = ({ asked, found }: TaskInsight['confusion'], a: number, b: number): number =>
  found[asked.indexOf(a)]?.find(({ label }) => label === b)?.share ?? 0;

const percent = (share: number): string => `${Math.round(100 * share)}`;

/** Those that were asked, then others by falling share of what the method found. */
function columnsOf({ confusion: { asked, found } }: ConfusionOf): number[] {
  const sums = new Map<number, number>();
  for (const { label, share } of found.flat())
    if (!asked.includes(label)) sums.set(label, (sums.get(label) ?? 0) + share);
  const others = [...sums].sort(([, a], [, b]) => b - a).map(([label]) => label);
  return [...asked, ...others.slice(0, Math.max(0, COLUMNS - asked.length))];
}

/** A table of per cents, darker where there is more: one row an asked class, the last column all other classes. */
function heatMap(
  { method, confusion }: ConfusionOf,
  shown: readonly number[],
  classes: readonly string[],
): string {
  const { asked } = confusion;
  const cell = (share: number, own: boolean): string =>
    `<td${own ? ' class="own"' : ''} style="--share:${(55 * share).toFixed(0)}%">${percent(share)}</td>`;
  const columns = shown.map(
    (label) => `<th scope="col"><span>${escapeXml(nameOf(classes, label))}</span></th>`,
  );
  const rows = asked.map((label) => {
    const inside = shown.map((other) => shareOf(confusion, label, other));
    const rest = Math.max(0, 1 - inside.reduce((sum, share) => sum + share, 0));
    const cells = [...inside.map((share, i) => cell(share, shown[i] === label)), cell(rest, false)];
    return `<tr><th scope="row">${escapeXml(nameOf(classes, label))}</th>${cells.join('')}</tr>`;
  });
  const title = `${method}: classes of the 10 nearest items, per cent`;
  return scroll(
    title,
    `<table class="heat"><caption>${escapeXml(title)}</caption>
<thead><tr><td></td>${columns.join('')}<th scope="col"><span>any other</span></th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`,
  );
}

const ROW = 17;
const TOP = 44;
const LETTER = 6.6;

/** Asked classes by falling share of the first method. */
const byOwnShare = ({ confusion }: ConfusionOf): number[] =>
  [...confusion.asked].sort((a, b) => shareOf(confusion, b, b) - shareOf(confusion, a, a));

function ownShares(of: readonly ConfusionOf[], classes: readonly string[]): string {
  const order = byOwnShare(of[0]!);
  const width = 560;
  const left = 20 + LETTER * Math.min(30, Math.max(...order.map((label) => nameOf(classes, label).length)));
  const right = width - 24;
  const bottom = TOP + ROW * order.length;
  const at = (share: number): number => left + share * (right - left);
  const grid = [0, 0.25, 0.5, 0.75, 1]
    .map(
      (tick) =>
        `<line class="grid" x1="${at(tick)}" x2="${at(tick)}" y1="${TOP}" y2="${bottom}"/>` +
        `<text x="${at(tick)}" y="${bottom + 16}" text-anchor="middle">${100 * tick} %</text>`,
    )
    .join('');
  const rows = order.map((label, i) => {
    const y = TOP + ROW * (i + 0.5);
    const shares = of.map(({ confusion }) => shareOf(confusion, label, label));
    const [low, high] = [Math.min(...shares), Math.max(...shares)];
    const points = of.map(
      ({ style }, m) => `<g class="${styleClass(style)}">${marker(style, at(shares[m]!), y)}</g>`,
    );
    // The first method's point on top.
    const name = nameOf(classes, label);
    const short = name.length > 30 ? `${name.slice(0, 29)}…` : name;
    return `<g><title>${escapeXml(name)}</title><text x="${left - 10}" y="${y + 4}" text-anchor="end">${escapeXml(short)}</text><path class="axis" d="M${at(low).toFixed(1)} ${y}H${at(high).toFixed(1)}"/>${points.reverse().join('')}</g>`;
  });
  let x = left;
  const key = of.map(({ method, style }) => {
    const entry = `<g class="${styleClass(style)}">${marker(style, x + 6, TOP - 14)}</g><text x="${x + 16}" y="${TOP - 10}">${escapeXml(method)}</text>`;
    x += 40 + 7 * method.length;
    return entry;
  });
  const title = 'Share of the own class among the 10 nearest items';
  const words = order.map(
    (label) =>
      `${nameOf(classes, label)}: ${of.map(({ method, confusion }) => `${method} ${percent(shareOf(confusion, label, label))} %`).join(', ')}`,
  );
  return [
    `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 26}" width="${width}" height="${bottom + 26}" role="img" aria-label="${title}">`,
    `<desc>${escapeXml(words.join('; '))}.</desc>`,
    PLOT_STYLE,
    `<text class="title" x="16" y="18">${title}</text>`,
    key.join(''),
    grid,
    rows.join('\n'),
    '</svg>',
  ].join('\n');
}

function ownTable(of: readonly ConfusionOf[], classes: readonly string[]): string {
  return htmlTable({
    title: 'Share of the own class among the 10 nearest items, per cent',
    columns: [{ title: 'class', align: 'left' }, ...of.map(({ method }) => ({ title: method }))],
    rows: byOwnShare(of[0]!).map((label) => [
      nameOf(classes, label),
      ...of.map(({ confusion }) => percent(shareOf(confusion, label, label))),
    ]),
  });
}

/** What the first method confuses most, with the shares of the others beside it. */
function pairsTable(of: readonly ConfusionOf[], classes: readonly string[]): string {
  const { method, confusion } = of[0]!;
  const { asked, found } = confusion;
  const pairs = asked
    .flatMap((label, i) =>
      found[i]!.filter((other) => other.label !== label).map((other) => ({ asked: label, ...other })),
    )
    .filter(({ share }) => share >= 0.005)
    .sort((a, b) => b.share - a.share)
    .slice(0, PAIRS);
  if (pairs.length === 0) return '';
  // A share of 0 may be one that was too small to be kept.
  const cell = (share: number): string => (share > 0 ? percent(share) : '–');
  return htmlTable({
    title: `What ${method} confuses most: of the 10 nearest items of a class's queries, per cent that are of the other class`,
    columns: [
      { title: 'asked', align: 'left' },
      { title: 'found', align: 'left' },
      ...of.map((one) => ({ title: one.method })),
    ],
    rows: pairs.map((pair) => [
      nameOf(classes, pair.asked),
      nameOf(classes, pair.label),
      ...of.map((one) => cell(shareOf(one.confusion, pair.asked, pair.label))),
    ]),
  });
}
