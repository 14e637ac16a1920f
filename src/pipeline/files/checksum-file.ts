import { existsSync, readFileSync } from 'node:fs';
import { writeDurable } from '../../archive/files/durable.ts';
import { byCodePoint } from '../../core/base/order.ts';

/** Digests by path, relative to the folder of the checksum file. */
export type Checksums = Map<string, string>;

/**
 * Returns a sorted text for `sha256sum -c`. If a name contains a backslash or a line end, it is escaped and its line begins with a backslash, as GNU
 * coreutils writes it ("cksum output modes" in its manual).
 */
export function checksumText(checksums: ReadonlyMap<string, string>): string {
  return [...checksums]
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([path, digest]) => {
      const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
      return `${escaped === path ? '' : '\\'}${digest}  ${escaped}\n`;
    })
    .join('');
}

/**
 * Reads a checksum file that longplay wrote; empty if there is none. Ignores lines of another shape, and an incomplete last line, which a crash left.
 */
export function readChecksums(file: string): Checksums {
  const checksums: Checksums = new Map();
  if (!existsSync(file)) return checksums;
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const parts = /^(\\?)([0-9a-f]{64}) {2}(.+)$/s.exec(line);
    if (parts === null) continue;
    const [, escaped, digest = '', path = ''] = parts;
    checksums.set(
      escaped === '' ? path : path.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character === 'r' ? '\r' : character)),
      digest,
    );
  }
  return checksums;
}

/** Writes a checksum file, whole or not at all. */
export async function writeChecksums(file: string, checksums: ReadonlyMap<string, string>): Promise<void> {
  await writeDurable(file, checksumText(checksums));
}
