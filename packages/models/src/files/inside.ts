import { realpath } from 'node:fs/promises';
import { isAbsolute, join, posix, relative, sep, win32 } from 'node:path';
import { EspalierError } from '@espalier/core';

/**
 * The real path of a file that a model.json names, which must lie in its own folder: a model from elsewhere shall not be
 * able to have any other file of this machine read.
 *
 * @throws EspalierError for addresses, absolute paths, ways up, links that lead out, and files that are missing.
 */
export async function pathInside(folder: string, path: string, where: string): Promise<string> {
  const outside = (why: string) =>
    new EspalierError({
      where,
      what: `names the weights file "${path}"`,
      why,
      remedy: 'Only files in the folder of model.json are read; put it there',
    });
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) && !/^[a-z]:[\\/]/i.test(path)) throw outside('that is an address, not a file in its folder');
  if (posix.isAbsolute(path) || win32.isAbsolute(path)) throw outside('that is outside of its folder');
  if (path === '' || path.includes('\0') || path.split(/[\\/]/).includes('..')) throw outside('that is outside of its folder');

  const real = await realpath(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw outside(error.message);
    const remedy = 'Copy the weights from where the model comes from, too';
    throw new EspalierError({ where, what: `its weights file "${path}" is missing`, remedy }, { cause: error });
  });
  const way = relative(await realpath(folder), real);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw outside('it is a link that leads out of its folder');
  return real;
}
