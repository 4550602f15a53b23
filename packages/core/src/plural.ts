/** A number of things in words: "1 tensor", "2 tensors". */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
