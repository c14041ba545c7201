/** A code as a small picture of its bits; those that differ from the query's are in the accent colour. */
import { useMemo } from 'preact/hooks';
import { placesOf } from '../state/bits.ts';
import './bit-picture.css';

/** Units of a cell, and of what is drawn in it. */
const CELL = 5;
const DOT = 4;

interface BitPictureProps {
  /** In hexadecimal. */
  readonly code: string;
  /** The query's code, of as many bits. */
  readonly query?: string;
  /** Pixels of the longer side. */
  readonly size: number;
}

export function BitPicture({ code, query, size }: BitPictureProps) {
  const places = useMemo(() => placesOf(code, query), [code, query]);
  const { columns, rows, onDiffers, offDiffers } = places;
  const squares = (list: readonly number[], inset: number): string => {
    const side = DOT - 2 * inset;
    return list
      .map((i) => {
        const x = (i % columns) * CELL + inset + (CELL - DOT) / 2;
        const y = Math.floor(i / columns) * CELL + inset + (CELL - DOT) / 2;
        return `M${x} ${y}h${side}v${side}h-${side}z`;
      })
      .join('');
  };
  const differing = onDiffers.length + offDiffers.length;
  const bits = code.length * 4;
  const name =
    query === undefined
      ? `code ${code}, ${bits} bits`
      : `code ${code}: ${differing} of ${bits} bits differ from the query’s`;
  return (
    <svg
      class="bits"
      role="img"
      viewBox={`0 0 ${columns * CELL} ${rows * CELL}`}
      width={size}
      height={(size * rows) / columns}
    >
      <title>{name}</title>
      <path class="off" d={squares(places.off, 1)} />
      <path class="on" d={squares(places.on, 0)} />
      <path class="on-differs" d={squares(onDiffers, 0)} />
      <path class="off-differs" d={squares(offDiffers, 0.5)} />
    </svg>
  );
}
