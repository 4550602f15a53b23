/** What was asked for cannot be made; nothing was written. */
export class WrongRequest extends Error {
  override readonly name = 'WrongRequest';
}

/** Whoever was asked would rather not go on; nothing was written. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  constructor() {
    super('Cancelled: nothing was made.');
  }
}
