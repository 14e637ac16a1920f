import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, fingerprint, type Run } from '../cli/rig.ts';
import { createSealedRig, filesWith, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';
import { sample } from './world.ts';
import { amending } from './writers.ts';

// Interrupts the sealing of an archive at its calls: nothing is lost, verification raises no false alarm, and the next run finishes it.

const trap = buildTrap();
/** Numbers of the calls, and words of the case, its message, the note and the later table. */
const words = ['46701740605', 'pbx1-1761438596', 'Deal 4711', 'trader@example.org', 'Settled by', 'Heard 4711'];
const mail =
  'From: trader@example.org\r\nTo: desk@example.org\r\nDate: Sun, 26 Oct 2025 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nSubject: a deal\r\n\r\nSettled by noon.\r\n';

describe.skipIf(typeof trap === 'string')(`sealing an archive${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let rig: SealedRig;
  let calls: number;
  /** The call that puts a bag in its place, which amendments name and which is absent until then. */
  let landing: number;

  beforeAll(async () => {
    rig = await createSealedRig();
    const well = async (...args: string[]): Promise<Run> => {
      const ran = await rig.run(args);
      expect([args.join(' '), ran.code], ran.stdout + ran.stderr).toEqual([args.join(' '), 0]);
      return ran;
    };
    await well('import', sample, '--into', 'before', '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '-j', '1', '--open');
    await well(...amending('before'));
    const [recording = ''] = (await rig.json(['list', 'before'])).lines.flatMap(({ of, value }) =>
      of === 'recording' ? String((value as { recordingId?: string }).recordingId) : [],
    );
    await well('note', 'add', 'before', recording, 'Heard 4711');
    const made = await rig.json(['case', 'new', 'before', '--title', 'Deal 4711', '--country', '+46']);
    writeFileSync(rig.path('message.eml'), mail);
    await well('case', 'messages', 'before', String(made.summary.id), 'message.eml');
    await well('viewer', 'before');
    await well('replica', 'add', 'before', 'vault', rig.path('vault'));
    await well('replica', 'sync', 'before');
    cpSync(rig.path('vault'), rig.path('shelf'), { recursive: true, preserveTimestamps: true });
    rmSync(rig.path('vault'), { recursive: true });
    const whole = await trapped(await copy('whole'), undefined);
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    ({ calls } = whole);
    const placed = readCalls(rig.path('whole-calls')).find(({ kind, path }) => kind === 'rename' && path.startsWith(rig.path('whole/bags/20')));
    landing = placed?.number ?? 0;
    expect(landing).toBeGreaterThan(0);
  }, patience);
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  /** Tries the calls one after another: a run in this process would take files that another one has open for its own. */
  const tried = (at: readonly number[], one: (at: number) => AsyncIterable<string>): Promise<string[]> => trials(at, one, 1);
  const placeOf = (name: string, what: 'keys' | 'keyring' | 'keyring-copy' | 'vault'): string => rig.path(`${name}-${what}`);
  const envOf = (name: string): Record<string, string> => ({ LONGPLAY_KEYS: placeOf(name, 'keys'), LONGPLAY_KEYRING: placeOf(name, 'keyring') });
  const run = (name: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Run> =>
    rig.run(args, { env: { ...envOf(name), ...more } });
  /** A copy of archive, replica and keys, with a keyring of its own. */
  async function copy(name: string): Promise<string> {
    for (const [from, to] of [
      [rig.path('before'), rig.path(name)],
      [rig.path('shelf'), placeOf(name, 'vault')],
      [rig.keys, placeOf(name, 'keys')],
    ] as const)
      cpSync(from, to, { recursive: true, preserveTimestamps: true });
    rmSync(join(placeOf(name, 'keys'), 'places'), { recursive: true, force: true });
    expect((await run(name, ['keyring', 'init', '--copy', placeOf(name, 'keyring-copy')])).code).toBe(0);
    expect((await run(name, ['replica', 'move', name, 'vault', placeOf(name, 'vault')])).code).toBe(0);
    return name;
  }
  /** Returns the files of a copy, without its lock and the folder of its log. */
  const standing = (copyOf: string): string[] => fingerprint(copyOf).filter((line) => !/^(?:\.lock|log\/)/.test(line));
  async function trapped(name: string, strike: Strike | undefined): Promise<Run & { readonly calls: number }> {
    if (typeof trap === 'string') throw new Error(trap);
    const list = rig.path(`${name}-calls`);
    const folders = [rig.path(name), placeOf(name, 'vault'), placeOf(name, 'keys'), placeOf(name, 'keyring'), placeOf(name, 'keyring-copy')];
    const env = { ...process.env, ...envOf(name), ...trap.env(folders, list, strike) };
    const struck = await rig.exec(process.execPath, [cli, 'seal', name, '--yes'], rig.folder, env);
    return { ...struck, calls: readCalls(list).length };
  }
  /** Returns the faults after an interrupted run, finishes the sealing, and returns the faults then. */
  async function* complaints(name: string, where: string): AsyncGenerator<string> {
    const stood = await run(name, ['verify', name], { LONGPLAY_KEYRING: rig.path('none') });
    // 3: the sealing is not finished, or owed.
    if (stood.code !== 0 && stood.code !== 3) yield `${where}: verify in between ended with ${stood.code}: ${stood.stdout}${stood.stderr}`;
    const judged = await rig.exec('python3', [rig.path(name, 'check.py')]);
    if (judged.code !== 0) yield `${where}: check.py in between: ${judged.stdout}${judged.stderr}`;
    const owed = await run(name, ['replica', 'verify', name, 'vault']);
    if (owed.code !== 0 && owed.code !== 3) yield `${where}: replica verify in between ended with ${owed.code}: ${owed.stdout}${owed.stderr}`;
    const other = await run(name, ['list', name]);
    if (other.code !== 0 && !/K214|E105/.test(other.stderr)) yield `${where}: list in between ended with ${other.code}: ${other.stderr}`;
    const before = [rig.path(name), placeOf(name, 'vault')].map(standing);
    const repaired = await run(name, ['replica', 'repair', name]);
    const isUnchanged = JSON.stringify([rig.path(name), placeOf(name, 'vault')].map(standing)) === JSON.stringify(before);
    const isRight = repaired.code === 5 ? /K214/.test(repaired.stderr) && isUnchanged : [0, 3].includes(repaired.code ?? -1);
    if (name === `kill-${landing}` && repaired.code !== 5) yield `${where}: a repair touched a bag between its two forms`;
    if (!isRight) yield `${where}: repair in between ended with ${repaired.code}: ${repaired.stdout}${repaired.stderr}`;
    const next = await run(name, ['seal', name, '--yes']);
    if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
    const played = await run(name, ['verify', name, '--play', '--originals']);
    if (played.code !== 0) yield `${where}: verify at last ended with ${played.code}: ${played.stdout}${played.stderr}`;
    const last = await rig.exec('python3', [rig.path(name, 'check.py')]);
    if (last.code !== 0) yield `${where}: check.py at last: ${last.stdout}`;
    const read = await run(name, ['replica', 'verify', name, 'vault']);
    if (read.code !== 0) yield `${where}: replica verify ended with ${read.code}: ${read.stdout}${read.stderr}`;
    for (const folder of [rig.path(name), placeOf(name, 'vault')])
      for (const file of filesWith(folder, words))
        yield `${where}: ${file} of ${folder === rig.path(name) ? 'the archive' : 'the replica'} is in clear`;
    const { lines } = await rig.json(['list', name], envOf(name));
    const listed = lines.filter(({ of }) => of === 'recording').length;
    if (listed !== 6) yield `${where}: ${listed} recordings are listed`;
    const notes = await run(name, ['note', 'list', name]);
    if (!notes.stdout.includes('Heard 4711')) yield `${where}: the note is gone: ${notes.stdout}`;
    const cases = readdirSync(rig.path(name, 'cases'));
    const shown = await run(name, ['case', 'show', name, cases.find((one) => !one.startsWith('.')) ?? '', '--json']);
    if (!shown.stdout.includes('Deal 4711')) yield `${where}: the case is gone: ${shown.stdout}${shown.stderr}`;
    if (existsSync(rig.path(name, 'jobs/seal'))) yield `${where}: drafts are left`;
    for (const folder of [name, `${name}-vault`, `${name}-keys`, `${name}-keyring`, `${name}-keyring-copy`])
      rmSync(rig.path(folder), { recursive: true, force: true });
  }

  it(
    'that is killed at a call that writes loses nothing, raises no false alarm, and is finished by the next run',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = await copy(`kill-${at}`);
        const { signal, code, stderr } = await trapped(name, { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `kill ${at}: ended with ${code}: ${stderr}`;
        yield* complaints(name, `kill ${at}`);
      };
      expect(calls).toBeGreaterThan(100);
      expect(await tried([...new Set([landing, ...spread(upTo(calls), 4)])], one)).toEqual([]);
    },
    patience,
  );

  it(
    'that is refused a call states what to do, loses nothing, and is finished by the next run',
    async () => {
      const acts = ['ENOSPC', 'EIO', 'EROFS', 'EACCES'] as const;
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = await copy(`refuse-${at}`);
        const act = acts[at % acts.length] ?? 'EIO';
        const { code, stdout, stderr } = await trapped(name, { at, act });
        if (/unexpected failure|main\(\) threw/.test(stdout + stderr)) yield `${act} at ${at}: ${stderr}`;
        if (code === null) yield `${act} at ${at}: it did not end`;
        yield* complaints(name, `${act} at ${at}`);
      };
      expect(await tried(spread(upTo(calls), 3), one)).toEqual([]);
    },
    patience,
  );
});
