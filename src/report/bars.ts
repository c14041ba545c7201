/** Horizontal bars in groups as an SVG text. Bars of a group differ by colour and by filling: full, hatched, empty. */
import { evenSteps } from './axis.ts';
import { escapeXml } from './escape.ts';
import { PLOT_STYLE, styleClass } from './series-style.ts';

export interface BarGroup {
  readonly name: string;
  /** As many as the plot has kinds; undefined where nothing was measured. */
  readonly bars: readonly ({ readonly value: number; readonly error?: number } | undefined)[];
  readonly best?: boolean;
}

export interface BarOptions {
  readonly title: string;
  readonly label: string;
  /** What the bars of a group are, at most three; one kind needs no key. */
  readonly kinds: readonly string[];
  /** A dashed line through all bars, in units of the value. */
  readonly line?: { readonly name: string; readonly value: number };
  /** Pixels; default 620. */
  readonly width?: number;
}

const BAR = 13;
const GAP = 12;
const TOP = 34;
const LETTER = 7;
const FILLINGS = ['full', 'hatched', 'empty'] as const;

export function barPlot(groups: readonly BarGroup[], options: BarOptions): string {
  const { title, label, kinds, line } = options;
  const width = options.width ?? 620;
  const left = 16 + LETTER * Math.max(6, ...groups.map(({ name }) => name.length));
  const right = width - 66;
  const groupHeight = BAR * kinds.length + GAP;
  const key = kinds.length > 1 || line ? 22 : 0;
  const bottom = TOP + key + groupHeight * groups.length;
  const height = bottom + 44;
  const values = groups.flatMap(({ bars }) => bars.flatMap((bar) => bar ?? []));
  const axis = evenSteps(values.map(({ value, error }) => ({ y: value, ...(error && { error }) })));
  const at = (value: number): number => left + axis.place(value) * (right - left);
  const grid = axis.ticks
    .map(
      (tick) =>
        `<line class="grid" x1="${px(at(tick))}" x2="${px(at(tick))}" y1="${TOP + key}" y2="${bottom}"/>` +
        `<text x="${px(at(tick))}" y="${bottom + 17}" text-anchor="middle">${tick}</text>`,
    )
    .join('');
  const drawn = groups.map((group, g) => {
    const top = TOP + key + groupHeight * g + GAP / 2;
    const bars = group.bars.map((bar, k) => {
      if (!bar) return '';
      const y = top + BAR * k;
      const end = at(bar.value);
      const middle = y + BAR / 2;
      const reach = bar.error ? at(bar.value + bar.error) : end;
      const whisker = bar.error
        ? `<path class="whisker" d="M${px(at(bar.value - bar.error))} ${px(middle)}H${px(reach)}m0 -3v6"/>`
        : '';
      return (
        `<g class="${styleClass(k)}">${rectangle(left, y + 1, end - left, k)}${whisker}` +
        `<text x="${px(reach + 6)}" y="${px(y + BAR - 2)}">${bar.value.toFixed(3)}</text></g>`
      );
    });
    const middle = top + (BAR * kinds.length) / 2 + 4;
    const name = `<text x="${left - 8}" y="${px(middle)}" text-anchor="end">${escapeXml(group.name)}</text>`;
    return `<g${group.best ? ' class="best"' : ''}>${name}${bars.join('')}</g>`;
  });
  let x = left;
  const keys = key
    ? [
        ...(kinds.length > 1 ? kinds : []).map((name, k) => {
          const entry = `<g class="${styleClass(k)}">${rectangle(x, TOP - 4, 22, k)}</g><text x="${x + 28}" y="${TOP + 6}">${escapeXml(name)}</text>`;
          x += 48 + LETTER * name.length;
          return entry;
        }),
        line
          ? `<path class="across" d="M${x} ${TOP + 2}h22"/><text x="${x + 28}" y="${TOP + 6}">${escapeXml(line.name)} ${line.value.toFixed(3)}</text>`
          : '',
      ].join('')
    : '';
  const across = line ? `<path class="across" d="M${px(at(line.value))} ${TOP + key}V${bottom}"/>` : '';
  return [
    `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<desc>${escapeXml(describe(groups, options))}</desc>`,
    PLOT_STYLE,
    `<text class="title" x="${16}" y="18">${escapeXml(title)}</text>`,
    keys,
    grid,
    drawn.join(''),
    across,
    `<text x="${px((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">${escapeXml(label)}</text>`,
    '</svg>',
  ].join('\n');
}

/** Hatching is a stripe of the paper's colour over the full bar. */
function rectangle(x: number, y: number, width: number, kind: number): string {
  const size = `x="${px(x)}" y="${px(y)}" width="${px(Math.max(0, width))}" height="${BAR - 2}"`;
  const filling = FILLINGS[kind % FILLINGS.length]!;
  if (filling !== 'hatched') return `<rect class="${filling}" ${size}/>`;
  const stripes = Array.from(
    { length: Math.floor(width / 7) },
    (_, i) => `M${px(x + 7 * i + 2)} ${px(y + BAR - 2)}l4 -${BAR - 2}`,
  ).join('');
  return `<rect class="full" ${size}/><path class="stripes" d="${stripes}"/>`;
}

function describe(groups: readonly BarGroup[], { label, kinds, line }: BarOptions): string {
  const named = groups.map(({ name, bars }) => {
    const values = bars.flatMap((bar, k) =>
      bar ? [`${kinds.length > 1 ? `${kinds[k]} ` : ''}${bar.value.toFixed(3)}`] : [],
    );
    return `${name}: ${values.join(', ')}`;
  });
  return `${label}. ${named.join('; ')}.${line ? ` ${line.name}: ${line.value.toFixed(3)}.` : ''}`;
}

const px = (value: number): string => value.toFixed(1);
