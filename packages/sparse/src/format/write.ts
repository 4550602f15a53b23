import type { CompiledModel, Section } from '../plan/plan.ts';
import { checksum } from './checksum.ts';
import { CHECKSUM_AT, FIRST_WORDS, kindOf, MAGIC, sectionPlace, VERSION } from './layout.ts';

/**
 * One file: magic, version, lengths and checksum; then for each section its kind and how many numbers it has; then the plan
 * as JSON; then the sections, little-endian, each from a multiple of 16 bytes on.
 */
export function write({ plan, sections }: CompiledModel): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(JSON.stringify(plan));
  const table = FIRST_WORDS * 4 + sections.length * 8;
  const start = sectionPlace(table + header.length);
  const length = sections.reduce((total, { byteLength }) => total + sectionPlace(byteLength), start);
  const bytes = new Uint8Array(length);
  const words = new Uint32Array(bytes.buffer);
  words.set([...MAGIC, VERSION, length, header.length, sections.length]);
  sections.forEach((section, i) => {
    words.set([kindOf(section), section.length], FIRST_WORDS + i * 2);
  });
  bytes.set(header, table);
  let at = start;
  for (const section of sections) {
    bytes.set(bytesOf(section), at);
    at += sectionPlace(section.byteLength);
  }
  words.set(checksum(words), CHECKSUM_AT);
  return bytes;
}

function bytesOf({ buffer, byteOffset, byteLength }: Section): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
