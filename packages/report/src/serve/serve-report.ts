import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compare } from '../compare/compare.ts';
import { makeReportData, type ReportOptions } from '../html/make-report-data.ts';
import { dataText, renderPage } from '../html/render-page.ts';
import type { ReportData } from '../html/report-data.ts';
import { readRuns } from '../read/read-runs.ts';
import { WrongRequest } from '../wrong-request.ts';

export interface ServeOptions extends ReportOptions {
  readonly folders: readonly string[];
  /** 0 for any that is free. */
  readonly port: number;
  readonly against?: string;
  /** Milliseconds between two looks at the folders, at least; 2000 where it is not given. */
  readonly every?: number;
}

export interface ServedReport {
  readonly url: string;
  close(): Promise<void>;
}

const SECURE = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

/**
 * Serves the report to this machine alone, and tells the page when there is something new.
 *
 * @throws WrongRequest where a folder is not there, or the port is taken.
 */
export async function serveReport(options: ServeOptions): Promise<ServedReport> {
  const watched = new WatchedRuns(options);
  await watched.look();
  const listeners = new Set<ServerResponse>();
  const server = createServer((request, response) => answer(request, response, watched, listeners));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new WrongRequest(`port ${options.port} is taken; choose another with --port`) : error),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const tell = () => {
    for (const listener of listeners) listener.write('event: change\ndata: 1\n\n');
  };
  const stop = watched.follow(options.every ?? 2000, tell);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      stop();
      for (const listener of listeners) listener.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, { data }: WatchedRuns, listeners: Set<ServerResponse>): void {
  const send = (status: number, type: string, text: string) => response.writeHead(status, { ...SECURE, 'content-type': type }).end(text);
  // A page of another site may have its name point here; the name then gives it away.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return void send(403, 'text/plain', 'Ask for 127.0.0.1.\n');
  if (request.method !== 'GET') return void send(405, 'text/plain', 'Only GET.\n');
  if (request.url === '/') return void send(200, 'text/html; charset=utf-8', renderPage(data, { live: true }));
  if (request.url === '/data.json') return void send(200, 'application/json', dataText(data));
  if (request.url !== '/events') return void send(404, 'text/plain', 'Not here.\n');
  response.writeHead(200, { ...SECURE, 'content-type': 'text/event-stream' });
  response.write(':\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
}

/** Looks at the folders again and again. */
class WatchedRuns {
  data: ReportData = NOTHING;
  private readonly options: ServeOptions;
  private seen = '';

  constructor(options: ServeOptions) {
    this.options = options;
  }

  /** Whether there is something new. */
  async look(): Promise<boolean> {
    const { folders, against } = this.options;
    const read = await readRuns(folders, { mayBeNone: true });
    const seen = JSON.stringify([
      read.runs.map(({ hash, status, folder }) => [hash, status, folder]),
      read.unfinished.length,
      read.notBegun,
      read.problems,
    ]);
    if (seen === this.seen) return false;
    this.data = await makeReportData(compare(read, { against }), this.options);
    this.seen = seen;
    return true;
  }

  /** @returns what ends it. */
  follow(every: number, onChange: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const next = async () => {
      const started = performance.now();
      // A file may be half there now, and whole at the next look.
      if (await this.look().catch(() => false)) onChange();
      // Thousands of runs take a while to read: most of the time is left to who makes them.
      if (!isOver) timer = setTimeout(() => void next(), Math.max(every, 10 * (performance.now() - started)));
    };
    timer = setTimeout(() => void next(), every);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }
}

const NOTHING: ReportData = {
  title: '',
  at: '',
  quality: 'accuracy',
  reference: 'dense',
  counts: { measured: 0, unexpected: 0, broken: 0, unfinished: 0, notBegun: 0 },
  figures: [],
  ownFigures: {},
  sections: [],
  rows: [],
  fronts: { bytes: [], macs: [], nonzero: [], latencyMs: [] },
  settings: {},
  parameters: [],
  details: [],
  problems: [],
  limits: [],
};
