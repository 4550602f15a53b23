import { createHash } from 'node:crypto';
import { EspalierError } from '@espalier/core';

/** Values as JSON has them, and typed arrays anywhere in them. */
type Packable = unknown;

const MAGIC = 'espalier archive 1\n';
const TYPES = { Float32Array, Int32Array, Uint8Array, Uint32Array } as const;
type TypeName = keyof typeof TYPES;

/**
 * One value with its typed arrays as bytes: a magic line, the SHA-256 of all that follows, the length of the JSON
 * header, the header (arrays replaced by where they lie), and the arrays, each at a multiple of 8 bytes.
 */
export function packArchive(value: Packable): Uint8Array {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  const header = Buffer.from(
    JSON.stringify(value, (_key, item) => {
      const type = typeNameOf(item);
      if (type === undefined) return item;
      const array = item as Uint8Array;
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      const place = { $array: [type, offset, array.length] };
      const padding = (8 - (bytes.length % 8)) % 8;
      chunks.push(bytes, new Uint8Array(padding));
      offset += bytes.length + padding;
      return place;
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
  const headerLength = Number(Buffer.from(body.buffer, body.byteOffset, 8).readBigUInt64LE());
  const arrays = 8 + headerLength + ((8 - (headerLength % 8)) % 8);
  if (arrays > body.length) throw refuse('its header is longer than the file');
  return JSON.parse(Buffer.from(body.subarray(8, 8 + headerLength)).toString('utf8'), (_key, item) => {
    const place = (item as { $array?: [TypeName, number, number] } | null)?.$array;
    if (place === undefined) return item;
    const [type, offset, length] = place;
    const size = length * TYPES[type].BYTES_PER_ELEMENT;
    if (offset < 0 || arrays + offset + size > body.length) throw refuse('an array lies beyond its end');
    // A copy, as typed arrays must start at a multiple of their element size.
    return new TYPES[type](Uint8Array.from(body.subarray(arrays + offset, arrays + offset + size)).buffer);
  });
}

function typeNameOf(value: unknown): TypeName | undefined {
  return (Object.keys(TYPES) as TypeName[]).find((name) => value?.constructor?.name === name);
}
