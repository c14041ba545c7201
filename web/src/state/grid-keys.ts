/** Where a key leads in a grid of cards. */

/** The place after the key, or nothing where the key is none of the grid's or leads out of it. */
export function placeAfter(
  key: string,
  place: number,
  { columns, count }: { readonly columns: number; readonly count: number },
): number | undefined {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -place,
    End: count - 1 - place,
  };
  const step = Object.hasOwn(steps, key) ? steps[key]! : undefined;
  if (step === undefined) return undefined;
  const next = place + step;
  return next >= 0 && next < count ? next : undefined;
}
