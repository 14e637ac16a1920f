import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ran, runHere } from '../cli/in-process.ts';
import { cli, createRig, fingerprint, type Rig, root } from '../cli/rig.ts';
import { patience } from '../patience.ts';

// Kills and refusals at system calls, by strace's injection. Not `write` with an error: libuv wakes its threads by it and aborts; and no short writes: strace returns a count
// without writing. The trap does both (kill.test.ts, errors.test.ts). The counter of `when` is per call and per thread, so the pool of libuv gets one thread and longplay one
// worker: then the N-th call is the same in every run, except for the order of the two.

/** Every system call with which an import writes, on this kind of machine. */
const writing = ['fsync', 'fdatasync', 'rename', 'mkdir', 'unlink', 'rmdir', 'link', 'pwrite64', 'write', 'ftruncate'] as const;

const works = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
const every = process.env.LONGPLAY_FAULTS === 'all';

/** Landings that the newest bundle of the log records. */
function landings(archive: string): number {
  const folder = join(archive, 'log/tile/entries/000.p');
  const [newest = ''] = readdirSync(folder).sort((a, b) => Number(b) - Number(a));
  return readFileSync(join(folder, newest), 'latin1').split('"type":"bag-landed"').length - 1;
}

/** A few of each call, early and late; every number until the run is through where LONGPLAY_FAULTS=all. */
function* numbers(few: readonly number[]): Generator<number> {
  if (!every) yield* few;
  else for (let at = 1; ; at++) yield at;
}

describe.skipIf(!works)('an import under strace', () => {
  let rig: Rig;
  let marker: string;
  let undisturbed: string[];
  const source = join(root, 'samples/sidecar-xml');
  let env: NodeJS.ProcessEnv = {};
  let archives = 0;

  beforeAll(async () => {
    rig = createRig();
    env = { ...process.env, LONGPLAY_KEYS: rig.keys, SOURCE_DATE_EPOCH: '1764028800', UV_THREADPOOL_SIZE: '1' };
    const first = rig.path('undisturbed');
    expect(run(first).status).toBe(0);
    marker = join(first, 'longplay.json');
    undisturbed = fingerprint(join(first, 'bags'));
    expect(undisturbed.length).toBeGreaterThan(10);
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
  });

  const argsOf = (archive: string): string[] => [cli, 'import', source, '--into', archive, '-j', '1', '--quiet', '--open'];
  const run = (archive: string, inject?: string) => {
    // With a filter in the kernel only the named calls stop the program, but then strace sends no signal (6.13).
    const filter = inject?.includes(':error=') === true ? ['--seccomp-bpf'] : [];
    const strace =
      inject === undefined
        ? []
        : ['strace', '-f', ...filter, '-qq', '-o', '/dev/null', '-e', `trace=${inject.split(':')[0]}`, '-e', `inject=${inject}`];
    const [program = '', ...rest] = [...strace, process.execPath, ...argsOf(archive)];
    return spawnSync(program, rest, { env, encoding: 'utf8', timeout: patience });
  };
  /** An archive with the salt of the undisturbed one, so that its bags must have the same bytes. */
  const prepare = (name: string): string => {
    const archive = rig.path(name);
    mkdirSync(archive);
    // Another id, because this machine remembers the log of each.
    const text = readFileSync(marker, 'utf8').replace(/(?<="id": "[0-9a-f-]{24})[0-9a-f]{12}/, String(++archives).padStart(12, '0'));
    writeFileSync(join(archive, 'longplay.json'), text);
    return archive;
  };
  /** Undisturbed, and therefore in this process. */
  const here = (...args: string[]): Promise<Ran> => runHere(args, rig.keys, { SOURCE_DATE_EPOCH: '1764028800' });
  const complaints = async (archive: string, where: string): Promise<string[]> => {
    const after = await here(...argsOf(archive).slice(1));
    if (after.code !== 0) return [`${where}: the next run ended with ${after.code}: ${after.err}`];
    const found: string[] = [];
    if (JSON.stringify(fingerprint(join(archive, 'bags'))) !== JSON.stringify(undisturbed))
      found.push(`${where}: the bags are not those of an undisturbed run`);
    const verified = await here('verify', archive, '--quiet');
    if (verified.code !== 0) found.push(`${where}: verify ended with ${verified.code}: ${verified.out}${verified.err}`);
    const jobs = join(archive, 'jobs');
    if (existsSync(jobs) && readdirSync(jobs).length > 0) found.push(`${where}: left in jobs/: ${readdirSync(jobs).join(', ')}`);
    const landed = landings(archive);
    if (landed !== 2) found.push(`${where}: ${landed} landings in the log, 2 bags`);
    return found;
  };

  test.each(writing)(
    'that is killed at its N-th %s is finished by the next run as if nothing had happened',
    async (call) => {
      const found: string[] = [];
      let killed = 0;
      for (const at of numbers(['fsync', 'rename'].includes(call) ? [3, 34] : [3])) {
        const archive = prepare(`${call}-${at}`);
        const { status, signal, stderr } = run(archive, `${call}:signal=SIGKILL:when=${at}`);
        // strace passes on the signal of its child.
        if (status === 0) break;
        if (signal === 'SIGKILL' || status === 137) killed++;
        else found.push(`${call} ${at}: ended with ${status} ${signal}: ${stderr}`);
        found.push(...(await complaints(archive, `killed at ${call} ${at}`)));
      }
      expect(found).toEqual([]);
      // rmdir and link may not occur; a list without any kill would prove nothing.
      if (['fsync', 'rename', 'mkdir', 'write'].includes(call)) expect(killed).toBeGreaterThan(0);
    },
    1_200_000,
  );

  test.each([
    ['fsync', 'EIO'],
    ['pwrite64', 'ENOSPC'],
    ['rename', 'EACCES'],
    ['mkdir', 'EDQUOT'],
  ])(
    'to which every %s from the N-th on answers %s ends with 5 or success, and is finished by the next run',
    async (call, error) => {
      const found: string[] = [];
      for (const at of numbers([3])) {
        const archive = prepare(`${call}-${error}-${at}`);
        const { status, stderr } = run(archive, `${call}:error=${error}:when=${at}+`);
        if (status !== 5 && status !== 0) found.push(`${call} ${at} ${error}: ended with ${status}: ${stderr}`);
        found.push(...(await complaints(archive, `${error} from ${call} ${at} on`)));
        if (status === 0) break;
      }
      expect(found).toEqual([]);
    },
    1_200_000,
  );
});
