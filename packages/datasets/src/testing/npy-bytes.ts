/** An NPY file of version 1, with this header and these values. */
export function npyBytes(header: string, values: Uint8Array = new Uint8Array(), version = 1): Uint8Array<ArrayBuffer> {
  const prefix = version === 1 ? 10 : 12;
  const text = Buffer.from(`${header.padEnd(64 * Math.ceil((header.length + prefix + 1) / 64) - prefix - 1)}\n`, 'latin1');
  const length = Buffer.alloc(prefix - 8);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Uint8Array.from(Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([version, 0]), length, text, values]));
}

export function npyHeader(descr: string, shape: readonly number[], isFortran = false): string {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  return `{'descr': '${descr}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
}

/** A column of float32 numbers. */
export function floatNpy(values: readonly number[], shape: readonly number[] = [values.length]): Uint8Array<ArrayBuffer> {
  return npyBytes(npyHeader('<f4', shape), new Uint8Array(Float32Array.from(values).buffer));
}

/** A column of 64-bit whole numbers, NumPy's own choice for labels. */
export function longNpy(values: readonly number[], shape: readonly number[] = [values.length]): Uint8Array<ArrayBuffer> {
  return npyBytes(npyHeader('<i8', shape), new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
}
