import { readFileSync, realpathSync } from 'node:fs';
import { CannotBuild, run } from './build.ts';

/** libopus of Debian, as installed on the machine that builds. */
export interface SystemOpus {
  /** The file itself, behind the link. */
  readonly library: string;
  /** Debian's version, e.g. 1.5.2-2. */
  readonly version: string;
  /** Its licence, as Debian has it. */
  readonly copyright: string;
}

/** Finds libopus by dpkg, which knows whose file it is. @throws CannotBuild where it is absent */
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
