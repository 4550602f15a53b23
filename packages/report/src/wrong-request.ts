/** What was asked for cannot be answered: a folder without runs, a field that no run has, an expression that is none. */
export class WrongRequest extends Error {
  override readonly name = 'WrongRequest';
}
