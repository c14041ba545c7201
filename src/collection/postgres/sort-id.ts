/**
 * A text whose order by code point (COLLATE "C") is the order of the id by UTF-16 units, which the contract asks for. The two
 * differ only where U+E000 … U+FFFF meets what lies above, which UTF-16 writes with units below U+E000. So the two ranges change
 * places: the code points above U+FFFF move down to U+E000, and U+E000 … U+FFFF moves behind them.
 */
const MOVED = /[\u{e000}-\u{10ffff}]/u;
const ALL_MOVED = /[\u{e000}-\u{10ffff}]/gu;
/** U+E000 … U+FFFF. */
const SHORT = 0x2000;

export function sortId(id: string): string {
  if (!MOVED.test(id)) return id;
  return id.replace(ALL_MOVED, (character) => {
    const point = character.codePointAt(0)!;
    return String.fromCodePoint(point > 0xffff ? point - SHORT : point + 0x10_0000);
  });
}
