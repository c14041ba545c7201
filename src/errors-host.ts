/**
 * The errors of what no browser runs: collections, adding to them, the service, the command line. A part of the table in
 * `errors.ts`; its twin for browsers is empty, so that pages do not load these texts.
 */
export const HOST_ERRORS = {
  PAGE_MISSING: {
    exit: 1,
    message: 'the page of this program was not built',
    hint: 'Run `npm run build`; an installed package has the page already.',
  },
  PACKAGE_CHANGED: {
    exit: 2,
    message: '{package} {received} does not hold what the bundled set is made of ({reason})',
    hint: 'Run: npm install {package}@{version}',
  },
  RUNS_FAILED: {
    exit: 1,
    message: '{failed} of {total} runs failed; the first: {first}',
    hint: '{kept}',
  },
  METHOD_MODALITY_MISSING: {
    exit: 2,
    message: '{model}: the method {method} made it without an encoder for modality "{received}"',
    hint: 'Train a method that has one: {known}.',
  },
  CALL_INVALID: {
    exit: 2,
    message: '{reason}',
    hint: '{advice}',
  },
  CONFIG_INVALID: {
    exit: 2,
    message: '{file}: {where}: {reason}',
    hint: 'A configuration is JSON with any of "method", "bits", "seed" and "settings" (an object).',
  },
  SYSTEM_FAILED: {
    exit: 1,
    message: '{what}: {reason}',
    hint: 'The system refused: look at free space, rights and limits, then run it again.',
  },
  CODES_OTHER_MODEL: {
    exit: 2,
    message: '{file}: its codes are of model {expected}, received a query for model {received}',
    hint: 'Search with the model that made the codes, or encode the items again.',
  },
  COLLECTION_EXISTS: {
    exit: 2,
    message: '{folder}: holds something already',
    hint: 'Open the collection that is there, or choose a folder that does not exist or is empty; in Postgres, another name.',
  },
  COLLECTION_MISSING: {
    exit: 2,
    message: '{folder}: is no collection ({reason})',
    hint: 'Check the path; a collection is a folder with a collection.json, or a name in a database of Postgres.',
  },
  COLLECTION_FORMAT_UNKNOWN: {
    exit: 2,
    message: '{file}: collection format {received} is not known, this version reads {known}',
    hint: 'Update Unseen, or export the collection with the version that made it.',
  },
  COLLECTION_DAMAGED: {
    exit: 1,
    message: '{file}: {where}: {reason}',
    hint: 'The file was changed or damaged after it was written: put a copy back, or import an export.',
  },
  COLLECTION_LOCKED: {
    exit: 2,
    message: '{folder}: process {process} on {host} writes there since {since}',
    hint: 'Wait for its end, or open the collection for reading. If that machine is gone for good, open with takeOver.',
  },
  COLLECTION_OTHER_MODEL: {
    exit: 2,
    message: 'collection "{name}": its codes are of model {expected}, received one of model {received}',
    hint: 'Encode with the model of the collection, or make another collection.',
  },
  COLLECTION_ITEM_INVALID: {
    exit: 2,
    message: 'item {row}: {field}: {reason}, received {received}',
    hint: 'Correct that item; nothing of the call was kept.',
  },
  COLLECTION_WRITE_FAILED: {
    exit: 1,
    message: 'collection "{name}": {kept}: {reason}',
    hint: '{advice}',
  },
  EXPORT_DAMAGED: {
    exit: 2,
    message: '{file}: {where}: {reason}',
    hint: 'It is no whole export of a collection, and nothing of it was kept: take another copy, or export again.',
  },
  ITEM_NOT_ENCODABLE: {
    exit: 2,
    message: 'item "{id}" has {received}; only {expected} can be encoded',
    hint: 'Give it {expected}, or take a model that encodes what it has.',
  },
  ITEMS_FAILED: {
    exit: 1,
    message: 'all of {total} items failed; the first: {first}',
    hint: 'Nothing was added. Look at the first: mostly the source is of another kind than it seems.',
  },
  ITEM_TWICE: {
    exit: 2,
    message: 'item "{id}" came before in the same run',
    hint: 'Give every item an id of its own; two sources with the same names are told apart by --prefix.',
  },
  TEXT_UNKNOWN: {
    exit: 2,
    message: 'the model knows no word of the text {received}: its code would say nothing',
    hint: 'Write it in words of the training texts or word vectors, or give the item a picture.',
  },
  PICTURE_NOT_TAKEN: {
    exit: 2,
    message: '{file}: collections take no {received}',
    hint: 'They take what browsers show, which is PNG, JPEG, WebP, GIF and AVIF: convert it first.',
  },
  ENCODER_CRASHED: {
    exit: 1,
    message: 'a worker ended ({reason}) while it encoded {items}',
    hint: 'Mostly memory ran out: run it again with fewer workers. What was added stays, and is passed over.',
  },
  SOURCE_UNKNOWN: {
    exit: 2,
    message: '{source}: is nothing that items are read from',
    hint: 'Give a folder of pictures, pictures, a .tar, .csv, .tsv or .jsonl file, a dataset folder, or {bundled}.',
  },
  POSTGRES_UNREACHABLE: {
    exit: 1,
    message: '{address}: no answer ({reason})',
    hint: 'Check that the server runs and can be reached, user and password; then call again.',
  },
  POSTGRES_FAILED: {
    exit: 1,
    message: '{address}: {reason}',
    hint: 'Look at the log of the server: its space, limits and rights; nothing was changed.',
  },
  POSTGRES_UNSUITABLE: {
    exit: 2,
    message: '{address}: {reason}, received {received}',
    hint: '{advice}',
  },
  COLLECTION_SHARD_MISSING: {
    exit: 1,
    message: 'collection "{name}": no answer from {shards} ({reason})',
    hint: 'Start it again and repeat the call; a search may ask for a part with partial: true.',
  },
  COLLECTION_CLOSED: {
    exit: 2,
    message: 'collection "{name}" was closed',
    hint: 'Call close() last, or open the collection again.',
  },
  REQUEST_INVALID: {
    exit: 2,
    message: '{field}: {reason}',
    hint: 'Correct the request: /docs of the service shows what every operation takes.',
  },
  REQUEST_SLOW: {
    exit: 2,
    message: 'the request did not arrive within {milliseconds} ms',
    hint: 'Send it faster, or in smaller parts.',
  },
  ROUTE_UNKNOWN: {
    exit: 2,
    message: 'there is nothing at {received}',
    hint: 'Check address and method: /docs of the service lists all operations.',
  },
  COLLECTION_UNKNOWN: {
    exit: 2,
    message: 'no collection is called "{received}"',
    hint: 'GET /v1/collections lists those that there are.',
  },
  COLLECTION_TAKEN: {
    exit: 2,
    message: 'there is a collection called "{name}" already',
    hint: 'Choose another name, or delete that one first.',
  },
  COLLECTION_FIXED: {
    exit: 2,
    message: 'the service cannot make or remove the collection "{name}"',
    hint: 'It makes and removes collections below its root folder only: start it with one.',
  },
  COLLECTION_BUSY: {
    exit: 2,
    message: 'job {job} works on the collection "{name}"',
    hint: 'Wait for its end: GET /v1/jobs/{id} tells how far it is.',
  },
  COLLECTION_FORBIDDEN: {
    exit: 2,
    message: 'the token "{token}" may not use the collection "{received}"',
    hint: 'Use another token, or add the collection to the entry of this one in the tokens file.',
  },
  ITEM_UNKNOWN: {
    exit: 2,
    message: 'collection "{name}" has no item "{received}"',
    hint: 'Check the id; in an address it is percent-encoded.',
  },
  PICTURE_UNKNOWN: {
    exit: 2,
    message: 'item "{received}" of collection "{name}" has no picture',
    hint: 'Items have one when they were added with a picture; hits and items say so.',
  },
  MODEL_UNKNOWN: {
    exit: 2,
    message: 'the service has no model {received}',
    hint: 'GET /v1/models lists those that it has; without its model a collection takes ready codes only.',
  },
  JOB_UNKNOWN: {
    exit: 2,
    message: 'there is no job {received}',
    hint: 'Jobs are known until the service ends, and the last 1,000 of those that are over.',
  },
  TOKEN_MISSING: {
    exit: 2,
    message: 'the request has no bearer token',
    hint: 'Send the header "Authorization: Bearer TOKEN".',
  },
  TOKEN_UNKNOWN: {
    exit: 2,
    message: 'the bearer token is not known',
    hint: 'Check that all of it was copied, and that the tokens file of the service has its entry.',
  },
  SCOPE_MISSING: {
    exit: 2,
    message: 'the token "{token}" does not have the scope "{scope}"',
    hint: 'Use a token with that scope.',
  },
  TOKENS_INVALID: {
    exit: 2,
    message: '{file}: {where}: {reason}',
    hint: 'Make entries with "unseen tokens"; docs/service.md shows the file.',
  },
  TOKENS_MISSING: {
    exit: 2,
    message: 'the service does not listen on {host} without tokens: other machines could reach it',
    hint: 'Give it a tokens file, or listen on 127.0.0.1.',
  },
  ORIGIN_FOREIGN: {
    exit: 2,
    message: 'a request by way of {received} is not answered',
    hint: 'Without tokens the service answers only to its own page and to programs on this machine, at localhost or 127.0.0.1.',
  },
  BODY_TOO_LARGE: {
    exit: 2,
    message: 'the request is larger than {limit}',
    hint: 'Send less in one request; docs/service.md lists the limits and how to change them.',
  },
  MEDIA_TYPE_UNKNOWN: {
    exit: 2,
    message: '{header}: "{received}" is not taken here, only {known}',
    hint: 'Send the body as it is, uncompressed, with its type.',
  },
  SERVICE_BUSY: {
    exit: 1,
    message: 'too many requests wait already ({lane})',
    hint: 'Ask again after the seconds of Retry-After, and less often.',
  },
  SERVICE_STOPPING: {
    exit: 1,
    message: 'the service is stopping',
    hint: 'Ask again when it is back.',
  },
  DEADLINE_PASSED: {
    exit: 1,
    message: 'the work was stopped after {milliseconds} ms',
    hint: 'Ask for less, or for more time where the service allows it (Unseen-Timeout).',
  },
} as const satisfies Record<string, { exit: 1 | 2; message: string; hint: string }>;
