/** The OpenAPI document: complete, sound in itself, and browsable without anything from elsewhere. */
import { describe, expect, it } from 'vitest';
import { runService } from '../../test/running-service.ts';
import { OPERATIONS, type OperationName } from './api/operations.ts';
import { openApiDocument } from './openapi.ts';

type Node = { readonly [key: string]: unknown };

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Node;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Node }>> };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Node }>>;
}

const document = openApiDocument() as unknown as Node & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Everything below a node, with its place. */
function* walk(node: unknown, place = '#'): Generator<{ place: string; node: Node }> {
  if (typeof node !== 'object' || node === null) return;
  yield { place, node: node as Node };
  for (const [key, value] of Object.entries(node)) yield* walk(value, `${place}/${key}`);
}

describe('the OpenAPI document', () => {
  it('is 3.1, and has every operation of the table at its address', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(
      Object.keys(OPERATIONS).sort(),
    );
    for (const { path, method, operation } of operations) {
      const row = OPERATIONS[operation.operationId as OperationName];
      expect([path, method.toUpperCase()]).toEqual([row.path, row.method]);
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const named = operation.parameters.filter((one) => one.in === 'path');
      expect(named.map(({ name, required }) => [name, required])).toEqual(parts.map((name) => [name, true]));
      expect(Object.keys(operation.responses)).toEqual([String(row.status), 'default']);
    }
  });

  it('has schemas for whatever is sent and answered, and only references that lead somewhere', () => {
    const types = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
    for (const { place, node } of walk(document)) {
      if (typeof node.$ref === 'string') {
        const target = node.$ref
          .slice(2)
          .split('/')
          .reduce<unknown>((at, key) => (at as Node)?.[key], document);
        expect(target, `${place}: ${node.$ref}`).toBeDefined();
      }
      if (place.includes('/example')) continue;
      if (typeof node.type === 'string' && !place.includes('securitySchemes'))
        expect(types.has(node.type), `${place}: ${node.type}`).toBe(true);
      if ('schema' in node) expect(Object.keys(node.schema as Node).length, place).toBeGreaterThan(0);
    }
    for (const { operation } of operations) {
      const { takes, gives } = OPERATIONS[operation.operationId as OperationName];
      expect(operation.requestBody !== undefined, operation.operationId).toBe(takes !== 'nothing');
      const success = Object.values(operation.responses)[0]!;
      expect(success.content !== undefined, operation.operationId).toBe(gives !== 'nothing');
    }
  });

  it('asks of callers what the service asks: defaults may be left out, one of four sources must be there', () => {
    const body =
      document.paths[OPERATIONS.search.path]!.post!.requestBody!.content['application/json']!.schema;
    const { properties, required, oneOf, additionalProperties } = body as {
      properties: Record<string, Node>;
      required?: string[];
      oneOf: Node[];
      additionalProperties: boolean;
    };
    expect(properties.k).toMatchObject({ type: 'integer', minimum: 1, maximum: 1000, default: 10 });
    expect(required ?? []).toEqual([]);
    expect(oneOf).toHaveLength(4);
    expect(additionalProperties).toBe(false);
    expect(properties.filter).toMatchObject({ type: 'object' });
  });

  it('is served, and /docs shows it with files of the service alone', async () => {
    const { url } = await runService();
    expect(await (await fetch(`${url}/openapi.json`)).json()).toEqual(JSON.parse(JSON.stringify(document)));
    const page = await fetch(`${url}/docs/`);
    const html = await page.text();
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('http');
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file, file).not.toMatch(/^(https?:)?\/\//);
      const response = await fetch(new URL(file, `${url}/docs/`));
      expect(response.status, file).toBe(200);
      await response.arrayBuffer();
    }
    expect(html).not.toMatch(/<script>[^<]/); // the policy runs no script that stands in the page
  });
});
