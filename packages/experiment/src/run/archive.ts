import { createHash } from 'node:crypto';
import { EspalierError } from '@espalier/core';

const MAGIC = 'espalier archive 1\n';
const TYPES = { Float32Array, Int32Array, Uint8Array, Uint32Array } as const;
type TypeName = keyof typeof TYPES;

/**
 * One value, as JSON has them but with every number and with typed arrays anywhere, as bytes: a magic line, the SHA-256
 * of all that follows, the length of the JSON header, the header (arrays replaced by where they lie), and the arrays,
 * each at a multiple of 8 bytes.
 */
export function packArchive(value: unknown): Uint8Array {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  const place = (array: Uint8Array, type: TypeName) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const placed = { $array: [type, offset, array.length] };
    const padding = (8 - (bytes.length % 8)) % 8;
    chunks.push(bytes, new Uint8Array(padding));
    offset += bytes.length + padding;
    return placed;
  };
  const header = Buffer.from(
    JSON.stringify(value, (_key, item: unknown) => {
      if (typeof item === 'number' && (!Number.isFinite(item) || Object.is(item, -0))) return { $number: text(item) };
      if (ArrayBuffer.isView(item)) return place(item as Uint8Array, typeNameOf(item));
      return renamed(item, (key) => (key.startsWith('$') ? `$${key}` : key));
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const padding = Buffer.alloc((8 - (header.length % 8)) % 8, ' ');
  const body = Buffer.concat([length, header, padding, ...chunks]);
  return Buffer.concat([Buffer.from(MAGIC), createHash('sha256').update(body).digest(), body]);
}

/** @throws EspalierError where the bytes are not a whole archive: cut short, altered, or something else. */
export function unpackArchive(bytes: Uint8Array, where: string): unknown {
  const refuse = (why: string) => new EspalierError({ where, what: 'cannot be read', why, remedy: 'Delete it and start again' });
  const start = MAGIC.length + 32;
  if (bytes.length < start + 8 || Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') !== MAGIC)
    throw refuse('it is no archive of this version');
  const body = bytes.subarray(start);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(MAGIC.length, start)))
    throw refuse('it is damaged: its checksum is wrong');
  // From here on the bytes are those that were written.
  const headerLength = Number(Buffer.from(body.buffer, body.byteOffset, 8).readBigUInt64LE());
  const arrays = 8 + headerLength + ((8 - (headerLength % 8)) % 8);
  return JSON.parse(Buffer.from(body.subarray(8, 8 + headerLength)).toString('utf8'), (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    if (Object.hasOwn(item, '$number')) return Number((item as { $number: string }).$number);
    if (!Object.hasOwn(item, '$array')) return renamed(item, (key) => (key.startsWith('$$') ? key.slice(1) : key));
    const [type, offset, length] = (item as { $array: [TypeName, number, number] }).$array;
    const from = arrays + offset;
    // A copy, as typed arrays must start at a multiple of their element size.
    return new TYPES[type](Uint8Array.from(body.subarray(from, from + length * TYPES[type].BYTES_PER_ELEMENT)).buffer);
  });
}

/** Keys that begin with $ are the archive's own; those of a value get another $ on their way. */
function renamed(item: unknown, rename: (key: string) => string): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  if (!Object.keys(item).some((key) => key.startsWith('$'))) return item;
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [rename(key), value]));
}

function text(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function typeNameOf(array: ArrayBufferView): TypeName {
  const name = array.constructor.name;
  if (Object.hasOwn(TYPES, name)) return name as TypeName;
  throw new TypeError(`an archive holds ${Object.keys(TYPES).join(', ')}, and no ${name}`);
}
