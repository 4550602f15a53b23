import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { createPackageFromTarballData } from '@arethetypeswrong/core';

/**
 * A registry on this machine that has these tarballs, and sends whoever asks for anything else to the one that is used
 * otherwise: packages are installed by name, as when they are published.
 */
export async function serve(tarballs, upstream) {
  const packages = new Map(tarballs.map((tarball) => entry(tarball)));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname.slice(1));
    const [name, file] = path.split('/-/');
    const packed = packages.get(name);
    if (packed === undefined) return response.writeHead(302, { location: upstream.replace(/\/$/, '') + request.url }).end();
    // Another run has other packages of the same version.
    response.setHeader('cache-control', 'no-store');
    if (file !== undefined) return response.end(packed.data);
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify(document(packed, `http://${request.headers.host}/${name}/-/${packed.file}`)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => server.close().closeAllConnections(),
  };
}

function entry(tarball) {
  const data = readFileSync(tarball);
  const packed = createPackageFromTarballData(new Uint8Array(data));
  const manifest = JSON.parse(packed.readFile(`/node_modules/${packed.packageName}/package.json`));
  return [manifest.name, { manifest, data, file: basename(tarball) }];
}

function document({ manifest, data }, tarball) {
  const integrity = `sha512-${createHash('sha512').update(data).digest('base64')}`;
  const shasum = createHash('sha1').update(data).digest('hex');
  const { name, version } = manifest;
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist: { tarball, integrity, shasum } } } };
}
