import { cpus, loadavg, totalmem } from 'node:os';

/** Where something was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** What else ran: processes that wanted a core over the minute before the start. */
  readonly load: number;
}

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    load: Number((loadavg()[0] as number).toFixed(2)),
  };
}

/** Whether what was measured then says little. */
export function isBusy({ load, cores }: Machine): boolean {
  return load > 0.75 * cores;
}
