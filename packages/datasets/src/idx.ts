import { EspalierError } from '@espalier/core';

/** An array of bytes as the MNIST family stores it. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads the IDX format: two zero bytes, the type, the number of dimensions, each length as a big-endian 32-bit number,
 * then the values. The data is a view of the bytes given. http://yann.lecun.com/exdb/mnist/
 */
export function parseIdx(bytes: Uint8Array<ArrayBuffer>, where: string, dimensions: number): IdxArray {
  const header = 4 + 4 * dimensions;
  if (bytes.length < header)
    throw new EspalierError({ where, what: `is cut short: ${bytes.length} bytes do not hold a header of ${header}` });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0) !== 0 || view.getUint8(2) !== UNSIGNED_BYTE || view.getUint8(3) !== dimensions) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const why = `it starts with ${found} instead of 00 00 08 0${dimensions}`;
    throw new EspalierError({
      where,
      what: `is not an IDX file of bytes with ${dimensions} dimensions`,
      why,
      remedy: 'Unpack it first, if it is compressed',
    });
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1) + header;
  if (bytes.length !== size) {
    const what = bytes.length < size ? 'is cut short' : 'is longer than its header says';
    throw new EspalierError({ where, what, why: `[${shape.join(', ')}] takes ${size} bytes, the file has ${bytes.length}` });
  }
  return { shape, data: bytes.subarray(header) };
}
