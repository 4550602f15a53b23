import { expect, test } from 'vitest';
import { withPassage } from './page.ts';

const TEXT = 'Before.\n\n<!-- speed -->\nold\n<!-- /speed -->\n\nAfter.\n';

test('a passage takes the place of what stood between its marks', () => {
  const once = withPassage(TEXT, 'speed', ['new', 'lines']);
  expect(once).toBe('Before.\n\n<!-- speed -->\n\nnew\nlines\n\n<!-- /speed -->\n\nAfter.\n');
  expect(withPassage(once, 'speed', ['new', 'lines'])).toBe(once);
});

test('a page without the marks is not written to', () => {
  expect(() => withPassage(TEXT, 'growth', [])).toThrow(/no <!-- growth --> … <!-- \/growth -->/);
});
