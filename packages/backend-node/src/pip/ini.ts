/**
 * The dialect of Python's configparser, in which pip's files are written: values may go on over indented lines, which
 * is how people list several indexes, and which npm's `ini` does not read.
 * Source: https://docs.python.org/3/library/configparser.html#supported-ini-file-structure
 */
export function parseIni(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let section: Record<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (header?.[1] !== undefined) {
      section = sections[header[1].trim()] ??= {};
      key = undefined;
    } else if (/^\s/.test(line)) {
      if (section && key) section[key] = `${section[key]}\n${line.trim()}`.trim();
    } else if (section && pair?.[1] !== undefined) {
      key = pair[1].toLowerCase();
      section[key] = pair[2] ?? '';
    }
  }
  return sections;
}
