/**
 * Every error that the project throws: a code, a message template, the exit status, and what to do next.
 * `docs/errors.md` is held against this table by a test.
 *
 * Exit status: 1 the work failed, 2 the call or the input is wrong.
 */
export const ERRORS = {
  ARGUMENT_INVALID: {
    exit: 2,
    message: '{name}: {reason}, received {received}',
    hint: 'Correct the value and call again; --help lists the legal ranges.',
  },
  METHOD_UNKNOWN: {
    exit: 2,
    message: 'no hashing method is called "{received}"',
    hint: 'Known methods: {known}.',
  },
  FILE_UNREADABLE: {
    exit: 2,
    message: '{file}: cannot be read ({reason})',
    hint: 'Check the path and its permissions.',
  },
  CODES_BITS_INVALID: {
    exit: 2,
    message: 'bits must be a multiple of 8 from {min} to {max}, received {received}',
    hint: 'Common lengths are 16, 32, 64 and 128 bits.',
  },
  CODES_LENGTH_INVALID: {
    exit: 2,
    message: '{received} {what} are not a whole number of codes of {unit} {what}',
    hint: 'Check that the array is [n, {unit}] and that bits is right.',
  },
  CODES_VALUE_NAN: {
    exit: 2,
    message: 'row {row}, bit {bit}: NaN has no sign',
    hint: 'Look at the input of that row: the encoder gave no number for it.',
  },
  CODES_TEXT_INVALID: {
    exit: 2,
    message: 'code {row}: expected {expected}, received "{received}"',
    hint: 'Correct the text of that code.',
  },
  CODES_BITS_MISMATCH: {
    exit: 2,
    message: 'codes of {left} bits cannot be compared with codes of {right} bits',
    hint: 'Encode both sides with the same model.',
  },
  INDEX_ID_DUPLICATE: {
    exit: 2,
    message: 'rows {first} and {row} have the same id {received}',
    hint: 'Give every row its own id, or leave ids out to get row numbers.',
  },
  INDEX_TOO_LARGE: {
    exit: 2,
    message: 'codes of {received} bytes do not fit into one index of at most {max} bytes',
    hint: 'Split the codes over several indexes and merge their hits.',
  },
  ABORTED: {
    exit: 1,
    message: 'stopped on request during {during}',
    hint: '{kept}',
  },
  INTERNAL: {
    exit: 1,
    message: 'internal fault: {reason}',
    hint: 'This is a bug in Unseen: please report it with the command that led here.',
  },
} as const satisfies Record<string, { exit: 1 | 2; message: string; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

const fill = (template: string, values: Readonly<Record<string, unknown>>): string =>
  template.replace(/\{(\w+)\}/g, (_, key: string) => show(values[key]));

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The one error class: `code` to branch on, `message` for people, `hint` for what to do, `values` for machines. */
export class UnseenError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly exit: 1 | 2;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    values: Readonly<Record<string, unknown>> = {},
    options: { cause?: unknown } = {},
  ) {
    const row = ERRORS[code];
    super(fill(row.message, values), options);
    this.name = 'UnseenError';
    this.code = code;
    this.hint = fill(row.hint, values);
    this.exit = row.exit;
    this.values = values;
  }
}

/** Throws `ABORTED` if the signal has fired; `kept` says what survives. */
export function throwIfAborted(
  signal: AbortSignal | undefined,
  during: string,
  kept = 'Nothing was written.',
): void {
  if (signal?.aborted) throw new UnseenError('ABORTED', { during, kept }, { cause: signal.reason });
}
