/** Where a plot's y axis has its lines, and where on it a value stands. */

export interface Axis {
  readonly ticks: readonly number[];
  /** 0 at the bottom, 1 at the top. */
  place(y: number): number;
}

/** From 0, or a round number below the lowest error bar if that is negative, to one above the highest or `max`. */
export function evenSteps(
  points: readonly { readonly y: number; readonly error?: number }[],
  max?: number,
): Axis {
  const low = Math.min(0, ...points.map(({ y, error }) => y - (error ?? 0)));
  const high = Math.max(0, ...points.map(({ y, error }) => y + (error ?? 0)));
  const negative = points.some(({ y }) => y < 0);
  const step = niceStep((max ?? high) - (negative ? low : 0) || 1);
  // An error bar that reaches below 0 where no value does is cut at the axis: a share is never negative.
  const yMin = negative ? Math.floor(low / step) * step : 0;
  const yMax = max ?? (Math.ceil(high / step - 1e-9) * step || (yMin < 0 ? 0 : 1));
  const count = Math.floor((yMax - yMin) / step + 1e-9) + 1;
  const ticks = Array.from({ length: count }, (_, i) => round(yMin + i * step));
  return { ticks, place: (y) => Math.max(0, (y - yMin) / (yMax - yMin)) };
}

/** Every value must be > 0. */
export function powersOfTen(values: readonly number[]): Axis {
  const powers = values.length > 0 ? values.map((y) => Math.log10(y)) : [0];
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

const round = (value: number): number => Number(value.toPrecision(3));
