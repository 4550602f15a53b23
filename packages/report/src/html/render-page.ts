import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WrongRequest } from '../wrong-request.ts';
import type { ReportData } from './report-data.ts';

/**
 * One HTML file that needs nothing else: script, style and data are in it, and its policy lets it fetch nothing.
 *
 * @param live whether it is served, and fetches new data from where it came from.
 */
export function renderPage(data: ReportData, { live = false }: { readonly live?: boolean } = {}): string {
  const { script, style } = bundle();
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    // Charts style their elements one by one.
    "style-src 'unsafe-inline'",
    'img-src data:',
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en"${live ? ' data-live' : ''}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(data.title)}</title>
<style>${style}</style>
</head>
<body>
<main id="report"><noscript>This report draws its charts with JavaScript, which is switched off here.</noscript></main>
<script type="application/json" id="data">${dataText(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that can stand in a script element: no name in it can end the element, or begin a comment. */
export function dataText(data: ReportData): string {
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}

/** What `bundle.mjs` makes of `src/page`. */
function bundle(): { readonly script: string; readonly style: string } {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../dist/page/${name}`, import.meta.url)), 'utf8');
  try {
    return { script: read('page.js'), style: read('page.css') };
  } catch (error) {
    throw new WrongRequest('the page of the report is not built: npm run build makes it', { cause: error });
  }
}
