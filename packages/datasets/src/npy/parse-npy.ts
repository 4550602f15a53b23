import { EspalierError } from '@espalier/core';
import { halfToNumber } from './half.ts';
import { toRowMajor } from './row-major.ts';

export type NumberArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** An array of numbers, the last index fastest. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** NumPy's name of the type, without the byte order: `f4`, `u1`, `b1`. */
  readonly type: string;
  readonly data: NumberArray;
}

interface Header {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly typeName: string;
  readonly isBigEndian: boolean;
  readonly isFortran: boolean;
  readonly dataOffset: number;
}

interface ElementType {
  readonly bytes: 1 | 2 | 4 | 8;
  /** Reads native values: the bytes are aligned and in this machine's order. */
  read(buffer: ArrayBuffer, offset: number, count: number, where: string): NumberArray;
}

/** 64-bit whole numbers are read as doubles, which hold them exactly up to 2^53. */
function readLong(values: BigInt64Array | BigUint64Array, where: string): Float64Array {
  const doubles = Float64Array.from(values, Number);
  const wrong = doubles.findIndex((value) => !Number.isSafeInteger(value));
  if (wrong >= 0) throw new EspalierError({ where, what: `value ${wrong} is ${values[wrong]}, too large to be read exactly` });
  return doubles;
}

const TYPES: Readonly<Record<string, ElementType>> = {
  b1: { bytes: 1, read: (buffer, offset, count) => new Uint8Array(buffer, offset, count).map((byte) => (byte === 0 ? 0 : 1)) },
  u1: { bytes: 1, read: (buffer, offset, count) => new Uint8Array(buffer, offset, count) },
  i1: { bytes: 1, read: (buffer, offset, count) => new Int8Array(buffer, offset, count) },
  u2: { bytes: 2, read: (buffer, offset, count) => new Uint16Array(buffer, offset, count) },
  i2: { bytes: 2, read: (buffer, offset, count) => new Int16Array(buffer, offset, count) },
  u4: { bytes: 4, read: (buffer, offset, count) => new Uint32Array(buffer, offset, count) },
  i4: { bytes: 4, read: (buffer, offset, count) => new Int32Array(buffer, offset, count) },
  u8: { bytes: 8, read: (buffer, offset, count, where) => readLong(new BigUint64Array(buffer, offset, count), where) },
  i8: { bytes: 8, read: (buffer, offset, count, where) => readLong(new BigInt64Array(buffer, offset, count), where) },
  f2: { bytes: 2, read: (buffer, offset, count) => Float32Array.from(new Uint16Array(buffer, offset, count), halfToNumber) },
  f4: { bytes: 4, read: (buffer, offset, count) => new Float32Array(buffer, offset, count) },
  f8: { bytes: 8, read: (buffer, offset, count) => new Float64Array(buffer, offset, count) },
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const LONGEST_HEADER = 64 * 1024;

/**
 * Reads NumPy's NPY format, versions 1 to 3: numbers and booleans in either byte order, C or Fortran order. The data is a
 * view of the bytes given where they can stay as they are.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @throws EspalierError for anything else, before memory is taken for it.
 */
export function parseNpy(bytes: Uint8Array<ArrayBuffer>, where: string): NpyArray {
  const header = parseHeader(bytes, where);
  const { shape, type } = header;
  const count = shape.reduce((product, length) => product * length, 1);
  const wanted = header.dataOffset + count * type.bytes;
  if (bytes.length !== wanted) {
    throw new EspalierError({
      where,
      what: bytes.length < wanted ? 'is cut short' : 'is longer than its header says',
      why: `[${shape.join(', ')}] of ${header.typeName} takes ${wanted} bytes, there are ${bytes.length}`,
    });
  }
  const { buffer, offset } = nativeBytes(bytes, header);
  const data = type.read(buffer, offset, count, where);
  return { shape, type: header.typeName, data: header.isFortran ? toRowMajor(data, shape) : data };
}

/** The bytes of the values in this machine's order (little-endian, as everywhere that Node runs), aligned to their size. */
function nativeBytes(bytes: Uint8Array<ArrayBuffer>, { type, isBigEndian, dataOffset }: Header): { buffer: ArrayBuffer; offset: number } {
  const offset = bytes.byteOffset + dataOffset;
  const isSwapped = isBigEndian && type.bytes > 1;
  if (!isSwapped && offset % type.bytes === 0) return { buffer: bytes.buffer, offset };
  const copy = bytes.slice(dataOffset);
  const view = Buffer.from(copy.buffer);
  if (isSwapped && type.bytes === 2) view.swap16();
  if (isSwapped && type.bytes === 4) view.swap32();
  if (isSwapped && type.bytes === 8) view.swap64();
  return { buffer: copy.buffer, offset: 0 };
}

function parseHeader(bytes: Uint8Array<ArrayBuffer>, where: string): Header {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    const what = bytes.length < MAGIC.length ? 'is cut short' : 'is not an NPY file';
    throw new EspalierError({ where, what, why: 'it does not start with \\x93NUMPY', remedy: 'Write it with np.save' });
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw new EspalierError({ where, what: `is NPY version ${version}`, why: 'versions 1 to 3 are known' });
  const lengthOffset = 8;
  const textOffset = version === 1 ? lengthOffset + 2 : lengthOffset + 4;
  if (bytes.length < textOffset) throw new EspalierError({ where, what: 'is cut short', why: 'it ends within its header' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(lengthOffset, true) : view.getUint32(lengthOffset, true);
  if (length > LONGEST_HEADER)
    throw new EspalierError({ where, what: `has a header of ${length} bytes`, why: `at most ${LONGEST_HEADER} are read` });
  const dataOffset = textOffset + length;
  if (bytes.length < dataOffset) throw new EspalierError({ where, what: 'is cut short', why: 'it ends within its header' });
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + textOffset, length).toString('utf8');
  return { ...parseDictionary(text, where), dataOffset };
}

/** The header is a Python dictionary with three keys; anything beside them is refused. */
function parseDictionary(text: string, where: string): Omit<Header, 'dataOffset'> {
  const broken = new EspalierError({ where, what: 'has a header that cannot be read', why: text.trim().slice(0, 200) });
  const rest = { text };
  const descr = take(rest, /'descr'\s*:\s*('[^']*'|\[[^\]]*\])/);
  const order = take(rest, /'fortran_order'\s*:\s*(True|False)/);
  const lengths = take(rest, /'shape'\s*:\s*\(([\d\s,L]*)\)/);
  if (descr === undefined || order === undefined || lengths === undefined || !/^\s*\{[\s,]*\}\s*$/.test(rest.text)) throw broken;
  const shape = lengths
    .split(',')
    .map((length) => length.trim())
    .filter((length) => length !== '')
    .map((length) => Number(length.replace(/L$/, '')));
  if (!shape.every(Number.isSafeInteger)) throw broken;
  if (!Number.isSafeInteger(shape.reduce((product, length) => product * Math.max(1, length), 8))) {
    throw new EspalierError({ where, what: `claims the absurd shape [${shape.join(', ')}]` });
  }
  return { ...elementType(descr, where), shape, isFortran: order === 'True' };
}

function take(rest: { text: string }, pattern: RegExp): string | undefined {
  const found = pattern.exec(rest.text);
  if (found === null) return undefined;
  rest.text = rest.text.replace(found[0], '');
  return found[1];
}

function elementType(descr: string, where: string): Pick<Header, 'type' | 'typeName' | 'isBigEndian'> {
  const [, order = '', typeName = ''] = /^'([<>|=]?)([a-zA-Z]\d+)'$/.exec(descr) ?? [];
  const type = Object.hasOwn(TYPES, typeName) ? TYPES[typeName] : undefined;
  if (type !== undefined) return { type, typeName, isBigEndian: order === '>' };
  throw new EspalierError({
    where,
    what: `holds values of the type ${descr}`,
    why: descr.includes('O') ? 'Python objects are not loaded' : `known are ${Object.keys(TYPES).join(', ')}`,
    remedy: 'Convert the array to numbers with .astype before it is saved',
  });
}
