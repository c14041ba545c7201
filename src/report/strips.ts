/**
 * A picture of what searches found: for each query one line a method, the query at the left, its hits in order. Queries
 * and hits are pictures or texts.
 * Right and wrong hits differ by sign (tick, cross) and by frame (solid, dashed), not by colour alone.
 */
import sharp from 'sharp';
import { escapeXml } from './escape.ts';
import { textCard } from './text-card.ts';

/** PNG bytes of a square picture, all of one size; or a text; and the class of the item. */
export type StripItem = { readonly name: string } & (
  | { readonly picture: Buffer; readonly text?: never }
  | { readonly text: string; readonly picture?: never }
);

export type StripHit = StripItem & {
  readonly right: boolean;
  /** Hamming distance to the query. */
  readonly distance: number;
};

export interface Strip {
  readonly query: StripItem;
  /** One line a method. */
  readonly lines: readonly { readonly method: string; readonly hits: readonly StripHit[] }[];
}

export interface StripsOptions {
  readonly title: string;
  /** Side of every picture in pixels. */
  readonly side: number;
}

const GAP = 10;
const QUERY_WIDTH = 150;
const METHOD_WIDTH = 76;
const HEADER = 64;
/** Height of the class name below a hit. */
const CAPTION = 13;
const TEXT = 'font-family="DejaVu Sans, Noto Sans, Arial, sans-serif"';
const RIGHT = '#00694b';
const WRONG = '#c23b00';

/** PNG bytes. Text needs a font on the machine; ticks and crosses are drawn and do not. */
export async function drawStrips(strips: readonly Strip[], { title, side }: StripsOptions): Promise<Buffer> {
  const lineHeight = side + CAPTION + GAP;
  const widths = strips.flatMap(({ lines }) =>
    lines.map(({ hits }) => hits.reduce((sum, hit) => sum + widthOf(hit, side) + GAP, 0)),
  );
  const heights = strips.map(({ lines }) => Math.max(lines.length * lineHeight, side + 34) + 2 * GAP);
  const width = Math.max(640, GAP + QUERY_WIDTH + METHOD_WIDTH + Math.max(0, ...widths) + GAP);
  const height = HEADER + heights.reduce((sum, h) => sum + h, 0);
  const bands: string[] = [];
  const drawn: string[] = [];
  const pictures: { input: Buffer; left: number; top: number }[] = [];
  const show = ({ picture, text }: StripItem, left: number, y: number, cardWidth: number): void => {
    if (picture) pictures.push({ input: picture, left, top: y });
    else drawn.push(textCard(text, { x: left, y, width: cardWidth, height: side, size: 10, font: TEXT }));
  };
  let top = HEADER;
  for (const [i, strip] of strips.entries()) {
    if (i % 2 === 0) {
      bands.push(`<rect x="0" y="${top}" width="${width}" height="${heights[i]}" fill="#f3f4f6"/>`);
    }
    const first = top + GAP;
    const queryWidth = widthOf(strip.query, side);
    const x = GAP + Math.round((QUERY_WIDTH - queryWidth) / 2);
    show(strip.query, x, first, queryWidth);
    drawn.push(
      `<rect x="${x - 2}" y="${first - 2}" width="${queryWidth + 4}" height="${side + 4}" fill="none" stroke="#111" stroke-width="2"/>`,
      label(shorten(strip.query.name, 18), GAP + QUERY_WIDTH / 2, first + side + 20, 'middle', 13, 'bold'),
    );
    for (const [l, { method, hits }] of strip.lines.entries()) {
      const y = first + l * lineHeight;
      const start = GAP + QUERY_WIDTH + METHOD_WIDTH;
      const found = hits.filter(({ right }) => right).length;
      drawn.push(
        label(method, start - GAP, y + side / 2, 'end', 13, 'bold'),
        label(`${found} of ${hits.length}`, start - GAP, y + side / 2 + 17, 'end', 12, 'normal'),
      );
      let left = start;
      for (const hit of hits) {
        const cardWidth = widthOf(hit, side);
        show(hit, left, y, cardWidth);
        const name = shorten(hit.name, Math.floor((cardWidth + GAP) / 6.7));
        drawn.push(
          frame(hit.right, left, y, cardWidth, side),
          label(name, left + cardWidth / 2, y + side + 12, 'middle', 10, 'normal'),
        );
        left += cardWidth + GAP;
      }
    }
    top += heights[i]!;
  }
  const key =
    `${mark(true, GAP + 10, 46)}${label('same class as the query', GAP + 26, 50, 'start', 13, 'normal')}` +
    `${mark(false, GAP + 220, 46)}${label('another class', GAP + 236, 50, 'start', 13, 'normal')}`;
  const above = svg(width, height, `${label(title, GAP, 25, 'start', 17, 'bold')}${key}${drawn.join('')}`);
  const below = svg(width, height, bands.join(''));
  return sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite([{ input: below, left: 0, top: 0 }, ...pictures, { input: above, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

/** A text takes the place of two pictures. */
const widthOf = ({ picture }: StripItem, side: number): number => (picture ? side : 2 * side + GAP);

const svg = (width: number, height: number, inner: string): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${inner}</svg>`);

export const shorten = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

function label(
  text: string,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  size: number,
  weight: string,
): string {
  return `<text x="${x}" y="${y}" ${TEXT} font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="#111">${escapeXml(text)}</text>`;
}

function frame(right: boolean, x: number, y: number, width: number, height: number): string {
  const style = right ? `stroke="${RIGHT}"` : `stroke="${WRONG}" stroke-dasharray="5 4"`;
  const box = `<rect x="${x - 2}" y="${y - 2}" width="${width + 4}" height="${height + 4}" fill="none" stroke-width="2.5" ${style}/>`;
  return box + mark(right, x + width - 7, y + 7);
}

function mark(right: boolean, x: number, y: number): string {
  const stroke = right ? 'M-4.5 0.5l3 3.5l6 -7' : 'M-3.5 -3.5l7 7m0 -7l-7 7';
  return `<g transform="translate(${x} ${y})"><circle r="8.5" fill="${right ? RIGHT : WRONG}" stroke="#fff"/><path d="${stroke}" fill="none" stroke="#fff" stroke-width="2.2"/></g>`;
}
