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
  RUNS_FAILED: {
    exit: 1,
    message: '{failed} of {total} runs failed; the first: {first}',
    hint: '{kept}',
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
  METHOD_MODALITY_MISSING: {
    exit: 2,
    message: '{model}: the method {method} made it without an encoder for modality "{received}"',
    hint: 'Train a method that has one: {known}.',
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
  CALL_INVALID: {
    exit: 2,
    message: '{reason}',
    hint: '{advice}',
  },
  OUTPUT_FOREIGN: {
    exit: 2,
    message: '{folder}: is not replaced, because it holds other things (there is no {marker} in it)',
    hint: 'Choose a folder that does not exist, or empty this one yourself.',
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
