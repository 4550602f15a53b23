import { EspalierError } from '@espalier/core/errors';
import type { CompiledModel, Section } from '../plan/plan.ts';
import { checkPlan } from './check-plan.ts';
import { checksum } from './checksum.ts';
import { CHECKSUM_AT, FIRST_WORDS, KINDS, MAGIC, sectionPlace, VERSION } from './layout.ts';

/**
 * What `write` wrote; the sections are views of the given bytes. Nothing is believed: every length is held against what is
 * there before anything is made of it.
 *
 * @throws EspalierError where it is no such file, is cut, altered, or of another version.
 */
export function read(given: Uint8Array): CompiledModel {
  const bytes = given.byteOffset % 4 === 0 ? given : new Uint8Array(given);
  if (bytes.length < FIRST_WORDS * 4 || bytes.length % 4 !== 0) refuse(`it is ${bytes.length} bytes long`);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const word = (at: number) => words[at] as number;
  if (word(0) !== MAGIC[0] || word(1) !== MAGIC[1]) refuse('it does not begin like one', 'Give the file that a sparse model was saved to');
  if (word(2) !== VERSION)
    refuse(`it is of version ${word(2)}, and this reads ${VERSION}`, 'Compile the model anew with compileSparse and save it');
  if (word(3) !== bytes.length) refuse(`it says that it is ${word(3)} bytes long, and is ${bytes.length}`);
  checkSum(words);
  return parts(bytes, words);
}

function checkSum(words: Uint32Array): void {
  const [a, b] = checksum(words);
  if (words[CHECKSUM_AT] !== a || words[CHECKSUM_AT + 1] !== b) refuse('its checksum is not that of what it holds');
}

function parts(bytes: Uint8Array, words: Uint32Array): CompiledModel {
  const [headerBytes, count] = [words[4] as number, words[5] as number];
  const table = FIRST_WORDS * 4 + count * 8;
  if (table + headerBytes > bytes.length) refuse('its header is longer than the file');
  const plan = checkPlan(parsed(bytes.subarray(table, table + headerBytes)), count);
  let at = sectionPlace(table + headerBytes);
  const sections: Section[] = [];
  for (let i = 0; i < count; i++) {
    const [kind, length] = [KINDS[words[FIRST_WORDS + i * 2] as number], words[FIRST_WORDS + i * 2 + 1] as number];
    if (kind === undefined || at + length * kind.BYTES_PER_ELEMENT > bytes.length) return refuse(`its section ${i} does not fit in`);
    sections.push(new kind(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, length));
    at += sectionPlace(length * kind.BYTES_PER_ELEMENT);
  }
  if (at !== bytes.length) refuse('there is more in it than it says');
  return { plan, sections };
}

function parsed(header: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch {
    return refuse('its header is not JSON');
  }
}

function refuse(why: string, remedy = 'Fetch or save it anew: it was cut or altered on the way'): never {
  throw new EspalierError({ what: 'this is no file of a sparse model that can be read', why, remedy });
}
