/** A map of codes as an SVG text: points of unseen classes in colours and shapes of their own, those of seen ones as dots. */
import { escapeXml } from './escape.ts';
import { marker, PLOT_STYLE, sampleMark, styleClass } from './series-style.ts';

export interface MapPoint {
  /** 0 … 1. */
  readonly x: number;
  readonly y: number;
  /** Index into the dataset's classes. */
  readonly label: number;
}

export interface MapPlotOptions {
  readonly title: string;
  readonly classes: readonly string[];
  /** Classes that stand out, in the order of the key. */
  readonly shown: readonly number[];
  /** Pixels of the square; default 480. */
  readonly side?: number;
}

const TOP = 30;
const EDGE = 14;

export function mapPlot(
  points: readonly MapPoint[],
  { title, classes, shown, side = 480 }: MapPlotOptions,
): string {
  const inner = side - 2 * EDGE;
  const x = (point: MapPoint): number => EDGE + point.x * inner;
  const y = (point: MapPoint): number => TOP + EDGE + point.y * inner;
  const quiet = points
    .filter(({ label }) => !shown.includes(label))
    .map((point) => `M${x(point).toFixed(1)} ${y(point).toFixed(1)}h0`)
    .join('');
  const groups = shown.map((label, i) => {
    const own = points.filter((point) => point.label === label);
    const marks = own.map((point) => marker(i, x(point), y(point), 0.85)).join('');
    return `<g class="${styleClass(i)}"><title>${escapeXml(classes[label] ?? 'unlabelled')}</title>${marks}</g>`;
  });
  const height = side + TOP;
  return [
    `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${height}" width="${side}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<desc>${escapeXml(describe(points, classes, shown))}</desc>`,
    PLOT_STYLE,
    `<text class="title" x="4" y="18">${escapeXml(title)}</text>`,
    `<rect class="frame" x="1" y="${TOP}" width="${side - 2}" height="${side - 2}" rx="6"/>`,
    quiet && `<path class="quiet" d="${quiet}"/>`,
    groups.join('\n'),
    '</svg>',
  ].join('\n');
}

/** The key of one or several maps of the same classes, as HTML. */
export function mapKey({ classes, shown }: Pick<MapPlotOptions, 'classes' | 'shown'>, seen: boolean): string {
  const entries = shown.map(
    (label, i) =>
      `<li><svg class="plot" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">${sampleMark(i)}</svg> ${escapeXml(classes[label] ?? 'unlabelled')}</li>`,
  );
  const dot = `<li><svg class="plot" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><path class="quiet" d="M7 7h0"/></svg> seen classes</li>`;
  return `<ul class="key columns">${entries.join('')}${seen ? dot : ''}</ul>`;
}

/** How well the classes keep together, in words: of each point's nearest on the map, how often it is of the same class. */
function describe(points: readonly MapPoint[], classes: readonly string[], shown: readonly number[]): string {
  const shares = shown.map((label) => {
    const own = points.filter((point) => point.label === label);
    const right = own.filter((point) => nearestOf(point, points)?.label === label).length;
    return `${classes[label] ?? 'unlabelled'}: ${own.length} points, the nearest point is of the same class for ${right}`;
  });
  return `${points.length} codes on a plane. ${shares.join('; ')}.`;
}

function nearestOf(point: MapPoint, points: readonly MapPoint[]): MapPoint | undefined {
  let best: MapPoint | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const other of points) {
    if (other === point) continue;
    const distance = (other.x - point.x) ** 2 + (other.y - point.y) ** 2;
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}
