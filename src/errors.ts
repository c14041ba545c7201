/**
 * Every error that the project throws: a code, a message template, the exit status, and what to do next.
 * `docs/errors.md` is held against this table by a test.
 *
 * Exit status: 1 the work failed, 2 the call or the input is wrong.
 */
import { HOST_ERRORS } from './errors-host.ts';

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
    message: 'codes of {received} bytes do not fit into one index ({reason})',
    hint: 'Split the codes over several indexes and merge their hits.',
  },
  INDEX_CHANGED: {
    exit: 1,
    message: 'rows were added, deleted or compacted while the index was being read',
    hint: 'Begin again, and change the index before or after: iterate, rerank, dedup and knnGraph are many searches.',
  },
  INDEX_CLOSED: {
    exit: 2,
    message: 'the index was closed',
    hint: 'Call close() after the last search, or make the index again.',
  },
  INDEX_FILE_INVALID: {
    exit: 2,
    message: '{file}: {where}: {reason}, received {received}',
    hint: 'This is no index that Unseen saved, or it is damaged: copy the file again, or save the index again.',
  },
  INDEX_FILE_VERSION: {
    exit: 2,
    message: '{file}: index format {received} is not known, this version reads {known}',
    hint: 'Update Unseen, or save the index again with this version.',
  },
  INDEX_FILE_DAMAGED: {
    exit: 2,
    message:
      '{file}: {where} does not have the checksum that the file states: {expected} stated, {received} computed',
    hint: 'The file was damaged after it was saved: copy it again, or save the index again.',
  },
  FAISS_FILE_INVALID: {
    exit: 2,
    message: '{file}: {where}: {reason}, received {received}',
    hint: 'Read are an IndexBinaryFlat, and an IndexBinaryIDMap or IndexBinaryIDMap2 of one, as faiss.write_index_binary writes them.',
  },
  SHAPE_MISMATCH: {
    exit: 2,
    message: '{operation}: shapes {left} and {right} do not fit ({reason})',
    hint: 'Shapes are checked while the graph is built: look at the call that made this operation.',
  },
  GRAPH_INVALID: {
    exit: 2,
    message: '{operation}: {reason}',
    hint: 'The graph was not built; nothing was run.',
  },
  ENGINE_FAILED: {
    exit: 1,
    message: 'ONNX Runtime, {during}: {reason}',
    hint: 'Check free memory first; if the message names an operation, report it with the graph that led here.',
  },
  FILE_UNWRITABLE: {
    exit: 1,
    message: '{file}: cannot be written ({reason})',
    hint: 'Check that the folder exists, its permissions, and the free space; nothing half-written was left.',
  },
  FILE_LENGTH: {
    exit: 2,
    message: '{file}: {expected} bytes expected, received {received}',
    hint: 'The file is truncated, padded or of another kind: fetch or write it again.',
  },
  FILE_MALFORMED: {
    exit: 2,
    message: '{file}: {where}: {reason}, received {received}',
    hint: 'docs/data.md describes every format that is read, with its limits.',
  },
  NPY_UNSUPPORTED: {
    exit: 2,
    message: '{file}: {reason}, received {received}',
    hint: 'Save it again with numpy.save(file, numpy.ascontiguousarray(array, dtype="float32")) or an integer dtype.',
  },
  MAT_UNSUPPORTED: {
    exit: 2,
    message: '{file}: {name}: {reason}, received {received}',
    hint: 'Save plain arrays: save(file, "I_tr", …, "-v7") in MATLAB, scipy.io.savemat(file, arrays) in Python.',
  },
  PATH_OUTSIDE: {
    exit: 2,
    message: '{folder}: the path "{received}" {reason}',
    hint: 'A dataset names files inside its own folder only: copy the file there and use a relative path.',
  },
  DATASET_ROWS: {
    exit: 2,
    message: '{file}: {what} has {received} rows, the dataset has {expected}',
    hint: 'Every list of files must add up to "rows" of dataset.json.',
  },
  LABEL_WITHOUT_ITEM: {
    exit: 2,
    message: '{modality}: row {row} has the label {value} but no item in this modality',
    hint: 'Give the row an item ("places"), or leave it unlabelled in this modality.',
  },
  ROW_EMPTY: {
    exit: 2,
    message: '{file}: row {row} has no item in any modality',
    hint: 'Leave the row out, or name its item in "places".',
  },
  ROW_WITHOUT_ITEM: {
    exit: 2,
    message: 'row {row} has no item in this modality',
    hint: 'Ask only for rows whose "places" is not -1.',
  },
  LABEL_OUT_OF_RANGE: {
    exit: 2,
    message: '{file}: row {row}: label {value} is none of the {classes} classes',
    hint: 'Labels are class indexes from 0, with 255 or -1 for an unlabelled row, or a 0/1 matrix [rows, classes].',
  },
  VALUE_NOT_FINITE: {
    exit: 2,
    message: '{file}: row {row}, column {column}: {value} is not a finite number',
    hint: 'Remove or repair that row: NaN and infinity would spread over every code.',
  },
  CLASS_EMBEDDING_ZERO: {
    exit: 2,
    message: '{file}: the embedding of class "{name}" (row {row}) is all zeros',
    hint: 'Give that class a vector: for a name outside the vocabulary use a synonym, or leave the class out.',
  },
  CLASS_EMBEDDING_MISSING: {
    exit: 2,
    message: '{file}: class "{name}" has no embedding',
    hint: 'Add a row for that class, or rename the class to a word that the file has.',
  },
  CLASS_DESCRIPTIONS: {
    exit: 2,
    message: '{file}: holds descriptions of classes, not vectors',
    hint: 'Give it to "unseen import --embeddings", or to addClassDescriptions: a text encoder makes vectors of them.',
  },
  CLASS_UNKNOWN: {
    exit: 2,
    message: 'the dataset "{dataset}" has no class "{received}"',
    hint: 'Its classes begin with: {known}. A split by name is written split:NAME.',
  },
  SPLIT_UNKNOWN: {
    exit: 2,
    message: 'no split is called "{received}", and the dataset "{dataset}" brings none of that name',
    hint: 'Known splits: {known}.',
  },
  SPLIT_NAME_CLASSES: {
    exit: 2,
    message: 'the split "{name}" does not fit the dataset "{dataset}": {reason}',
    hint: 'Rename the classes as the literature does, or name the unseen classes yourself.',
  },
  SPLIT_CLASS_TOO_SMALL: {
    exit: 2,
    message: 'class "{name}" has {received} {what}, the protocol needs {needed}',
    hint: 'Collect more of it, choose other unseen classes, or leave the class out of the dataset.',
  },
  SPLIT_UNSEEN_COUNT: {
    exit: 2,
    message: '{received} unseen classes asked, {possible} possible ({reason})',
    hint: 'Two seen classes at least must remain, and an unseen class needs rows to ask and rows to find.',
  },
  SPLIT_POOL_EMPTY: {
    exit: 2,
    message: 'the pool of the protocol "{protocol}" has no rows',
    hint: 'The protocol needs unlabelled rows of unseen classes: name classes that have rows, or set unlabelledToPool.',
  },
  SPLIT_INVALID: {
    exit: 2,
    message: '{file}: {where}: {reason}, received {received}',
    hint: 'Make the split again with "unseen split".',
  },
  SPLIT_HASH_MISMATCH: {
    exit: 2,
    message:
      '{file}: the split does not have the hash that it states: {expected} stated, {received} computed',
    hint: 'The file was changed after it was made: make the split again with "unseen split".',
  },
  OUTPUT_EXISTS: {
    exit: 2,
    message: '{file}: already exists',
    hint: 'Choose another place, or pass force to replace it.',
  },
  IMPORTER_UNKNOWN: {
    exit: 2,
    message: 'no importer is called "{received}"',
    hint: 'Known formats: {known}.',
  },
  IMPORT_ROW_BAD: {
    exit: 2,
    message: '{file}: line {line}: {reason}',
    hint: '{advice} To leave such rows out: --skip-bad.',
  },
  ROW_FIELD_INVALID: {
    exit: 2,
    message: '{field}: {reason}, received {received}',
    hint: 'docs/data.md lists the fields of a row and what they hold.',
  },
  IMPORT_EMPTY: {
    exit: 2,
    message: '{file}: no row is left of {received}',
    hint: 'Every row was bad, or there was none: look at the first of them, without --skip-bad.',
  },
  LABEL_UNKNOWN: {
    exit: 2,
    message: 'label "{value}" is none of the {classes} classes of {list}',
    hint: 'Correct the label, or add the class to the list.',
  },
  TEXT_ENCODING: {
    exit: 2,
    message: '{file}: the text is not UTF-8; it looks like {looks}',
    hint: 'Save it as UTF-8 (spreadsheets: "CSV UTF-8"), or run: iconv -f {charset} -t UTF-8 FILE > NEWFILE.',
  },
  PAIRS_MISALIGNED: {
    exit: 2,
    message: '{file}: {left} has {leftRows} rows, {right} has {rightRows}: they do not pair',
    hint: 'Row i of every array must be the same item: fetch the files again, or save those rows only that pair.',
  },
  MAT_VARIABLE_MISSING: {
    exit: 2,
    message: '{file}: has no array called {expected}',
    hint: 'It has: {known}.',
  },
  PICTURE_FORMAT: {
    exit: 2,
    message: '{file}: {received} is no picture format that is read',
    hint: 'JPEG, PNG, WebP, GIF, AVIF and TIFF are. Vector formats (SVG, PDF) can name other files and are refused.',
  },
  PICTURE_TOO_LARGE: {
    exit: 2,
    message: '{file}: more than {limit}',
    hint: 'Scale the picture down first; a small file that claims to be huge is likely an attack.',
  },
  PICTURE_UNREADABLE: {
    exit: 2,
    message: '{file}: the picture cannot be decoded ({reason})',
    hint: 'The file is damaged or cut short: fetch it again, or leave bad pictures out.',
  },
  EXTRACTOR_UNKNOWN: {
    exit: 2,
    message: 'no feature extractor is called "{received}"',
    hint: 'Known extractors: {known}.',
  },
  TEXT_TOO_LONG: {
    exit: 2,
    message: '{what} has {received} characters, at most {limit} are read',
    hint: 'Cut it into several items, or encode a summary: a vector says little of a text of that length.',
  },
  TEXT_VOCABULARY_EMPTY: {
    exit: 2,
    message: '{texts} texts and no word that {minCount} of them share; without word vectors nothing is known',
    hint: 'Give more texts, a smaller minCount, or word vectors.',
  },
  TEXT_ENCODER_INVALID: {
    exit: 2,
    message: '{file}: is no word table and no text encoder, or is damaged ({reason})',
    hint: 'The file is damaged or of another kind: copy it again, or train again.',
  },
  BACKBONE_INVALID: {
    exit: 2,
    message: '{file}: cannot be used as a backbone: {reason}',
    hint: '{advice}',
  },
  BACKBONE_CONFIG_INVALID: {
    exit: 2,
    message: '{file}: {where}: {reason}',
    hint: 'docs/backbones.md lists the settings of a backbone, and what is read of a preprocessor_config.json.',
  },
  BACKBONE_CHANGED: {
    exit: 2,
    message: '{file}: the backbone is {received}, but the features were made by {expected}',
    hint: 'Put the file and its config back as they were, or make the features again with "unseen import".',
  },
  PACKAGE_MISSING: {
    exit: 2,
    message: '{what} needs what is not installed: {packages}',
    hint: 'Run: npm install {packages}',
  },
  EVALUATION_EMPTY: {
    exit: 2,
    message: 'none of {queries} queries has a relevant item among the {database} of the database',
    hint: 'Check that queries and database share classes and that their labels are there.',
  },
  TUNE_NOTHING: {
    exit: 2,
    message: '{method}: there is nothing to choose from',
    hint: 'Give values to try: --set key=1,2,3. Methods with values of their own need none.',
  },
  TUNE_FOLDS: {
    exit: 2,
    message: '{received} folds asked: {reason}',
    hint: 'Ask fewer folds, leave fewer classes unseen, or let more labels be read.',
  },
  TASKS_IMPOSSIBLE: {
    exit: 2,
    message: 'nothing of {received} can be asked of {method} on the split of "{dataset}"',
    hint: 'It encodes {encodes}; the split has {has}.',
  },
  ABORTED: {
    exit: 1,
    message: 'stopped on request during {during}',
    hint: '{kept}',
  },
  METHOD_SETTING_UNKNOWN: {
    exit: 2,
    message: '{method} has no setting called "{received}"',
    hint: 'Its settings: {known}.',
  },
  METHOD_LABELS_UNUSABLE: {
    exit: 2,
    message: 'row {row} of the training rows has {received} labels; {method} learns from exactly one',
    hint: 'Use a method for several labels an item, or a dataset with one label a row.',
  },
  METHOD_BITS_TOO_MANY: {
    exit: 2,
    message: '{method} cannot make {bits} bits from {received} {what}',
    hint: 'Ask for at most {most} bits, or give it longer inputs or more rows.',
  },
  SPLIT_OTHER_DATASET: {
    exit: 2,
    message:
      'the split was made for dataset "{expected}" ({expectedHash}), received "{received}" ({receivedHash})',
    hint: 'Make a split of this dataset with `unseen split`, or open the dataset that the split names.',
  },
  SPLIT_OTHER_MODEL: {
    exit: 2,
    message: 'the model was trained on split {expected}, received split {received} of the same dataset',
    hint: 'Its queries may have been trained on: evaluate with the split of training, or train again.',
  },
  TRAINING_ROWS_EMPTY: {
    exit: 2,
    message: 'the split has no {what} rows, and {method} needs some',
    hint: 'Choose another protocol, another number of unseen classes, or a method that does not need them.',
  },
  TRAINING_INPUT_MISSING: {
    exit: 2,
    message: 'dataset "{dataset}" has no {what} of modality {modality}',
    hint: 'It has: {known}.',
  },
  CLASS_EMBEDDINGS_MISSING: {
    exit: 2,
    message: 'dataset "{dataset}" has no class embeddings called "{received}", and {method} needs them',
    hint: 'It has: {known}. Add an attribute or word vector for every class to the dataset.',
  },
  MODEL_MANIFEST_INVALID: {
    exit: 2,
    message: '{file}: {field}: {reason}',
    hint: 'The folder is not a model that Unseen wrote, or it is damaged: train or copy it again.',
  },
  MODEL_FORMAT_UNKNOWN: {
    exit: 2,
    message: '{file}: model format {received} is not known, this version reads {known}',
    hint: 'Update Unseen, or save the model again with this version.',
  },
  MODEL_PATH_OUTSIDE: {
    exit: 2,
    message: '{file}: names the file {received}, which is not a plain file inside the model folder',
    hint: 'Do not use this folder: models that Unseen writes never name such a file.',
  },
  MODEL_FILE_MISSING: {
    exit: 2,
    message: '{file}: cannot be read ({reason}), but the model needs it',
    hint: 'Copy the whole model folder again.',
  },
  MODEL_HASH_MISMATCH: {
    exit: 2,
    message: '{file}: {what} is {received}, the manifest says {expected}',
    hint: 'The model was changed or damaged after it was saved: copy it again.',
  },
  CRYPTO_UNAVAILABLE: {
    exit: 1,
    message: 'the files of a model cannot be verified: this page has no SHA-256',
    hint: 'Serve the page over https, or from localhost: browsers give no Web Crypto to other pages.',
  },
  BROWSER_UNSUPPORTED: {
    exit: 1,
    message: '{what} does not work in a browser',
    hint: '{advice}',
  },
  MODEL_ENCODER_INVALID: {
    exit: 2,
    message: '{file}: is no encoder ({reason})',
    hint: 'An encoder is an ONNX graph from `input` to a float32 `code` of [rows, bits].',
  },
  RUN_CRASHED: {
    exit: 1,
    message: '{run}: its process ended ({reason})',
    hint: 'Mostly memory ran out: run the same command again with fewer --processes.',
  },
  COMPARISON_RUNNING: {
    exit: 2,
    message: '{folder}: another comparison is writing there, process {process}',
    hint: 'Wait for its end, or choose another folder. If no such process is a comparison, delete {file}.',
  },
  COMPARISON_OTHER_DATASET: {
    exit: 2,
    message: '{folder}: holds runs on the dataset {expected}, received {received}',
    hint: 'Choose another folder, or start over in this one with force.',
  },
  DATASET_CHANGED: {
    exit: 1,
    message: '{source}: changed during the work: {expected} at first, {received} now',
    hint: 'Leave the data as it is until the command ends, and run it again.',
  },
  MODEL_EXISTS: {
    exit: 2,
    message: '{folder}: holds a model already',
    hint: 'Choose another folder, or pass `overwrite` to replace it.',
  },
  MODEL_FOLDER_OCCUPIED: {
    exit: 2,
    message: '{folder}: exists and holds something else than a model',
    hint: 'Choose a folder that does not exist, or an empty one.',
  },
  MODEL_MODALITY_UNKNOWN: {
    exit: 2,
    message: 'the model has no encoder for modality "{received}"',
    hint: 'It encodes: {known}.',
  },
  MODEL_INPUT_SHAPE: {
    exit: 2,
    message: '{what} is {received}, the model takes {expected}',
    hint: 'Encode the kind of input that the model was trained on.',
  },
  MODEL_INPUT_NOT_FINITE: {
    exit: 2,
    message: 'row {row}, column {column} of the input is {received}',
    hint: 'Replace or drop values that are NaN or infinite.',
  },
  MODEL_NEEDS_FEATURES: {
    exit: 2,
    message: 'the model was trained on ready-made features of {dim} values, received {received}',
    hint: 'Encode features made by the same function as the training features, or train on raw pictures or texts.',
  },
  OUTPUT_FOREIGN: {
    exit: 2,
    message: '{folder}: is not replaced, because it holds other things (there is no {marker} in it)',
    hint: 'Choose a folder that does not exist, or empty this one yourself.',
  },
  PAYLOAD_INVALID: {
    exit: 2,
    message: '{where}: {reason}, received {received}',
    hint: 'A payload is a JSON object within limits: docs/collection-filters.md lists them.',
  },
  FILTER_INVALID: {
    exit: 2,
    message: '{where}: {reason}, received {received}',
    hint: 'A filter is JSON: a field with eq, in or gt/gte/lt/lte, or one of and, or, not. docs/collection-filters.md has examples.',
  },
  INTERNAL: {
    exit: 1,
    message: 'internal fault: {reason}',
    hint: 'This is a bug in Unseen: please report it with the command that led here.',
  },
  SERVICE_REFUSED: {
    exit: 1,
    message: '{operation}: {status} {title}: {detail}',
    hint: '{hint}',
  },
  SERVICE_UNREACHABLE: {
    exit: 1,
    message: '{address}: no answer ({reason})',
    hint: 'Check the address, and that the service runs: it answers at /healthz.',
  },
  SERVICE_ANSWER_INVALID: {
    exit: 1,
    message: '{operation}: the answer is not one of an Unseen service: {received}',
    hint: 'Check the address, and what stands between: a proxy may have answered, or cut the answer short.',
  },
  ...HOST_ERRORS,
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
