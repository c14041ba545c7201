/** Malformed requests, generated from the OpenAPI document: right in form here and there, hostile everywhere else. */
import fc from 'fast-check';

type JsonSchema = { readonly [key: string]: unknown };

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: JsonSchema;
}

interface Operation {
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

/** Bytes of one request; `broken`: no HTTP any more, and the connection may end without an answer. */
export interface Malformed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly broken: boolean;
}

/** What has opened doors elsewhere. */
const HOSTILE = [
  '',
  '.',
  '..',
  '../../../etc/passwd',
  '..\\..\\windows',
  '%2e%2e%2f%2e%2e%2f',
  '..%2f..%2fetc%2fpasswd',
  '%252e%252e%252f',
  '/etc/passwd',
  'a\0b',
  '%00',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '-1',
  '1e999',
  'NaN',
  'null',
  'true',
  "'; DROP TABLE items; --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '\u202e\ufeff',
  '\ud800',
  '😀'.repeat(300),
  'a'.repeat(513),
  'A'.repeat(5_000),
  'con',
  'nul.txt',
  '%',
  '%zz',
  '%c0%ae%c0%ae/',
  'file:///etc/passwd',
  'http://169.254.169.254/',
];

const hostile = fc.constantFrom(...HOSTILE);
const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, -1, 2 ** 31, 2 ** 53, 1e308, -1e308, 0.1),
);
const anything = fc.oneof(fc.jsonValue({ maxDepth: 4 }), hostile, numbers, fc.constant(null), deep());

/** JSON that goes deeper than anybody's stack. */
function deep(): fc.Arbitrary<unknown> {
  return fc.integer({ min: 10, max: 3_000 }).map((levels) => {
    let value: unknown = 1;
    for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { not: value };
    return value;
  });
}

/** Mostly what the schema asks for, and sometimes not at all. */
function fromSchema(schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 5, arbitrary: asAsked(schema, depth) }, { weight: 1, arbitrary: anything });
}

function asAsked(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  const { type, example, pattern, properties, items, anyOf } = schema as {
    type?: string;
    example?: unknown;
    pattern?: string;
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
    anyOf?: JsonSchema[];
  };
  const known = schema.enum as unknown[] | undefined;
  if (known) return fc.oneof(fc.constantFrom(...known), hostile);
  if (anyOf) return fc.oneof(...anyOf.map((one) => fromSchema(one, depth + 1)));
  if (type === 'object') {
    const fields = Object.entries(properties ?? {}).map(
      ([name, one]) => [name, fromSchema(one, depth + 1)] as const,
    );
    const record = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    const more = fc.dictionary(fc.oneof(hostile, fc.string()), anything, { maxKeys: 2 });
    const own = example === undefined ? record : fc.oneof(fc.constant(example), record);
    return fc.oneof({ weight: 4, arbitrary: own }, { weight: 1, arbitrary: more });
  }
  if (type === 'array') return fc.array(fromSchema(items ?? {}, depth + 1), { maxLength: 5 });
  if (type === 'integer' || type === 'number')
    return fc.oneof(fc.integer({ min: 0, max: 1_100 }), numbers, fc.double().map(String));
  if (type === 'boolean') return fc.boolean();
  const examples = example === undefined ? [] : [fc.constant(example)];
  const plain = pattern?.includes('0-9a-f') ? fc.stringMatching(/^[0-9a-f]{0,40}$/) : fc.string();
  return fc.oneof(...examples, plain, hostile, fc.base64String({ maxLength: 400 }));
}

/** As a client would, half of them percent-encoded; the rest as they are, if that can stand on a request line. */
const part = (value: unknown, encode: boolean): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  try {
    if (encode) return encodeURIComponent(text);
  } catch {
    // Half a surrogate pair: sent as bytes that are no UTF-8.
    return '%ed%a0%80';
  }
  return text.replace(/[\r\n ]/g, '+');
};

const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/x-ndjson',
  'image/png',
  'image/svg+xml',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/xml',
  '',
  'garbage',
];

const HEADERS = fc.constantFrom<readonly string[]>(
  [],
  [],
  [],
  ['Content-Encoding: gzip'],
  ['Unseen-Timeout: -5'],
  ['Unseen-Timeout: 99999999999999'],
  ['Accept: text/html'],
  ['Expect: 100-continue'],
  ['Upgrade: websocket', 'Connection: Upgrade'],
  ['If-None-Match: *'],
  ['Range: bytes=0-1000000000'],
  ['Authorization: Bearer x'],
  ['Origin: null'],
  ['X-Forwarded-For: 1.2.3.4', 'X-Original-URL: /admin'],
  ['Cookie: a=b'],
  [`X-Long: ${'h'.repeat(8_000)}`],
);

const asJson = (value: unknown): Buffer => {
  const text = JSON.stringify(value) ?? '';
  // `__proto__` as a key of the text, which no object literal gives.
  return Buffer.from(text.replace('"constructor"', '"__proto__"'));
};

/** Parts of a form that a parser of forms may stumble over. */
const FORMS = fc
  .array(
    fc.record({
      name: hostile,
      file: hostile,
      type: fc.constantFrom(...TYPES),
      content: fc.uint8Array({ maxLength: 300 }),
    }),
    { maxLength: 4 },
  )
  .map((parts) =>
    Buffer.concat([
      ...parts.flatMap(({ name, file, type, content }) => [
        Buffer.from(
          `--x\r\nContent-Disposition: form-data; name="${name || 'picture'}"; filename="${file}"\r\nContent-Type: ${type}\r\n\r\n`,
        ),
        Buffer.from(content),
        Buffer.from('\r\n'),
      ]),
      Buffer.from('--x--\r\n'),
    ]),
  );

function bodyOf(type: string, schema: JsonSchema): fc.Arbitrary<Buffer> {
  const json = fromSchema(schema).map(asJson);
  const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some));
  const cut = fc.tuple(json, fc.nat(200)).map(([whole, length]) => whole.subarray(0, length));
  if (type.includes('ndjson'))
    return fc
      .array(fc.oneof(json, cut), { maxLength: 5 })
      .map((lines) => Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  if (type.includes('multipart')) return fc.oneof(FORMS, bytes);
  return fc.oneof(
    { weight: 6, arbitrary: json },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: bytes },
  );
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Requests that are HTTP: what is wrong with them is what they say. */
function spoken({ paths }: Document): fc.Arbitrary<Malformed> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return fc.constantFrom(...operations).chain(({ path, method, operation }) => {
    const inPath = operation.parameters.filter((one) => one.in === 'path');
    const inQuery = operation.parameters.filter((one) => one.in === 'query');
    const [type, { schema }] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [
      '',
      { schema: {} },
    ];
    return fc
      .record({
        method: fc.oneof(
          { weight: 12, arbitrary: fc.constant(method.toUpperCase()) },
          {
            weight: 1,
            arbitrary: fc.constantFrom('GET', 'PATCH', 'OPTIONS', 'TRACE', 'HEAD', 'PUT', 'POST'),
          },
        ),
        parts: fc.tuple(
          ...inPath.map(({ name, schema: one }) =>
            fc.oneof(fc.constant(name === 'name' ? 'codes' : '1'), fromSchema(one)),
          ),
        ),
        encode: fc.boolean(),
        query: fc.oneof(
          { weight: 3, arbitrary: fc.constant([] as [string, unknown][]) },
          {
            weight: 1,
            arbitrary: fc.array(
              fc.tuple(fc.constantFrom('x', '__proto__', ...inQuery.map(({ name }) => name)), anything),
              { maxLength: 3 },
            ),
          },
        ),
        type: fc.oneof(
          { weight: 8, arbitrary: fc.constant(type) },
          { weight: 1, arbitrary: fc.constantFrom(...TYPES) },
        ),
        headers: HEADERS,
        body: type === '' ? fc.oneof(fc.constant(Buffer.alloc(0)), bodyOf('', {})) : bodyOf(type, schema),
      })
      .map(({ method: verb, parts, encode, query, type: sent, headers, body }) => {
        let place = 0;
        const address = path.replace(/\{\w+\}/g, () => part(parts[place++], encode));
        const search = query.map(([key, value]) => `${key}=${part(value, true)}`).join('&');
        const lines = [
          `${verb} ${(address + (search && `?${search}`)).slice(0, 12_000)} HTTP/1.1`,
          'Host: localhost',
          ...(sent === '' ? [] : [`Content-Type: ${sent}`]),
          `Content-Length: ${body.length}`,
          ...headers,
        ];
        const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
        return { name: lines[0]!, bytes: Buffer.concat([head, body]), broken: !isClean(head) };
      });
  });
}

/** Whether Node's parser takes the head: ASCII without control characters. */
const isClean = (head: Buffer): boolean => !/[^\r\n\x20-\x7e]/.test(head.toString('latin1'));

const SEARCH = '/v1/collections/codes/search';

/** What is no HTTP, or two things at once. */
const BROKEN = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        'GET\r\n\r\n',
        `POST ${SEARCH} HTTP/9.9\r\nHost: localhost\r\n\r\n`,
        `POST ${SEARCH} HTTP/1.1\r\n\r\n`,
        `POST ${SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n`,
        `POST ${SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
        `POST ${SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        `POST ${SEARCH} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
        `POST ${SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n`,
        `POST ${SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
        `POST ${SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"code":`,
        `GET ${SEARCH}\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
        'GET http://attacker.example/v1/collections HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'GET //attacker.example/..%2f HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'GET /assets/../../package.json HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'GET /docs/static/..%2f..%2fpackage.json HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'CONNECT attacker.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(3_000)}\r\n`,
        `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`,
        'GET /healthz HTTP/1.1\r\nHost: localhost\r\n Folded: header\r\n\r\n',
        'GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n',
        'GET /healthz HTTP/1.1\nHost: localhost\n\n',
      )
      .map((text) => Buffer.from(text, 'latin1')),
  )
  .map((bytes): Malformed => ({ name: bytes.toString('latin1', 0, 60), bytes, broken: true }));

export const malformedRequests = (document: unknown): fc.Arbitrary<Malformed> =>
  fc.oneof({ weight: 9, arbitrary: spoken(document as Document) }, { weight: 1, arbitrary: BROKEN });
