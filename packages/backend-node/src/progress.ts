/** What a long step tells while it works. Bytes come often; whoever shows them decides how often. */
export interface Progress {
  log?: ((line: string) => void) | undefined;
  bytes?: ((what: string, done: number, total: number) => void) | undefined;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
