import { describe, expect, test } from 'vitest';
import { ConfigError } from './diagnostic.ts';
import { parseYaml } from './parse-yaml.ts';

const messages = (text: string) => {
  const { problems } = parseYaml(text, 'x.yaml');
  return problems.length === 0 ? '' : new ConfigError(problems, text).message;
};

describe('what is refused', () => {
  test.each([
    ['an empty file', '', 'x.yaml:1:1: the file is empty'],
    ['a file of comments', '# soon\n', 'x.yaml:1:1: the file is empty'],
    ['a binary file', 'a: 1\nb: \u0000\u0001', 'x.yaml:2:4: this is not YAML: it has bytes that no text has'],
    ['bytes that are no UTF-8', 'a: \ufffd', 'x.yaml:1:4: this is not YAML: it has bytes that no text has'],
    ['what is not YAML', 'a: b: c\n', 'x.yaml:1:4: this is not YAML: nested mappings'],
    ['a bracket that is not closed', 'a: [1\nb: 2\n', 'x.yaml:2:1: this is not YAML: flow sequence'],
    ['a tab as indent', 'a:\n\tb: 1\n', 'x.yaml:2:1: a tab cannot indent YAML; use spaces'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'x.yaml:3:1: duplicate key "a": it stands above already\n  3 | a: 3\n    | ^'],
    ['a second document', 'a: 1\n---\nb: 2\n', 'x.yaml:2:1: a second document'],
    ['a key that is no text', '? [a, b]\n: 1', 'x.yaml:1:3: a key must be plain text'],
    ['a tag', 'a: !!js/function "x"\n', 'x.yaml:1:4: a tag (!…) has no meaning here'],
    ['a known tag of older YAML', 'a: !!timestamp 2001-01-01\n', 'x.yaml:1:4: a tag (!…) has no meaning here'],
    [
      '__proto__',
      'a: { __proto__: { x: 1 } }',
      'x.yaml:1:6: the key "__proto__" is not allowed\n  1 | a: { __proto__: { x: 1 } }\n    |      ^^^^^^^^^',
    ],
    ['an alias without its anchor', 'a: *b\n', 'x.yaml:1:4: the alias *b stands for nothing: no &b is above it'],
    ['an alias that holds itself', 'a: &x { b: *x }\n', 'x.yaml:1:12: the alias *x stands for itself'],
    ['a text that is too long', `a: ${'x'.repeat(1_000_001)}`, 'x.yaml:1:1: this is no config: it has 1000004 characters'],
    ['a text that is nested too deeply', `a: ${'['.repeat(80)}${']'.repeat(80)}`, 'x.yaml:1:67: nested too deeply: more than 64 levels'],
  ])('%s', (_, text, message) => {
    expect(messages(text)).toContain(message);
  });

  test('an alias bomb, at the alias that stands for most', () => {
    const nine = (name: string) => `[${Array(9).fill(name).join(', ')}]`;
    const bomb = `a: &a ${nine('x')}\nb: &b ${nine('*a')}\nc: &c ${nine('*b')}\nd: &d ${nine('*c')}\ne: &e ${nine('*d')}\n`;
    expect(messages(bomb)).toMatch(/^x\.yaml:5:40: aliases stand for more than 100 copies of values/);
  });

  test('nesting that would end the stack of a parser that recurses', () => {
    expect(messages('['.repeat(200_000))).toMatch(/^x\.yaml:1:/);
  });

  test('a hundred thousand aliases, without searching the document for each', () => {
    expect(messages(`a: &a [x]\nb: [${'*a,'.repeat(100_000)}]\n`)).toContain('x.yaml:2:5: aliases stand for more than 100');
  }, 10_000);

  test('all mistakes at once', () => {
    expect(messages('a: 1\na: 2\nb: !x 3\nb: 4\n').match(/^x\.yaml:\d/gm)).toEqual(['x.yaml:2', 'x.yaml:3', 'x.yaml:4']);
  });
});

describe('what is read', () => {
  test('dates, yes and no stay text, whatever version the text claims', () => {
    expect(parseYaml('%YAML 1.1\n---\na: 2026-11-24\nb: yes\nc: 0o17\n', 'x').value).toEqual({ a: '2026-11-24', b: 'yes', c: 15 });
  });

  test('merge keys', () => {
    expect(parseYaml('a: &a { b: 1, c: 2 }\nd: { <<: *a, c: 3 }\n', 'x').value).toEqual({ a: { b: 1, c: 2 }, d: { b: 1, c: 3 } });
  });

  test('numbers as keys are text', () => {
    expect(parseYaml('1: a\n', 'x').value).toEqual({ 1: 'a' });
  });
});

describe('where it stands', () => {
  const { at } = parseYaml('d: 2\nm: &m { q: 1 }\nn: { <<: *m, w: 22 }\ne:\nl:\n  - a: { bb: cc }\n', 'x');

  test.each([
    [['d'], { line: 1, column: 4, endColumn: 5 }],
    [['n', 'w'], { line: 3, column: 17, endColumn: 19 }],
    [['l', 0, 'a', 'bb'], { line: 6, column: 14, endColumn: 16 }],
  ])('a value: %j', (path, position) => expect(at(path)).toEqual(position));

  test('a key', () => expect(at(['l', 0, 'a', 'bb'], 'key')).toEqual({ line: 6, column: 10, endColumn: 12 }));
  test('a value that was merged in, where it is written', () => expect(at(['n', 'q'])).toMatchObject({ line: 2, column: 12 }));
  test('an empty value, at its key', () => expect(at(['e'])).toMatchObject({ line: 4, column: 1 }));
  test('what is not there, at the key around it', () => expect(at(['n', 'zz'])).toMatchObject({ line: 3, column: 1 }));
  test('what is inside a plain name, at the name', () => expect(at(['l', 0, 'a', 'bb', 'cc', 'x'])).toMatchObject({ line: 6, column: 14 }));
  test('what is missing from the top level, at the first key', () => expect(at(['zz'])).toMatchObject({ line: 1, column: 1 }));
});
