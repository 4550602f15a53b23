import { createRequire } from 'node:module';
import path from 'node:path';
import { packageFolder } from '../package-files.ts';

const require = createRequire(import.meta.url);

/** The numbers that TensorFlow's DataType enum gives to types. */
export const DT = { float: 1, int32: 3, uint8: 4, bool: 10 } as const;
export type DataType = (typeof DT)[keyof typeof DT];

/** An attribute of a node, in the form of TensorFlow's AttrValue message. */
export type Attribute =
  | { readonly type: DataType }
  | { readonly int: number }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly shape: readonly number[] }
  | { readonly tensor: { readonly type: DataType; readonly shape: readonly number[]; readonly data: Float32Array | Int32Array } };

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

interface Message {
  serializeBinary(): Uint8Array;
}
// biome-ignore lint/suspicious/noExplicitAny: generated protobuf classes without types.
type Messages = any;

/** TensorFlow's SavedModel of one graph under the tag `train`, as bytes. The message classes are those that come with tfjs-node. */
export function savedModel(nodes: readonly GraphNode[]): Uint8Array {
  const messages: Messages = require(path.join(packageFolder('@tensorflow/tfjs-node') as string, 'dist/proto/api_pb.js'));
  const graph = new messages.GraphDef();
  for (const { name, op, inputs, attributes } of nodes) {
    const node = new messages.NodeDef();
    node.setName(name);
    node.setOp(op);
    node.setInputList([...inputs]);
    for (const [key, value] of Object.entries(attributes)) node.getAttrMap().set(key, attributeMessage(messages, value));
    graph.addNode(node);
  }
  // The oldest producer whose op definitions are the ones used here.
  const versions = new messages.VersionDef();
  versions.setProducer(1000);
  graph.setVersions(versions);
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.setTagsList(['train']);
  const meta = new messages.MetaGraphDef();
  meta.setMetaInfoDef(info);
  meta.setGraphDef(graph);
  const saved = new messages.SavedModel();
  saved.setSavedModelSchemaVersion(1);
  saved.addMetaGraphs(meta);
  return (saved as Message).serializeBinary();
}

function attributeMessage(messages: Messages, attribute: Attribute): Message {
  const message = new messages.AttrValue();
  if ('type' in attribute) message.setType(attribute.type);
  else if ('int' in attribute) message.setI(attribute.int);
  else if ('float' in attribute) message.setF(attribute.float);
  else if ('bool' in attribute) message.setB(attribute.bool);
  else if ('string' in attribute) message.setS(base64(Buffer.from(attribute.string)));
  else if ('shape' in attribute) message.setShape(shapeMessage(messages, attribute.shape));
  else if ('ints' in attribute) {
    const list = new messages.AttrValue.ListValue();
    list.setIList([...attribute.ints]);
    message.setList(list);
  } else {
    const { type, shape, data } = attribute.tensor;
    const tensor = new messages.Tensor();
    tensor.setDtype(type);
    tensor.setTensorShape(shapeMessage(messages, shape));
    tensor.setTensorContent(base64(Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
    message.setTensor(tensor);
  }
  return message;
}

function shapeMessage(messages: Messages, shape: readonly number[]): Message {
  const message = new messages.TensorShape();
  for (const size of shape) {
    const dimension = new messages.TensorShape.Dim();
    dimension.setSize(size);
    message.addDim(dimension);
  }
  return message;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}
