/** A file and its digest. */
export interface ManifestLine {
  /** With `/` between folders, relative to the folder of the manifest. */
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly digest: string;
}

/**
 * Manifest lines as `sha256sum -c` and BagIt readers take them: digest, two blanks, path. A path with a backslash or a line break, which no
 * bag of ours has, is escaped as coreutils does it: a backslash before the digest, `\\`, `\n` and `\r` in the path.
 */
export function manifestText(lines: Iterable<ManifestLine>): string {
  let text = '';
  for (const { path, digest } of lines) {
    const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    text += `${escaped === path ? '' : '\\'}${digest}  ${escaped}\n`;
  }
  return text;
}

/** The lines of a manifest that `manifestText` or `sha256sum` wrote; null where a line is none. For manifests of bags there is `bagit-reader.ts`. */
export function parseManifestText(text: string): ManifestLine[] | null {
  const lines: ManifestLine[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const match = /^(\\?)([0-9a-f]+) [ *](.+)$/.exec(line);
    if (match === null) return null;
    const [, escaped = '', digest = '', path = ''] = match;
    lines.push({ digest, path: escaped === '' ? path : path.replace(/\\([\\nr])/g, (_, c: string) => (c === 'n' ? '\n' : c === 'r' ? '\r' : c)) });
  }
  return lines;
}
