import { roundUp } from '../kernels/layout.ts';
import type { Section } from '../plan/plan.ts';

/** `ESPARSE1`, as two words. */
export const MAGIC = [0x41505345, 0x31455352] as const;
export const VERSION = 2;

/** Words before the table of sections: magic (2), version, bytes of the whole file, bytes of the header, sections, checksum (2). */
export const FIRST_WORDS = 8;
export const CHECKSUM_AT = 6;

/** Kinds of sections, by number in the table. */
export const KINDS = [Float32Array, Uint32Array, Uint16Array] as const;

/** Sections begin at multiples of sixteen bytes, in the file and in memory. */
export function sectionPlace(bytes: number): number {
  return roundUp(bytes, 16);
}

export function kindOf(section: Section): number {
  return KINDS.findIndex((kind) => section instanceof kind);
}
