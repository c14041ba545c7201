/**
 * The part of ONNX's protobuf schema that this project writes (onnx.proto of ONNX 1.16; field numbers are binding),
 * and its encoder.
 */
import protobuf from 'protobufjs/light.js';

/** Operator set of every model that is written; ONNX Runtime 1.14 and newer run it. */
export const OPSET = 18;
const IR_VERSION = 8;
/** Operators that only ONNX Runtime has. */
export const MICROSOFT = 'com.microsoft';

type Field = [type: string, id: number, rule?: 'repeated'];

const MESSAGES: Record<string, Record<string, Field>> = {
  ModelProto: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    graph: ['GraphProto', 7],
    opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
    metadataProps: ['StringStringEntryProto', 14, 'repeated'],
  },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  GraphProto: {
    node: ['NodeProto', 1, 'repeated'],
    name: ['string', 2],
    initializer: ['TensorProto', 5, 'repeated'],
    input: ['ValueInfoProto', 11, 'repeated'],
    output: ['ValueInfoProto', 12, 'repeated'],
  },
  NodeProto: {
    input: ['string', 1, 'repeated'],
    output: ['string', 2, 'repeated'],
    name: ['string', 3],
    opType: ['string', 4],
    domain: ['string', 7],
    attribute: ['AttributeProto', 5, 'repeated'],
  },
  AttributeProto: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['bytes', 4],
    ints: ['int64', 8, 'repeated'],
    type: ['int32', 20],
  },
  TensorProto: {
    dims: ['int64', 1, 'repeated'],
    dataType: ['int32', 2],
    name: ['string', 8],
    rawData: ['bytes', 9],
  },
  ValueInfoProto: { name: ['string', 1], type: ['TypeProto', 2] },
  TypeProto: { tensorType: ['TensorTypeProto', 1], sequenceType: ['SequenceTypeProto', 4] },
  SequenceTypeProto: { elemType: ['TypeProto', 1] },
  TensorTypeProto: { elemType: ['int32', 1], shape: ['TensorShapeProto', 2] },
  TensorShapeProto: { dim: ['DimensionProto', 1, 'repeated'] },
  DimensionProto: { dimValue: ['int64', 1], dimParam: ['string', 2] },
};

const schema = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(MESSAGES).map(([message, fields]) => [
      message,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, [type, id, rule]]) => [
            name,
            { type, id, ...(rule && { rule }) },
          ]),
        ),
      },
    ]),
  ),
});

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  /** Default: ONNX's own. */
  domain?: string;
  attribute: {
    name: string;
    type: number;
    f?: number;
    i?: number;
    s?: Uint8Array;
    ints?: readonly number[];
  }[];
}

export interface TensorProto {
  name: string;
  dims: readonly number[];
  dataType: number;
  rawData: Uint8Array;
}

export interface TensorType {
  tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } };
}

export interface ValueInfoProto {
  name: string;
  type: TensorType | { sequenceType: { elemType: TensorType } };
}

export interface GraphProto {
  node: NodeProto[];
  name: string;
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
}

/** The bytes of an `.onnx` file. `metadata` becomes the model's custom properties. */
export function encodeModel(graph: GraphProto, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const Model = schema.lookupType('ModelProto');
  return Model.encode({
    irVersion: IR_VERSION,
    producerName: 'unseen',
    graph,
    opsetImport: [
      { domain: '', version: OPSET },
      ...(graph.node.some(({ domain }) => domain === MICROSOFT) ? [{ domain: MICROSOFT, version: 1 }] : []),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }).finish();
}
