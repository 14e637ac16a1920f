import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../cli/rig.ts';
import { createSmallImport, type SmallImport, untouched } from './small-import.ts';
import { buildTrap } from './trap.ts';
import { patience } from './trials.ts';

const probe = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true'], { encoding: 'utf8' });
const reason = probe.status === 0 ? null : `strace does not work here: ${probe.error?.message ?? probe.stderr}`;
const trap = buildTrap();

/** Calls that can change a file or folder, as strace names them; the question mark omits those that the machine does not have. */
const changing =
  'trace=?open,openat,?creat,write,pwrite64,writev,pwritev,fsync,fdatasync,?rename,renameat,renameat2,?unlink,unlinkat,?mkdir,mkdirat,?rmdir,' +
  'ftruncate,truncate,?link,linkat,?symlink,symlinkat,?chmod,fchmod,fchmodat,?chown,fchown,?utime,?utimes,utimensat,fallocate,' +
  'copy_file_range,sendfile,setxattr,fsetxattr,removexattr';

describe.skipIf(reason !== null)(`the system calls of an import${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let work: SmallImport;

  beforeAll(() => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  /** Lines of strace, one per call: no call is split in two by another thread's. */
  function traced(args: readonly string[], env: Readonly<Record<string, string>> = {}): { readonly code: number | null; readonly lines: string[] } {
    const file = work.rig.path('trace');
    const command = ['-f', '--seccomp-bpf', '-qq', '-y', '-o', file, '-e', changing, process.execPath, join(root, 'dist/bin/longplay.js'), ...args];
    const { status, stderr } = spawnSync('strace', command, { env: { ...process.env, ...work.env, ...env }, encoding: 'utf8' });
    if (status === null) throw new Error(stderr);
    // "<unfinished ...>" is followed by "<... call resumed>", which names no path.
    return {
      code: status,
      lines: readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.includes(' resumed>')),
    };
  }

  const opensToRead = (line: string): boolean => /^\d+ +open(at)?\(/.test(line) && /O_RDONLY/.test(line) && !/O_CREAT|O_TRUNC/.test(line);

  it.each([
    ['a folder with a table, which an import reads', 'import'],
    ['a folder of files, which a conversion reads', 'convert'],
    ['an export of Asterisk with sides, compressed audio and damaged files, which an import reads', 'asterisk'],
  ])(
    'never open %s for writing, and bytes and times are unchanged',
    async (_, which) => {
      const source = which === 'asterisk' ? work.rig.path('asterisk') : work.source;
      if (which === 'asterisk') cpSync(join(root, 'samples/asterisk-normal'), source, { recursive: true, preserveTimestamps: true });
      const before = untouched(source);
      const archive = work.newArchive();
      const args = {
        import: work.args(archive),
        convert: ['convert', source, '--out', work.rig.path('converted')],
        asterisk: ['import', source, '--into', archive, '--zone', 'Europe/Stockholm', '--join-sides', '--open'],
      }[which];
      const { code, lines } = traced(args ?? []);
      expect([0, 3]).toContain(code);
      const touching = lines.filter((line) => line.includes(source));
      expect(touching.filter((line) => !opensToRead(line))).toEqual([]);
      // A filter that matches nothing would prove nothing.
      expect(touching.length).toBeGreaterThan(2);
      expect(lines.some((line) => line.includes('O_CREAT'))).toBe(true);
      expect(untouched(source)).toEqual(before);
    },
    patience,
  );

  it.skipIf(typeof trap === 'string')(
    'are those that the trap counts, so that a loop over its numbers misses none',
    () => {
      if (typeof trap === 'string') return;
      const archive = work.newArchive();
      const list = work.rig.path('calls');
      const { code, lines } = traced(work.args(archive), trap.env([archive], list));
      expect(code).toBe(0);
      const byStrace = new Map<string, number>();
      for (const line of lines) {
        if (!line.includes(`${archive}/`) && !line.includes(`${archive}"`) && !line.includes(`${archive}>`)) continue;
        const call = /^\d+ +(\w+)\(/.exec(line)?.[1] ?? '';
        if (opensToRead(line)) continue;
        const kind = plain(call);
        byStrace.set(kind, (byStrace.get(kind) ?? 0) + 1);
      }
      const byTrap = new Map<string, number>();
      for (const kind of readFileSync(list, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[1] ?? '')) {
        // strace was not asked for close, because it also closes files opened for reading.
        if (kind !== 'close') byTrap.set(kind, (byTrap.get(kind) ?? 0) + 1);
      }
      expect(Object.fromEntries([...byTrap].sort())).toEqual(Object.fromEntries([...byStrace].sort()));
    },
    patience,
  );
});

/** The trap's name for a system call. */
function plain(call: string): string {
  if (call === 'fdatasync') return 'fsync';
  return call.replace(/^f(truncate|chown|chmod)$/, '$1').replace(/(at2?|64)$/, '');
}
