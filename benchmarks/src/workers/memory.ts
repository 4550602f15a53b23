import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { timed } from './frame.ts';

const STATUS = '/proc/self/status';

/** Seconds of the work, and by how many bytes memory rose above where it stood before (where Linux tells). */
export async function peakBeyond(work: () => unknown): Promise<Record<string, number>> {
  if (!existsSync(STATUS)) return { seconds: await timed(work) };
  // What earlier turns have left behind is no part of this one.
  globalThis.gc?.();
  // 5 resets the peak.
  writeFileSync('/proc/self/clear_refs', '5');
  const before = bytesOf('VmRSS');
  const seconds = await timed(work);
  return { seconds, peakBytes: bytesOf('VmHWM') - before };
}

function bytesOf(field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(readFileSync(STATUS, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
