import { existsSync, readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch, type Response } from 'undici';

export interface ClientOptions {
  /** Bundles of certificates (PEM files) to trust besides Node's own. */
  certs?: readonly string[];
  /** A proxy for everything; else HTTPS_PROXY, HTTP_PROXY and NO_PROXY, else what npm was told. */
  proxy?: string;
  trustedHosts?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

export interface RequestOptions {
  headers?: Record<string, string>;
  /** Time until the answer begins. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** HTTP as the user's machine is set up for it: proxies, certificates of a company, passwords in addresses. */
export class Client {
  readonly #checked: Dispatcher;
  readonly #trusting: Dispatcher;
  readonly #trustedHosts: readonly string[];

  constructor(options: ClientOptions = {}) {
    const ca = certificates(options);
    this.#checked = dispatcher(options, ca === undefined ? {} : { ca });
    this.#trusting = dispatcher(options, { rejectUnauthorized: false });
    this.#trustedHosts = options.trustedHosts ?? [];
  }

  /** The answer, whatever its status. The caller reads or cancels its body. */
  async get(address: string, options: RequestOptions = {}): Promise<Response> {
    const url = new URL(address);
    const headers = { ...options.headers };
    if (url.username !== '') {
      headers['authorization'] ??= basic(url);
      url.username = url.password = ''; // fetch refuses an address that carries them
    }
    const trusted = this.#trustedHosts.includes(url.hostname) || this.#trustedHosts.includes(url.host);
    const begun = new AbortController();
    const timer = setTimeout(() => begun.abort(timeoutError(url, options.timeoutMs)), options.timeoutMs ?? 20_000);
    const signals = [begun.signal, ...(options.signal ? [options.signal] : [])];
    try {
      return await fetch(url, {
        headers,
        signal: AbortSignal.any(signals),
        dispatcher: trusted ? this.#trusting : this.#checked,
      });
    } catch (error) {
      throw new Error(`${redact(address)}: ${causeOf(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** An address as it may be shown: without a password or token. */
export function redact(address: string): string {
  return address.replace(/\/\/[^/@\s]+@/, '//');
}

/** `fetch failed` says nothing; what it failed of is further down. */
export function causeOf(error: unknown): string {
  let deepest = error as { message?: string; code?: string; cause?: unknown; errors?: unknown[] };
  for (let next = deepest.cause ?? deepest.errors?.[0]; next instanceof Error; ) {
    deepest = next as typeof deepest;
    next = deepest.cause ?? deepest.errors?.[0];
  }
  const { code, message } = deepest;
  if (!message) return code ?? String(error);
  return code && !message.includes(code) ? `${message} (${code})` : message;
}

function timeoutError(url: URL, ms = 20_000): Error {
  return new Error(`no answer from ${url.host} within ${ms / 1000} s`);
}

function basic(url: URL): string {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function dispatcher(options: ClientOptions, tls: { ca?: string[]; rejectUnauthorized?: boolean }): Dispatcher {
  const { env = process.env } = options;
  const httpProxy = options.proxy ?? env['HTTP_PROXY'] ?? env['http_proxy'] ?? env['npm_config_proxy'];
  const httpsProxy = options.proxy ?? env['HTTPS_PROXY'] ?? env['https_proxy'] ?? env['npm_config_https_proxy'] ?? httpProxy;
  const noProxy = env['NO_PROXY'] ?? env['no_proxy'] ?? env['npm_config_noproxy'];
  // Some mirrors trickle; the downloads have a watch of their own, so these only need to be out of its way.
  const patience = { bodyTimeout: 120_000, headersTimeout: 60_000 };
  if (!httpProxy && !httpsProxy) return new Agent({ ...patience, connect: tls });
  return new EnvHttpProxyAgent({
    ...patience,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    ...(httpProxy && { httpProxy: withScheme(httpProxy) }),
    ...(httpsProxy && { httpsProxy: withScheme(httpsProxy) }),
    ...(noProxy && { noProxy }),
  });
}

/** pip and curl take `host:port` for a proxy. */
function withScheme(proxy: string): string {
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** Given to TLS as a whole: naming any certificate there turns Node's own list off, so both are named. */
function certificates({ certs = [], env = process.env }: ClientOptions): string[] | undefined {
  const files = [...certs, env['NODE_EXTRA_CA_CERTS']].filter((file): file is string => !!file && existsSync(file));
  if (files.length === 0) return undefined;
  return [...rootCertificates, ...[...new Set(files)].map(readBundle)];
}

function readBundle(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // a folder of hashed certificates: Node has no way to take one
  }
}
