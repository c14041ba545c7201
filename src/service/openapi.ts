/** The OpenAPI 3.1 document, from the table of operations and the same schemas that requests are held against. */
import { z } from 'zod';
import { UNSEEN_VERSION } from '../model/index.ts';
import { PICTURES_FORM } from './api/items.ts';
import { OPERATIONS, type OperationName } from './api/operations.ts';
import { PROBLEM_TYPE, problem } from './api/problem.ts';
import { SCHEMAS, type Schemas } from './api/routes.ts';

type JsonSchema = Record<string, unknown>;

/** `input`: what a caller may send, defaults left out. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  // Custom checks say what they are by `meta`; JSON Schema has no form for them.
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return made as JsonSchema;
}

const content = (type: string, schema: JsonSchema) => ({ [type]: { schema } });

function parametersOf(part: 'path' | 'query', schema: z.ZodType | undefined): JsonSchema[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: part,
    required: part === 'path' || required.includes(name),
    ...(part === 'query' && { description: 'With a body that is a picture' }),
    schema: one,
  }));
}

const TIMEOUT = {
  name: 'Unseen-Timeout',
  in: 'header',
  required: false,
  description: 'Milliseconds after which the work is stopped, at most what the service allows',
  schema: { type: 'integer', minimum: 1 },
};

const PICTURE_SCHEMA = { type: 'string', format: 'binary' };

function requestBodyOf(name: OperationName, { body }: Schemas): JsonSchema | undefined {
  const { takes } = OPERATIONS[name];
  if (takes === 'nothing') return undefined;
  const json = body && content('application/json', schemaOf(body, 'input'));
  const bodies = {
    json,
    search: { ...json, ...content('image/*', PICTURE_SCHEMA) },
    ndjson: body && content('application/x-ndjson', schemaOf(body, 'input')),
    multipart: content('multipart/form-data', PICTURES_FORM),
  };
  return { required: true, content: bodies[takes] };
}

function answerOf(name: OperationName, { answer }: Schemas): JsonSchema {
  const { gives, summary } = OPERATIONS[name];
  if (gives === 'nothing') return { description: 'Done' };
  const types = { json: 'application/json', ndjson: 'application/x-ndjson', picture: 'image/*' };
  return {
    description: summary,
    content: content(types[gives], answer ? schemaOf(answer, 'output') : PICTURE_SCHEMA),
  };
}

function operationOf(name: OperationName): JsonSchema {
  const { summary, scope, status, path } = OPERATIONS[name];
  const schemas: Schemas = SCHEMAS[name];
  const requestBody = requestBodyOf(name, schemas);
  return {
    operationId: name,
    summary,
    description: `Needs the scope \`${scope}\`.`,
    tags: [path.split('/')[2]],
    security: [{ token: [] }],
    parameters: [...parametersOf('path', schemas.params), ...parametersOf('query', schemas.query), TIMEOUT],
    ...(requestBody && { requestBody }),
    responses: {
      [status]: answerOf(name, schemas),
      default: {
        description: 'A problem',
        content: content(PROBLEM_TYPE, { $ref: '#/components/schemas/Problem' }),
      },
    },
  };
}

/** Plain JSON. */
export function openApiDocument(): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    const { path, method } = OPERATIONS[name];
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = operationOf(name);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Unseen',
      version: UNSEEN_VERSION,
      description:
        'Search by meaning in a few bytes an item. Errors are problem+json with a code to branch on.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}
