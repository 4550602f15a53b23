import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/** A holder touches its lock every 2 s. One that has not for 15 s, or whose process is gone, was killed. */
const BEAT_MS = 2_000;
const STALE_MS = 15_000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Runs `work` while no other set-up of this checkout does. `work` gets a function that notes a process which it starts,
 * and answers with one that strikes it out again. Those processes outlive a killed holder, and the next one waits for
 * them before it touches the same files; a holder that is merely stopped takes them along.
 */
export async function withLock(path, work, { onWait = () => {} } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = { pid: process.pid, host: hostname(), token: `${process.pid}-${Date.now()}-${Math.random()}`, children: [] };
  await acquire(path, mine, onWait);
  const beat = setInterval(() => touch(path), BEAT_MS);
  beat.unref();
  const release = () => {
    if (read(path)?.token === mine.token) rmSync(path, { force: true });
  };
  const stop = () => {
    mine.children.forEach(end);
    release();
  };
  process.on('exit', stop);
  try {
    return await work((pid) => {
      mine.children.push(pid);
      writeFileSync(path, JSON.stringify(mine));
      return () => mine.children.splice(mine.children.indexOf(pid), 1);
    });
  } finally {
    clearInterval(beat);
    process.off('exit', stop);
    release();
  }
}

async function acquire(path, mine, onWait) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (let told = false; ; ) {
      try {
        linkSync(draft, path); // appears with its content, or not at all
        return;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const holder = read(path);
      if (holder !== undefined && isStale(path, holder)) {
        await childrenOf(holder);
        takeAway(path, holder);
      } else {
        if (!told) onWait();
        told = true;
        await sleep(200);
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a stale lock aside. Two may see it at once: whoever moved a newer one by mistake puts it back. */
function takeAway(path, holder) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another was quicker
  }
  if (read(aside)?.token !== holder.token) {
    try {
      linkSync(aside, path);
    } catch {
      // a third one has it by now
    }
  }
  rmSync(aside, { force: true });
}

async function childrenOf({ host, children = [] }) {
  if (host !== hostname()) return;
  for (let waited = 0; waited < 120_000 && children.some(isAlive); waited += 200) await sleep(200);
}

function isStale(path, { pid, host }) {
  if (host === hostname() && !isAlive(pid)) return true;
  try {
    return Date.now() - statSync(path).mtimeMs > STALE_MS;
  } catch {
    return false; // gone in the meantime
  }
}

function end(pid) {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // it has ended by itself
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // taken over while this machine slept
  }
}
