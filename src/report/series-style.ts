/**
 * How the series of all plots of a page look: ten that differ by colour, marker and dash, so that colour alone carries
 * nothing; an oracle and chance look unlike any of them. Colours keep a contrast of 3 : 1 to the page in both schemes.
 */

/** A place in the palette; what is no competitor has a look of its own. */
export type SeriesStyle = number | 'oracle' | 'chance';

/** On white, on the dark page. */
const COLOURS: readonly (readonly [string, string])[] = [
  ['#0068b5', '#5db3ff'],
  ['#c94f00', '#ff9a5c'],
  ['#00835c', '#3fd0a0'],
  ['#b5459a', '#f28ad6'],
  ['#8a6d00', '#e3c04a'],
  ['#6b4fbb', '#b3a1ff'],
  ['#a3293d', '#ff8296'],
  ['#0f8a9d', '#4fd3e6'],
  ['#7a4a21', '#d0a178'],
  ['#55606b', '#a9b4bf'],
];
export const PALETTE = COLOURS.length;
const DASHES = ['', '7 4', '2 3', '9 3 2 3', '14 4'];

/** Markers around the origin; every second round of shapes is hollow. */
const SHAPES = [
  '<circle r="4"/>',
  '<rect x="-3.5" y="-3.5" width="7" height="7"/>',
  '<path d="M0 -5l5 9h-10z"/>',
  '<path d="M0 -5l5 5l-5 5l-5 -5z"/>',
  '<path d="M0 5l5 -9h-10z"/>',
  '<path d="M-5 -1.6h3.4v-3.4h3.2v3.4h3.4v3.2h-3.4v3.4h-3.2v-3.4h-3.4z"/>',
] as const;
const HOLLOW_FROM = SHAPES.length;

const name = (style: SeriesStyle): string => (typeof style === 'number' ? `s${style % PALETTE}` : style);

/** Class names that give a group its colour. */
export const styleClass = (style: SeriesStyle): string => `series-${name(style)}`;

export function dashOf(style: SeriesStyle): string {
  if (style === 'oracle') return '1 4';
  if (style === 'chance') return '4 6';
  return DASHES[style % DASHES.length]!;
}

/** An SVG element at x, y in the colour of its group; nothing for chance, which is not measured at points. */
export function marker(style: SeriesStyle, x: number, y: number, scale = 1): string {
  if (style === 'chance') return '';
  const number = style === 'oracle' ? HOLLOW_FROM + 3 : style % (2 * HOLLOW_FROM);
  const look = number >= HOLLOW_FROM ? 'hollow' : 'mark';
  const place = `translate(${x.toFixed(1)} ${y.toFixed(1)})${scale === 1 ? '' : ` scale(${scale})`}`;
  return `<g class="${look}" transform="${place}">${SHAPES[number % HOLLOW_FROM]}</g>`;
}

/** A line with its marker, 32 × 12 pixels from the upper left corner `x`, `y`. */
export const sample = (style: SeriesStyle, x: number, y: number): string =>
  `<g class="${styleClass(style)}"><path class="line" d="M${x} ${y + 6}h32" stroke-dasharray="${dashOf(style)}"/>${marker(style, x + 16, y + 6)}</g>`;

/** A marker alone in the middle of 14 × 14 pixels. */
export const sampleMark = (style: SeriesStyle): string =>
  `<g class="${styleClass(style)}">${marker(style, 7, 7)}</g>`;

const variables = (dark: 0 | 1): string =>
  [
    ...COLOURS.map((pair, i) => `.series-s${i} { --series: ${pair[dark]} }`),
    `.plot { --ink: ${dark ? '#e6edf3' : '#24292f'}; --paper: ${dark ? '#0f1318' : '#ffffff'}; --faint: ${dark ? '#8b949e' : '#6e7781'} }`,
  ].join('\n');

/** What every plot needs; scoped by the class, because the style element of an inline SVG reaches the whole page. */
export const PLOT_STYLE = `<style>
${variables(0)}
.series-oracle { --series: var(--ink) } .series-chance { --series: var(--faint) }
.plot { font: 12px system-ui, sans-serif; }
.plot text { fill: var(--ink); }
.plot text.title { font-weight: 600; font-size: 14px; }
.plot .grid { stroke: var(--faint); stroke-opacity: .35; }
.plot .axis { stroke: var(--faint); } .plot .frame { fill: none; stroke: var(--faint); stroke-opacity: .5; }
.plot .quiet { fill: none; stroke: var(--faint); stroke-opacity: .45; stroke-width: 4; stroke-linecap: round; }
.plot .line { fill: none; stroke: var(--series); stroke-width: 2; stroke-linejoin: round; }
.plot .bar { fill: none; stroke: var(--series); }
.plot .leader { fill: none; stroke: var(--series); stroke-opacity: .5; }
.plot .mark { fill: var(--series); stroke: var(--paper); stroke-width: .75; }
.plot .hollow { fill: var(--paper); stroke: var(--series); stroke-width: 1.75; }
.plot .best .line { stroke-width: 3.25; } .plot .best text { font-weight: 700; }
.plot .full { fill: var(--series); } .plot .empty { fill: var(--paper); stroke: var(--series); stroke-width: 1.5; }
.plot .stripes { stroke: var(--paper); stroke-width: 1.75; } .plot .whisker, .plot .across { fill: none; stroke: var(--ink); }
.plot .across { stroke: var(--faint); stroke-width: 1.5; stroke-dasharray: 4 4; }
.plot g:hover > .line { stroke-width: 4; }
@media screen and (prefers-color-scheme: dark) {
${variables(1)}
}
</style>`;
