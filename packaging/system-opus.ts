import { readFileSync, realpathSync } from 'node:fs';
import { CannotBuild, run } from './build.ts';

/** libopus as Debian installed it on the build machine. */
export interface SystemOpus {
  /** Path of the file itself, with links resolved. */
  readonly library: string;
  /** Debian's version, e.g. 1.5.2-2. */
  readonly version: string;
  /** Debian's licence text of libopus. */
  readonly copyright: string;
}

/** Finds libopus by asking dpkg which package owns the file. @throws CannotBuild if libopus is absent */
export function systemOpus(): SystemOpus {
  const files = String(run('dpkg-query', ['--listfiles', 'libopus0:amd64'], { debian: 'dpkg' })).split('\n');
  const link = files.find((file) => file.endsWith('/libopus.so.0'));
  if (link === undefined) throw new CannotBuild('libopus0 has no libopus.so.0');
  return {
    library: realpathSync(link),
    version: /^Version: (.+)$/m.exec(String(run('dpkg-query', ['--status', 'libopus0:amd64'], { debian: 'dpkg' })))?.[1] ?? '',
    copyright: readFileSync('/usr/share/doc/libopus0/copyright', 'utf8').trim(),
  };
}
