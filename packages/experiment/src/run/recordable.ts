/**
 * Whether an event belongs into the log. About two hundred steps of a stretch of training make a curve; more would only
 * make the log long.
 */
export function recordable(event: { readonly type: string; readonly step?: number; readonly total?: number }): boolean {
  const { type, step = 0, total = 0 } = event;
  if (type !== 'step') return true;
  const every = Math.max(1, Math.ceil(total / 200));
  return step % every === 0 || step === total;
}
