/**
 * The order of texts by Unicode code point, which is the order of their UTF-8 bytes and Postgres' COLLATE "C".
 * JavaScript's `<` goes by UTF-16 units, where U+1F600 (as D83D DE00) comes before U+FFFD.
 */
export function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for the code points above all others. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit);
