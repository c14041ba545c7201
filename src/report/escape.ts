const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What no XML document may hold, not even escaped: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * Text for HTML or XML, inside elements or quoted attributes: class names, file names and texts are the user's, not ours.
 * What XML cannot hold becomes U+FFFD.
 */
export const escapeXml = (text: string): string =>
  text.replace(UNWRITABLE, '\u{FFFD}').replace(/[&<>"']/g, (char) => ENTITIES[char]!);
