import { type Writable } from 'node:stream';
import { isCancel, select, text } from '@clack/prompts';
import { KINDS, type Kind } from './kinds.ts';
import { namesOf } from './names.ts';
import { Cancelled, WrongRequest } from './wrong-request.ts';

export interface Asked {
  readonly name?: string;
  readonly kind?: string;
}

/** Where questions are put: a terminal that somebody sits at. */
export interface Questioner {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * Asks for what the command line does not say.
 *
 * @throws WrongRequest where nobody is there to be asked, Cancelled where they press Ctrl-C or Escape.
 */
export async function ask(given: Asked, { input, output }: Questioner = { input: process.stdin, output: process.stdout }) {
  const kind = given.kind === undefined ? undefined : kindOf(given.kind);
  if (given.name !== undefined) namesOf(given.name, kind);
  if (given.name !== undefined && kind !== undefined) return { name: given.name, kind };
  if (!input.isTTY || !output.isTTY) throw new WrongRequest(whatIsMissing(given));
  const streams = { input, output: output as Writable };
  const askedKind = kind ?? answered(await select({ ...streams, message: 'What is it for?', options: choices() }));
  const name =
    given.name ??
    answered(
      await text({ ...streams, message: 'What is the package called?', validate: complaint(askedKind), placeholder: `my-${askedKind}` }),
    );
  return { name, kind: askedKind };
}

function kindOf(kind: string): Kind {
  if (Object.hasOwn(KINDS, kind)) return kind as Kind;
  throw new WrongRequest(`there is no kind "${kind}": it is one of ${Object.keys(KINDS).join(', ')}`);
}

function whatIsMissing({ name, kind }: Asked): string {
  const missing = [name === undefined ? 'NAME' : '', kind === undefined ? `--kind ${Object.keys(KINDS).join('|')}` : ''];
  return `say ${missing.filter((each) => each !== '').join(' and ')}: there is no terminal to ask at`;
}

function choices() {
  return Object.entries(KINDS).map(([value, question]) => ({ value: value as Kind, label: value, hint: question }));
}

function complaint(kind: Kind) {
  return (name = '') => {
    try {
      namesOf(name, kind);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new Cancelled();
  return answer as Exclude<T, symbol>;
}
