import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Links of a built site to pages, files and headings that are not there; addresses elsewhere are not asked for. */
export function deadLinks(dist) {
  const pages = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.html'));
  const idsOf = new Map();
  const ids = (file) => {
    if (!idsOf.has(file)) idsOf.set(file, new Set([...readFileSync(file, 'utf8').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)));
    return idsOf.get(file);
  };
  return pages.flatMap((page) => {
    const html = readFileSync(path.join(dist, page), 'utf8');
    const targets = new Set([...html.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href.replaceAll('&amp;', '&')));
    return [...targets].flatMap((href) => {
      if (/^[a-z]+:/.test(href)) return [];
      const [place, heading] = href.split('#');
      const file = place === '' ? path.join(dist, page) : fileOf(dist, page, decodeURIComponent(place));
      if (file === undefined) return [`${page}: ${href} leads nowhere`];
      const isThere = heading === undefined || heading === '' || !file.endsWith('.html') || ids(file).has(decodeURIComponent(heading));
      return isThere ? [] : [`${page}: there is no heading for ${href}`];
    });
  });
}

function fileOf(dist, page, place) {
  const target = place.startsWith('/') ? path.join(dist, place) : path.join(dist, path.dirname(page), place);
  const candidates = [target, `${target}.html`, path.join(target, 'index.html')];
  return candidates.find((file) => existsSync(file) && statSync(file).isFile());
}
