/** A list of numbers that does not know yet how long it gets. */
export class Growing<T extends Float32Array | Int32Array> {
  private values: T;
  private length = 0;

  constructor(values: T) {
    this.values = values;
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new (this.values.constructor as new (length: number) => T)(Math.max(1024, this.length * 2));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  /** Exactly the numbers that were pushed. */
  finish(): T {
    return this.values.slice(0, this.length) as T;
  }
}
