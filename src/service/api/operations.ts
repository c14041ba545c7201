/**
 * Every operation under /v1: its name, address, scope, and what it takes and gives. The service's routes, the OpenAPI
 * document and the client are made of this table and of the schemas that `routes.ts` joins to it.
 */

/** What a token may do; each is granted by itself. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `{name}` stands for one percent-encoded part. */
  readonly path: `/v1/${string}`;
  readonly scope: Scope;
  /** Body of the request. `search`: JSON, or a picture with the fields in the query. */
  readonly takes: 'nothing' | 'json' | 'ndjson' | 'multipart' | 'search';
  readonly gives: 'nothing' | 'json' | 'ndjson' | 'picture';
  /** Of success. */
  readonly status: 200 | 201 | 202 | 204;
  readonly summary: string;
}

export const OPERATIONS = {
  listCollections: {
    method: 'GET',
    path: '/v1/collections',
    scope: 'read',
    takes: 'nothing',
    gives: 'json',
    status: 200,
    summary: 'All collections that the token may see',
  },
  createCollection: {
    method: 'POST',
    path: '/v1/collections',
    scope: 'admin',
    takes: 'json',
    gives: 'json',
    status: 201,
    summary: 'Make an empty collection for codes of a model',
  },
  getCollection: {
    method: 'GET',
    path: '/v1/collections/{name}',
    scope: 'read',
    takes: 'nothing',
    gives: 'json',
    status: 200,
    summary: 'A collection and its statistics',
  },
  deleteCollection: {
    method: 'DELETE',
    path: '/v1/collections/{name}',
    scope: 'admin',
    takes: 'nothing',
    gives: 'nothing',
    status: 204,
    summary: 'Remove a collection with everything in it',
  },
  search: {
    method: 'POST',
    path: '/v1/collections/{name}/search',
    scope: 'read',
    takes: 'search',
    gives: 'json',
    status: 200,
    summary: 'The nearest items to a text, a picture, a code or an item',
  },
  getItem: {
    method: 'GET',
    path: '/v1/collections/{name}/items/{id}',
    scope: 'read',
    takes: 'nothing',
    gives: 'json',
    status: 200,
    summary: 'An item with its codes and payload',
  },
  putItem: {
    method: 'PUT',
    path: '/v1/collections/{name}/items/{id}',
    scope: 'write',
    takes: 'json',
    gives: 'json',
    status: 200,
    summary: 'Add an item, or replace it whole; answered when it is on the disk',
  },
  deleteItem: {
    method: 'DELETE',
    path: '/v1/collections/{name}/items/{id}',
    scope: 'write',
    takes: 'nothing',
    gives: 'nothing',
    status: 204,
    summary: 'Delete an item',
  },
  getPicture: {
    method: 'GET',
    path: '/v1/collections/{name}/items/{id}/picture',
    scope: 'read',
    takes: 'nothing',
    gives: 'picture',
    status: 200,
    summary: 'The picture that is kept with an item',
  },
  addItems: {
    method: 'POST',
    path: '/v1/collections/{name}/items',
    scope: 'write',
    takes: 'ndjson',
    gives: 'ndjson',
    status: 200,
    summary: 'Add many items: a line an item, and a line of answer when it is on the disk',
  },
  addPictures: {
    method: 'POST',
    path: '/v1/collections/{name}/pictures',
    scope: 'write',
    takes: 'multipart',
    gives: 'json',
    status: 200,
    summary: 'Add pictures as a form sends them; the file name is the id',
  },
  deleteItems: {
    method: 'POST',
    path: '/v1/collections/{name}/delete',
    scope: 'write',
    takes: 'json',
    gives: 'json',
    status: 200,
    summary: 'Delete many items in one write',
  },
  compact: {
    method: 'POST',
    path: '/v1/collections/{name}/compact',
    scope: 'admin',
    takes: 'nothing',
    gives: 'json',
    status: 200,
    summary: 'Give the space of deleted and replaced items back',
  },
  verify: {
    method: 'POST',
    path: '/v1/collections/{name}/verify',
    scope: 'admin',
    takes: 'nothing',
    gives: 'json',
    status: 200,
    summary: 'Read all that is kept and compare checksums and counts',
  },
  reencode: {
    method: 'POST',
    path: '/v1/collections/{name}/reencode',
    scope: 'admin',
    takes: 'json',
    gives: 'json',
    status: 202,
    summary: 'Move a collection to another model, in the background',
  },
  getJob: {
    method: 'GET',
    path: '/v1/jobs/{id}',
    scope: 'read',
    takes: 'nothing',
    gives: 'json',
    status: 200,
    summary: 'How far a job in the background is',
  },
  listModels: {
    method: 'GET',
    path: '/v1/models',
    scope: 'read',
    takes: 'nothing',
    gives: 'json',
    status: 200,
    summary: 'The models that texts and pictures can be encoded with',
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
/** Its path as the router and the metrics write it: `/v1/collections/:name`. */
export const routeOf = (name: OperationName): string => OPERATIONS[name].path.replace(/\{(\w+)\}/g, ':$1');
/** An operation of the table, with what they have in common. */
export type OperationOf<Name extends OperationName> = (typeof OPERATIONS)[Name];
