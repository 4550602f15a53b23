import { expect, test } from 'vitest';
import { parseIni } from './ini.ts';

test('values go on over indented lines', () => {
  const text = '[global]\nextra-index-url =\n    https://a.example/simple\n    https://b.example/simple\ncert=/c.pem\n';
  expect(parseIni(text)).toEqual({ global: { 'extra-index-url': 'https://a.example/simple\nhttps://b.example/simple', cert: '/c.pem' } });
});

test('comments, empty lines, colons, Windows line ends and a byte order mark are no trouble', () => {
  const text = '\uFEFF# about\r\n[global]\r\n; more\r\n\r\nINDEX-URL : https://a.example/simple\r\n[install]\r\nno-index = true\r\n';
  expect(parseIni(text)).toEqual({ global: { 'index-url': 'https://a.example/simple' }, install: { 'no-index': 'true' } });
});

test('what stands before the first section, or is no pair, is passed over', () => {
  expect(parseIni('lost = 1\n[global]\njust words\nkey = value\n')).toEqual({ global: { key: 'value' } });
});
