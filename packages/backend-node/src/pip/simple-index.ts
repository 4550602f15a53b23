import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Parser } from 'htmlparser2';
import { type Client, redact } from '../net/client.ts';

/** A file that an index offers. */
export interface IndexFile {
  name: string;
  url: string;
  /** As the index says; what is pinned is the truth. */
  sha256?: string;
}

const ACCEPT = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/**
 * The files of a project on one simple index: JSON (PEP 691) where the index has it, else the page of links (PEP 503).
 * `file:` indexes are read from disk, as pip does.
 */
export async function filesOf(client: Client, index: string, project: string, signal?: AbortSignal): Promise<IndexFile[]> {
  const address = `${index.replace(/\/+$/, '')}/${project}/`;
  if (address.startsWith('file:')) {
    const page = new URL('index.html', address);
    return parseLinks(await readFile(page, 'utf8'), page.href);
  }
  return readPage(client, address, signal);
}

/** The files of a `find-links` entry: a folder, a page on disk, or a page on the web. */
export async function linkedFiles(client: Client, place: string, signal?: AbortSignal): Promise<IndexFile[]> {
  if (/^https?:/.test(place)) return readPage(client, place, signal);
  const path = place.startsWith('file:') ? fileURLToPath(place) : place;
  if (/\.html?$/.test(path)) return parseLinks(await readFile(path, 'utf8'), pathToFileURL(path).href);
  return (await readdir(path)).map((name) => ({ name, url: new URL(encodeURIComponent(name), `${pathToFileURL(path).href}/`).href }));
}

/** PEP 503: each `<a>` is a file, its hash in the fragment, its address relative to the page (or its `<base>`). */
export function parseLinks(html: string, page: string): IndexFile[] {
  const files: IndexFile[] = [];
  let base = page;
  const parser = new Parser({
    onopentag(tag, { href }) {
      if (href === undefined) return;
      if (tag === 'base') base = new URL(href, page).href;
      if (tag === 'a') files.push(fileAt(new URL(href, base)));
    },
  });
  parser.end(html);
  return files;
}

async function readPage(client: Client, address: string, signal?: AbortSignal): Promise<IndexFile[]> {
  const response = await client.get(address, { headers: { accept: ACCEPT }, signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${redact(address)} answered ${response.status}`);
  }
  const type = response.headers.get('content-type') ?? '';
  const page = response.url || address; // relative links are relative to where redirects ended
  const body = await response.text();
  const files = /\bjson\b/.test(type) ? parseJson(body, page) : parseLinks(body, page);
  return files.map((file) => ({ ...file, url: withCredentialsOf(address, file.url) }));
}

/** PEP 691. */
function parseJson(body: string, page: string): IndexFile[] {
  const { files = [] } = JSON.parse(body) as { files?: { filename: string; url: string; hashes?: { sha256?: string } }[] };
  return files.map(({ filename, url, hashes }) => ({
    name: filename,
    url: new URL(url, page).href,
    ...(hashes?.sha256 && { sha256: hashes.sha256 }),
  }));
}

function fileAt(url: URL): IndexFile {
  const sha256 = /^#sha256=([0-9a-f]{64})/i.exec(url.hash)?.[1]?.toLowerCase();
  url.hash = '';
  const name = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  return { name, url: url.href, ...(sha256 && { sha256 }) };
}

/** The password of an index is good for the files of the same host, and goes to no other. */
function withCredentialsOf(index: string, file: string): string {
  const from = new URL(index);
  const to = new URL(file);
  if (from.host === to.host && to.username === '') [to.username, to.password] = [from.username, from.password];
  return to.href;
}
