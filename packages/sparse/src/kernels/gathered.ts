/**
 * All that a stream gives; undefined where that is more than `most` bytes. (A `Response` would do as much, and Node takes 30 ms to start
 * the first one.)
 */
export async function gathered(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  most = Number.POSITIVE_INFINITY,
): Promise<ArrayBuffer | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    size += next.value.length;
    if (size > most) {
      await reader.cancel();
      return undefined;
    }
  }
  return new Blob(chunks).arrayBuffer();
}
