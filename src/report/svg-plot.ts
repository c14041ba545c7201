/**
 * A line plot as an SVG text, made without a browser. Series differ in colour, dash and marker, so that colour alone
 * carries nothing; text and background follow the reader's light or dark scheme.
 */
import { escapeXml } from './escape.ts';

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** Half the length of the error bar, in units of y. */
  readonly error?: number;
}

export interface PlotSeries {
  readonly name: string;
  readonly points: readonly PlotPoint[];
}

export interface PlotOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Values written below the x axis; default: five even steps. */
  readonly xTicks?: readonly number[];
  /** How they are written. Default: as numbers. */
  readonly xText?: (x: number) => string;
  /** Positions by logarithm: for code lengths. Every x must be > 0. Default false. */
  readonly logX?: boolean;
  /** The same of y, for times: from a power of ten below the lowest point to one above the highest. Every y must be > 0. Default false. */
  readonly logY?: boolean;
  /** Default: 0 to a round number above the highest error bar. Has no meaning with `logY`. */
  readonly yMax?: number;
  /** Pixels; default 480 × 320. */
  readonly width?: number;
  readonly height?: number;
}

/** Okabe and Ito's palette without its yellow: told apart in the common colour-vision deficiencies. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#7f7f7f'];
const DASHES = ['', '7 4', '2 3', '9 3 2 3'];
const MARGIN = { top: 34, right: 16, bottom: 46, left: 54 };
const LEGEND_ROW = 18;

/** The whole plot. `role="img"` with the title as its name and the numbers as its description. */
export function linePlot(series: readonly PlotSeries[], options: PlotOptions): string {
  const width = options.width ?? 480;
  const legend = legendRows(series, width);
  const height = (options.height ?? 320) + LEGEND_ROW * legend.length;
  const points = series.flatMap((one) => one.points);
  const place = (x: number): number => (options.logX ? Math.log2(x) : x);
  const xs = [...points.map(({ x }) => x), ...(options.xTicks ?? [])].map(place);
  let [xMin, xMax] = [Math.min(...xs), Math.max(...xs)];
  if (!(xMin < xMax)) [xMin, xMax] = [(xMin || 0) - 1, (xMin || 0) + 1];
  const y = options.logY ? powersOfTen(points) : evenSteps(points, options.yMax);
  const bottom = height - MARGIN.bottom - LEGEND_ROW * legend.length;
  const left = (x: number): number =>
    MARGIN.left + ((place(x) - xMin) / (xMax - xMin)) * (width - MARGIN.left - MARGIN.right);
  const up = (value: number): number => bottom - y.place(value) * (bottom - MARGIN.top);

  const xTicks = options.xTicks ?? Array.from({ length: 6 }, (_, i) => round(xMin + ((xMax - xMin) * i) / 5));
  const grid = y.ticks
    .map((tick) => {
      const at = px(up(tick));
      return (
        `<line class="grid" x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${at}" y2="${at}"/>` +
        `<text x="${MARGIN.left - 8}" y="${px(up(tick) + 4)}" text-anchor="end">${tick}</text>`
      );
    })
    .join('');
  const below = xTicks
    .map(
      (x) =>
        `<text x="${px(left(x))}" y="${bottom + 18}" text-anchor="middle">${escapeXml(options.xText?.(x) ?? `${x}`)}</text>`,
    )
    .join('');
  const lines = series.map((one, i) => drawSeries(one, i, left, up)).join('');
  const middle = px((MARGIN.left + width - MARGIN.right) / 2);
  return [
    `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(options.title)}">`,
    `<desc>${escapeXml(describe(series, options))}</desc>`,
    STYLE,
    `<text class="title" x="${MARGIN.left}" y="20">${escapeXml(options.title)}</text>`,
    `${grid}${below}`,
    `<text x="${middle}" y="${bottom + 38}" text-anchor="middle">${escapeXml(options.xLabel)}</text>`,
    `<text transform="translate(14 ${px((MARGIN.top + bottom) / 2)}) rotate(-90)" text-anchor="middle">${escapeXml(options.yLabel)}</text>`,
    lines,
    drawLegend(legend, series, bottom + MARGIN.bottom + 8),
    '</svg>',
  ].join('\n');
}

/** Scoped by the class, because the style element of an inline SVG reaches the whole page. */
const STYLE = `<style>
.plot text { font: 12px system-ui, sans-serif; fill: #333; }
.plot text.title { font-weight: 600; font-size: 14px; }
.plot .grid { stroke: #8884; }
.plot .series { fill: none; stroke-width: 2; }
@media (prefers-color-scheme: dark) { .plot text { fill: #ddd; } }
</style>`;

function drawSeries(
  { name, points }: PlotSeries,
  i: number,
  left: (x: number) => number,
  up: (y: number) => number,
): string {
  const colour = COLOURS[i % COLOURS.length]!;
  const path = points.map(({ x, y }, p) => `${p === 0 ? 'M' : 'L'}${px(left(x))} ${px(up(y))}`).join('');
  const dash = DASHES[i % DASHES.length]!;
  const bars = points
    .filter(({ error }) => error !== undefined && error > 0)
    .map(({ x, y, error }) => {
      const [at, low, high] = [left(x), up(y - error!), up(y + error!)];
      return `<path d="M${px(at)} ${px(low)}V${px(high)}M${px(at - 4)} ${px(low)}h8M${px(at - 4)} ${px(high)}h8" stroke="${colour}" fill="none"/>`;
    })
    .join('');
  // A curve of many points keeps its shape without markers; a few measured points need them.
  const few = points.length <= 12;
  const marks = few ? points.map(({ x, y }) => marker(i, left(x), up(y), colour)).join('') : '';
  return `<g><title>${escapeXml(name)}</title>${bars}<path class="series" d="${path}" stroke="${colour}" stroke-dasharray="${dash}"/>${marks}</g>`;
}

function marker(i: number, x: number, y: number, colour: string): string {
  const shapes = [
    `<circle cx="${px(x)}" cy="${px(y)}" r="4"`,
    `<rect x="${px(x - 3.5)}" y="${px(y - 3.5)}" width="7" height="7"`,
    `<path d="M${px(x)} ${px(y - 5)}l5 9h-10z"`,
    `<path d="M${px(x)} ${px(y - 5)}l5 5l-5 5l-5 -5z"`,
  ];
  return `${shapes[i % shapes.length]} fill="${colour}"/>`;
}

interface LegendEntry {
  readonly index: number;
  readonly x: number;
}

/** Breaks the names into rows that fit; 7 px a letter is a safe guess for the font. */
function legendRows(series: readonly PlotSeries[], width: number): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let x = width;
  for (const [index, { name }] of series.entries()) {
    const needed = 44 + 7 * name.length;
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
        const colour = COLOURS[index % COLOURS.length]!;
        return (
          `<path class="series" d="M${x} ${y}h26" stroke="${colour}" stroke-dasharray="${DASHES[index % DASHES.length]}"/>` +
          `${marker(index, x + 13, y, colour)}<text x="${x + 32}" y="${y + 4}">${escapeXml(series[index]!.name)}</text>`
        );
      }),
    )
    .join('');
}

interface YAxis {
  readonly ticks: readonly number[];
  /** 0 at the bottom, 1 at the top. */
  place(y: number): number;
}

function evenSteps(points: readonly PlotPoint[], max: number | undefined): YAxis {
  const top = Math.max(0, ...points.map(({ y, error }) => y + (error ?? 0)));
  const step = niceStep((max ?? top) || 1);
  const yMax = max ?? (Math.ceil(top / step) * step || 1);
  const ticks = Array.from({ length: Math.floor(yMax / step + 1e-9) + 1 }, (_, i) => round(i * step));
  return { ticks, place: (y) => y / yMax };
}

function powersOfTen(points: readonly PlotPoint[]): YAxis {
  const powers = points.length > 0 ? points.map(({ y }) => Math.log10(y)) : [0];
  const low = Math.floor(Math.min(...powers));
  const high = Math.max(low + 1, Math.ceil(Math.max(...powers)));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => Number(`1e${low + i}`));
  return { ticks, place: (y) => (Math.log10(y) - low) / (high - low) };
}

/** 1, 2 or 5 times a power of ten, so that the axis gets four to nine lines. */
function niceStep(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const rest = span / 4 / power;
  return power * (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10);
}

function describe(series: readonly PlotSeries[], { xLabel, yLabel }: PlotOptions): string {
  const named = series.map(({ name, points }) => {
    const shown = points.length <= 12 ? points : [points[0]!, points.at(-1)!];
    return `${name}: ${shown.map(({ x, y }) => `${round(x)} → ${round(y)}`).join(', ')}`;
  });
  return `${yLabel} by ${xLabel}. ${named.join('; ')}.`;
}

const px = (value: number): string => value.toFixed(1);
const round = (value: number): number => Number(value.toPrecision(3));
