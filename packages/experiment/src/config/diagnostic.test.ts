import { expect, test } from 'vitest';
import { ConfigError, type Diagnostic, renderDiagnostic } from './diagnostic.ts';

const source = 'name: a\nprune:\n  strategy: magnitud\n';
const diagnostic: Diagnostic = {
  file: 'x.yaml',
  line: 3,
  column: 13,
  endColumn: 21,
  path: ['prune', 'strategy'],
  message: 'unknown strategy "magnitud"',
  expected: 'magnitude, gradual',
  nearest: 'magnitude',
  severity: 'error',
};

test('a mistake is shown as a compiler would', () => {
  expect(renderDiagnostic(diagnostic, source)).toBe(
    [
      'x.yaml:3:13: unknown strategy "magnitud"',
      '  3 |   strategy: magnitud',
      '    |             ^^^^^^^^',
      '    = expected: magnitude, gradual',
      '    = did you mean "magnitude"?',
    ].join('\n'),
  );
});

test('a mistake in an argument shows the argument', () => {
  const inArgument = {
    ...diagnostic,
    argument: 'prune.sparsity=2',
    line: 1,
    column: 16,
    endColumn: 17,
    message: 'too much',
    expected: undefined,
    nearest: undefined,
  };
  expect(renderDiagnostic(inArgument, source)).toBe(
    ['--set prune.sparsity=2: too much', '  --set | prune.sparsity=2', '        |                ^'].join('\n'),
  );
});

test('colour is added only where it is wanted, and changes no word', () => {
  const coloured = renderDiagnostic(diagnostic, source, { colour: true });
  expect(coloured).toContain('\u001b[');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderDiagnostic(diagnostic, source));
});

test('a long line is cut around the place, and no control character reaches the terminal', () => {
  const long = `a: "${'x'.repeat(500)}\u001b[31m" # ${'y'.repeat(500)}`;
  const shown = renderDiagnostic({ ...diagnostic, line: 1, column: 505, endColumn: 509 }, long);
  const [, text = '', underline = ''] = shown.split('\n');
  expect(text.length).toBeLessThan(140);
  expect(text).not.toContain('\u001b');
  expect(text.slice(underline.indexOf('^'), underline.lastIndexOf('^') + 1)).toBe(' [31');
});

test('all mistakes in the order of the file, arguments last, none twice', () => {
  const error = new ConfigError(
    [{ ...diagnostic, argument: 'a=1', line: 1 }, diagnostic, { ...diagnostic, line: 1, column: 1 }, diagnostic],
    source,
  );
  expect(error.message.match(/^(x\.yaml:\d|--set)/gm)).toEqual(['x.yaml:1', 'x.yaml:3', '--set']);
  expect(error.diagnostics).toHaveLength(3);
});
