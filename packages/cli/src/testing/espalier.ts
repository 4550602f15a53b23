import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

// Each call is a process that loads tfjs: a second on a machine at rest, many on one that is busy.
vi.setConfig({ testTimeout: 120_000 });

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Watch = (said: string, child: ChildProcess) => void;

/** A folder to call the command in, with a cache of its own, that goes when the test ends. */
export class Place {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'espalier-cli-'));
  /** Plain JavaScript: no native library has to be loaded for nets of a few weights. */
  readonly env: Readonly<Record<string, string | undefined>> = { ESPALIER_CACHE: path.join(this.folder, 'cache'), ESPALIER_BACKEND: 'cpu' };

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(files)) writeFileSync(this.file(name), text);
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 }));
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Starts the built command. What it says is collected, and handed on as it comes: `watch` has stderr. */
  start(
    args: readonly string[],
    { env, watch, watchStdout }: { env?: Record<string, string>; watch?: Watch; watchStdout?: Watch } = {},
  ): Promise<Outcome> {
    const inherited = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, COLUMNS: undefined };
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: this.folder, env: { ...inherited, ...this.env, ...env } });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
      watchStdout?.(stdout, child);
    });
    child.stderr.on('data', (data) => {
      stderr += data;
      watch?.(stderr, child);
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, stdout, stderr }));
    });
  }
}

/** Points in the plane, of class 1 where x > y: something that a tiny net learns in a moment. */
export function pointsCsv(rows = 300): string {
  const lines = ['x,y,class'];
  for (let i = 0; i < rows; i++) {
    const [x, y] = [Math.sin(i * 12.9898), Math.sin(i * 78.233)];
    lines.push(`${x.toFixed(4)},${y.toFixed(4)},${x > y ? 1 : 0}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A whole experiment on those points, under a second. */
export const POINTS = `name: points
seed: 3
data: { csv: { file: points.csv, target: class } }
model: { mlp: { hidden: [16, 8] } }
train: { epochs: 8, batchSize: 16, optimizer: { adam: { learningRate: 0.02 } } }
prune:
  strategy: magnitude
  sparsity: 0.5
  epochs: 4
`;
