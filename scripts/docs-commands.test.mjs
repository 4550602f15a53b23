import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = path.join(ROOT, 'packages', 'cli', 'dist', 'main.js');
const help = (...command) => execFileSync(process.execPath, [MAIN, ...command, '--help'], { encoding: 'utf8' });

/** Each command with its options, as it tells of them itself. */
const COMMANDS = new Map(
  namesIn(help(), /^ {2}([a-z][a-z-]*) /gm)
    .filter((name) => name !== 'help')
    .map((name) => [name, namesIn(help(name), /^ {2}(?:-\w, )?(--[a-z-]+)/gm).filter((option) => option !== '--help')]),
);

function namesIn(text, pattern) {
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
}

function optionsIn(text) {
  return namesIn(text, /(?<![\w-])(--[a-z][a-z-]*)/g);
}

/** The lines of a page that call the command, without what is quoted in them. */
function callsIn(page) {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/^ *(?:npx espalier|npm start --) ([a-z-]+)(.*)$/gm)].map(([line, command, rest]) => ({
    line: line.trim(),
    command,
    options: optionsIn(rest.replace(/'[^']*'|"[^"]*"|#.*$/g, '')),
  }));
}

const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => path.join('docs', name))];
const CALLS = PAGES.filter((name) => name.endsWith('.md')).flatMap(callsIn);

test('the docs call commands that there are, with options that they have', () => {
  expect(CALLS.length).toBeGreaterThan(20);
  const wrong = CALLS.filter(({ command, options }) => options.some((option) => !COMMANDS.get(command)?.includes(option)));
  expect(wrong.map(({ line }) => line)).toEqual([]);
  expect(CALLS.filter(({ command }) => !COMMANDS.has(command)).map(({ line }) => line)).toEqual([]);
});

test('the page on commands has every command with every option, and no other', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'commands.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `espalier ([a-z-]+)([^`]*)` \|/gm)].map(([, name, rest]) => [name, optionsIn(rest)]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(COMMANDS));
});
