/** The machine as far as the choice of binaries depends on it. */
export interface Platform {
  os: NodeJS.Platform;
  arch: string;
  /** Only on Linux. TensorFlow's wheels are linked against glibc; nothing of theirs loads under musl. */
  libc?: 'glibc' | 'musl';
}

/** The platform that this process runs on. */
export function thisPlatform(): Platform {
  const { platform: os, arch } = process;
  return os === 'linux' ? { os, arch, libc: isGlibc() ? 'glibc' : 'musl' } : { os, arch };
}

/** `linux-x64`, `linux-x64-musl`, `darwin-arm64`: how folders and messages name it. */
export function platformName(platform: Platform): string {
  const base = `${platform.os}-${platform.arch}`;
  return platform.libc === 'musl' ? `${base}-musl` : base;
}

function isGlibc(): boolean {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  // Without this the report looks every open connection's host up, which takes seconds behind a firewall.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}
