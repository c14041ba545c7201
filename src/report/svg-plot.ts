/**
 * A line plot as an SVG text, made without a browser. Series differ in colour, dash and marker, so that colour alone
 * carries nothing; text and background follow the reader's light or dark scheme.
 */
import { evenSteps, powersOfTen } from './axis.ts';
import { escapeXml } from './escape.ts';
import { dashOf, marker, PLOT_STYLE, type SeriesStyle, sample, styleClass } from './series-style.ts';

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** Half the length of the error bar, in units of y. */
  readonly error?: number;
}

export interface PlotSeries {
  readonly name: string;
  readonly points: readonly PlotPoint[];
  /** Default: its place in the list. A method keeps one look in all plots of a page. */
  readonly style?: SeriesStyle;
  /** Drawn bolder. */
  readonly best?: boolean;
}

export interface PlotOptions {
  readonly title: string;
  /** Of the whole plot, for those who do not see it. Default: the title. */
  readonly name?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Values written below the x axis; default: five even steps. */
  readonly xTicks?: readonly number[];
  /** How they are written. Default: as numbers. */
  readonly xText?: (x: number) => string;
  /** Written aslant, for names; default false. */
  readonly slanted?: boolean;
  /** Positions by logarithm: for code lengths. Every x must be > 0. Default false. */
  readonly logX?: boolean;
  /** The same of y, for times: from a power of ten below the lowest point to one above the highest. Every y must be > 0. Default false. */
  readonly logY?: boolean;
  /** Default: a round number above the highest error bar. Has no meaning with `logY`. */
  readonly yMax?: number;
  /** Names below the plot, at the ends of the lines, or nowhere: where a page has one key for many plots. Default `below`. */
  readonly names?: 'below' | 'end' | 'none';
  /** Pixels without the names below; default 480 × 320. */
  readonly width?: number;
  readonly height?: number;
}

const MARGIN = { top: 34, right: 16, bottom: 46, left: 54 };
/** Pixels that slanted names take below the axis. */
const SLANT = 92;
/** … and left of it, before the first point. */
const SLANT_LEFT = 84;
const LEGEND_ROW = 18;
/** Width of a letter: a safe guess for the font. */
const LETTER = 7;
/** Between the end of a line and its name. */
const LEADER = 22;

interface Scale {
  left(x: number): number;
  up(y: number): number;
}

const styleOf = (series: PlotSeries, i: number): SeriesStyle => series.style ?? i;

/** The whole plot. `role="img"` with the title as its name and the numbers as its description. */
export function linePlot(series: readonly PlotSeries[], options: PlotOptions): string {
  const width = options.width ?? 480;
  const names = options.names ?? 'below';
  const legend = names === 'below' ? legendRows(series, width) : [];
  const longest = Math.max(0, ...series.map(({ name }) => name.length));
  const right = names === 'end' ? LEADER + LETTER * longest + 8 : MARGIN.right;
  const below = options.slanted ? SLANT : MARGIN.bottom;
  const height = (options.height ?? 320) + LEGEND_ROW * legend.length;
  const bottom = height - below - LEGEND_ROW * legend.length;
  const points = series.flatMap((one) => one.points);
  const place = (x: number): number => (options.logX ? Math.log2(x) : x);
  const xs = [...points.map(({ x }) => x), ...(options.xTicks ?? [])].map(place);
  let [xMin, xMax] = [Math.min(...xs), Math.max(...xs)];
  if (!(xMin < xMax)) [xMin, xMax] = [(xMin || 0) - 1, (xMin || 0) + 1];
  const y = options.logY ? powersOfTen(points.map((point) => point.y)) : evenSteps(points, options.yMax);
  const start = MARGIN.left + (options.slanted ? SLANT_LEFT : 0);
  const scale: Scale = {
    left: (x) => start + ((place(x) - xMin) / (xMax - xMin)) * (width - start - right),
    up: (value) => bottom - y.place(value) * (bottom - MARGIN.top),
  };
  const { left, up } = scale;

  const xTicks = options.xTicks ?? Array.from({ length: 6 }, (_, i) => round(xMin + ((xMax - xMin) * i) / 5));
  const grid = y.ticks
    .map((tick) => {
      const at = px(up(tick));
      return (
        `<line class="grid" x1="${MARGIN.left}" x2="${px(width - right)}" y1="${at}" y2="${at}"/>` +
        `<text x="${MARGIN.left - 8}" y="${px(up(tick) + 4)}" text-anchor="end">${tick}</text>`
      );
    })
    .join('');
  const ticks = xTicks
    .map((x) => {
      const [at, text] = [px(left(x)), escapeXml(options.xText?.(x) ?? `${x}`)];
      return options.slanted
        ? `<text transform="translate(${at} ${bottom + 14}) rotate(-30)" text-anchor="end">${text}</text>`
        : `<text x="${at}" y="${bottom + 18}" text-anchor="middle">${text}</text>`;
    })
    .join('');
  const middle = px((MARGIN.left + width - right) / 2);
  return [
    `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(options.name ?? options.title)}">`,
    `<desc>${escapeXml(describe(series, options))}</desc>`,
    PLOT_STYLE,
    `<text class="title" x="${MARGIN.left}" y="20">${escapeXml(options.title)}</text>`,
    `${grid}${ticks}`,
    `<text x="${middle}" y="${bottom + below - 8}" text-anchor="middle">${escapeXml(options.xLabel)}</text>`,
    `<text transform="translate(14 ${px((MARGIN.top + bottom) / 2)}) rotate(-90)" text-anchor="middle">${escapeXml(options.yLabel)}</text>`,
    series.map((one, i) => drawSeries(one, styleOf(one, i), scale)).join(''),
    names === 'end' ? drawEnds(series, scale, width - right, [MARGIN.top, bottom]) : '',
    drawLegend(legend, series, bottom + below + 8),
    '</svg>',
  ].join('\n');
}

function drawSeries({ name, points, best }: PlotSeries, style: SeriesStyle, { left, up }: Scale): string {
  const path = points.map(({ x, y }, p) => `${p === 0 ? 'M' : 'L'}${px(left(x))} ${px(up(y))}`).join('');
  const bars = points
    .filter(({ error }) => error !== undefined && error > 0)
    .map(({ x, y, error }) => {
      const [at, low, high] = [left(x), up(y - error!), up(y + error!)];
      return `<path class="bar" d="M${px(at)} ${px(low)}V${px(high)}M${px(at - 4)} ${px(low)}h8M${px(at - 4)} ${px(high)}h8"/>`;
    })
    .join('');
  // A curve of many points keeps its shape without markers; a few measured points need them.
  const few = points.length <= 12;
  const marks = few ? points.map(({ x, y }) => marker(style, left(x), up(y))).join('') : '';
  return `<g class="${styleClass(style)}${best ? ' best' : ''}"><title>${escapeXml(name)}</title>${bars}<path class="line" d="${path}" stroke-dasharray="${dashOf(style)}"/>${marks}</g>`;
}

/** Names at the right, in the order of the lines' ends, moved apart where they would lie on each other. */
function drawEnds(
  series: readonly PlotSeries[],
  { up }: Scale,
  x: number,
  [top, bottom]: readonly [number, number],
): string {
  const ends = series
    .map((one, i) => ({ one, style: styleOf(one, i), y: up(one.points.at(-1)?.y ?? 0) }))
    .filter(({ one }) => one.points.length > 0)
    .sort((a, b) => a.y - b.y);
  const places = spreadOut(
    ends.map(({ y }) => y),
    Math.min(15, (bottom - top) / Math.max(1, ends.length - 1)),
    [top, bottom],
  );
  return ends
    .map(({ one, style, y }, i) => {
      const at = places[i]!;
      const leader = `<path class="leader" d="M${px(x + 6)} ${px(y)}L${px(x + LEADER - 3)} ${px(at)}"/>`;
      return `<g class="${styleClass(style)}${one.best ? ' best' : ''}">${leader}<text x="${px(x + LEADER)}" y="${px(at + 4)}">${escapeXml(one.name)}</text></g>`;
    })
    .join('');
}

/** Ascending places at least `gap` apart within the range, each group of neighbours around its own mean. */
export function spreadOut(
  wanted: readonly number[],
  gap: number,
  [low, high]: readonly [number, number],
): number[] {
  const groups: { start: number; count: number; sum: number }[] = [];
  for (const y of wanted) {
    groups.push({ start: y, count: 1, sum: y });
    for (;;) {
      const last = groups.at(-1)!;
      const length = gap * (last.count - 1);
      last.start = Math.max(low, Math.min(high - length, last.sum / last.count - length / 2));
      const before = groups.at(-2);
      if (!before || before.start + gap * before.count <= last.start + 1e-9) break;
      before.count += last.count;
      before.sum += last.sum;
      groups.pop();
    }
  }
  return groups.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + gap * i));
}

interface LegendEntry {
  readonly index: number;
  readonly x: number;
}

/** Breaks the names into rows that fit. */
function legendRows(series: readonly PlotSeries[], width: number): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let x = width;
  for (const [index, { name }] of series.entries()) {
    const needed = 50 + LETTER * name.length;
    if (rows.length === 0 || x + needed > width - MARGIN.right) {
      rows.push([]);
      x = MARGIN.left;
    }
    rows.at(-1)!.push({ index, x });
    x += needed;
  }
  return rows;
}

function drawLegend(rows: LegendEntry[][], series: readonly PlotSeries[], top: number): string {
  return rows
    .flatMap((row, r) =>
      row.map(({ index, x }) => {
        const y = top + r * LEGEND_ROW - 4;
        const one = series[index]!;
        return `${sample(styleOf(one, index), x, y - 6)}<text x="${x + 38}" y="${y + 4}">${escapeXml(one.name)}</text>`;
      }),
    )
    .join('');
}

function describe(series: readonly PlotSeries[], { xLabel, yLabel, xText, slanted }: PlotOptions): string {
  const named = series.map(({ name, points }) => {
    const shown = points.length <= 12 ? points : [points[0]!, points.at(-1)!];
    return `${name}: ${shown.map(({ x, y }) => `${slanted ? xText?.(x) : round(x)} → ${round(y)}`).join(', ')}`;
  });
  return `${yLabel} by ${xLabel}. ${named.join('; ')}.`;
}

const px = (value: number): string => value.toFixed(1);
const round = (value: number): number => Number(value.toPrecision(3));
