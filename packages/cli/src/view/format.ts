/** Figures as people read them. Programs get them unrounded, through --json. */

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const unit = value < 1e6 ? (['kB', 1e3] as const) : value < 1e9 ? (['MB', 1e6] as const) : (['GB', 1e9] as const);
  return `${significant(value / unit[1])} ${unit[0]}`;
}

export function milliseconds(value: number): string {
  return `${significant(value)} ms`;
}

export function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Three digits that count, without an exponent. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(8, Math.max(0, digits)));
}

/** `9.8×`; more digits where it is near 1. */
export function times(factor: number): string {
  if (!Number.isFinite(factor)) return '–';
  return `${factor.toFixed(factor < 2 ? 2 : 1)}×`;
}

export function points(difference: number): string {
  const rounded = (100 * difference).toFixed(2);
  return `${Number(rounded) > 0 ? '+' : ''}${rounded.replace('-', '−')} points`;
}

export function shape(sizes: readonly (number | null)[]): string {
  return sizes.map((size) => size ?? '?').join(' × ');
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Names come from models and plugins: what would steer a terminal is shown, not obeyed. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not reach a terminal.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '�');
}
