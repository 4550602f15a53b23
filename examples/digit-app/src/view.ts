/** One side of the page: what a model says, and how long it takes. */
export class Side {
  private readonly digit: HTMLElement;
  private readonly time: HTMLElement;
  private readonly bars: readonly { readonly meter: HTMLMeterElement; readonly text: HTMLElement }[];

  constructor(root: HTMLElement) {
    this.digit = find(root, '.digit');
    this.time = find(root, '.time b');
    const list = find(root, '.shares');
    this.bars = Array.from({ length: 10 }, (_, digit) => {
      const [item, name, meter, text] = ['li', 'span', 'meter', 'span'].map((tag) => document.createElement(tag));
      (name as HTMLElement).textContent = String(digit);
      (meter as HTMLElement).setAttribute('aria-label', String(digit));
      (item as HTMLElement).append(name as Node, meter as Node, text as Node);
      list.append(item as Node);
      return { meter: meter as HTMLMeterElement, text: text as HTMLElement };
    });
    this.clear();
  }

  show(shares: Float32Array, milliseconds: number): void {
    this.digit.textContent = String(mostLikely(shares));
    this.time.textContent = timeText(milliseconds);
    this.bars.forEach(({ meter, text }, i) => {
      meter.value = shares[i] ?? 0;
      text.textContent = `${Math.round(100 * (shares[i] ?? 0))} %`;
    });
  }

  clear(): void {
    this.digit.textContent = '–';
    for (const { meter, text } of this.bars) [meter.value, text.textContent] = [0, ''];
  }
}

export function mostLikely(shares: Float32Array): number {
  return shares.indexOf(Math.max(...shares));
}

/** `0.041 ms`. */
export function timeText(milliseconds: number): string {
  return `${milliseconds.toPrecision(2)} ms`;
}

export function find<T extends HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}
