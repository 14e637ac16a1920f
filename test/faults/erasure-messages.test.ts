import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeyring } from '../../src/sealing/keyring/keyring.ts';
import { approved, approver, holding } from '../cli/erasure-rig.ts';
import { chat, gone, messageFiles, writeMessageFiles } from '../cli/message-files.ts';
import { cli, fingerprint, type Run } from '../cli/rig.ts';
import { asterisk, createSealedRig, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();
const why = typeof trap === 'string' ? ` (skipped: ${trap})` : '';
const access = { passphrase: async () => null, identities: async () => null };

describe.skipIf(typeof trap === 'string').each(['open', 'sealed'] as const)(`an erasure of messages, in an archive that is %s${why}`, (kind) => {
  let rig: SealedRig;
  let caseId: string;
  let bags: readonly string[];
  /** Cells of the pages that the case had before the erasure, and that open nothing afterwards. */
  let cells: readonly (readonly [page: string, cell: string])[];
  /** Writing calls of a run whose replica is connected, and of the sync of one that was away. */
  const calls = { run: 0, sync: 0 };

  beforeAll(async () => {
    rig = await createSealedRig();
    process.env.LONGPLAY_KEYRING = rig.keyring;
    const how = ['--zone', 'Europe/Stockholm', '--no-keep-tables', `--${kind}`, '-j', '1'];
    expect((await rig.sealed('import', asterisk.folder, '--into', 'before', ...how)).code).toBe(0);
    await approver(rig, 'before');
    writeMessageFiles(rig);
    caseId = String((await rig.json(['case', 'new', 'before', '--title', 'Deal'])).summary.id);
    for (const name of messageFiles)
      expect((await rig.run(['case', 'messages', 'before', caseId, rig.path(name), '--zone', 'Europe/Stockholm'])).code).toBe(0);
    expect((await rig.run(['replica', 'add', 'before', 'vault', rig.path('before-vault')])).code).toBe(0);
    expect((await rig.run(['replica', 'sync', 'before'])).code).toBe(0);
    await approved(rig, 'before', ['--message', `${caseId}:m1-3`, `${caseId}:m2-2`, `${caseId}:m3`]);
    delete process.env.LONGPLAY_KEYRING;
    bags = fingerprint(rig.path('before/bags'));
    cells = kind === 'open' ? [] : cellsOf(rig.path('before/cases', caseId, 'case.json'));
    const whole = await trapped(await copy('whole'), ['erase', 'run', 'whole']);
    expect(whole).toMatchObject({ code: 0 });
    calls.run = whole.calls;
    // The replica is away while the archive erases.
    await copy('away');
    rmSync(rig.path('away-vault'), { recursive: true });
    expect((await run('away', ['erase', 'run', 'away'])).code).toBe(3);
    cpSync(rig.path('before-vault'), rig.path('away-vault'), { recursive: true, preserveTimestamps: true });
    const sync = await trapped(await copy('synced', 'away'), ['replica', 'sync', 'synced']);
    expect(sync).toMatchObject({ code: 0 });
    calls.sync = sync.calls;
  });
  afterAll(async () => {
    delete process.env.LONGPLAY_KEYRING;
    await rig?.[Symbol.asyncDispose]();
  });

  const envOf = (name: string): Record<string, string> => ({
    LONGPLAY_KEYS: rig.path(`${name}-keys`),
    ...(kind === 'open' ? {} : { LONGPLAY_KEYRING: rig.path(`${name}-keyring`) }),
  });
  const run = (name: string, args: readonly string[]): Promise<Run> => rig.run(args, { env: envOf(name) });

  /** Copies archive, replica, keys and keyring. @param from an earlier copy */
  async function copy(name: string, from = 'before'): Promise<string> {
    const keysOf = (one: string): string => (one === 'before' ? rig.keys : rig.path(`${one}-keys`));
    const ringOf = (one: string): string => (one === 'before' ? '' : `${one}-`);
    for (const part of ['', '-vault']) cpSync(rig.path(`${from}${part}`), rig.path(`${name}${part}`), { recursive: true, preserveTimestamps: true });
    cpSync(keysOf(from), keysOf(name), { recursive: true });
    // For this machine the copy is another place.
    rmSync(join(keysOf(name), 'places'), { recursive: true, force: true });
    for (const one of ['keyring', 'keyring-copy']) {
      const to = rig.path(`${name}-${one}`);
      cpSync(rig.path(`${ringOf(from)}${one}`), to, { recursive: true });
      const text = readFileSync(join(to, 'keyring.json'), 'utf8');
      writeFileSync(join(to, 'keyring.json'), text.replaceAll(`${rig.folder}/${ringOf(from)}keyring`, `${rig.folder}/${name}-keyring`));
    }
    expect((await run(name, ['replica', 'move', name, 'vault', rig.path(`${name}-vault`)])).code).toBe(0);
    return name;
  }

  async function trapped(name: string, args: readonly string[], strike?: Strike): Promise<Run & { readonly calls: number }> {
    if (typeof trap === 'string') throw new Error(trap);
    const list = rig.path(`${name}-calls`);
    const watched = ['', '-vault', '-keys', '-keyring', '-keyring-copy'].map((part) => rig.path(`${name}${part}`));
    const env = { ...process.env, ...envOf(name), ...trap.env(watched, list, strike) };
    const struck = await rig.exec(process.execPath, [cli, ...args], rig.folder, env);
    return { ...struck, calls: readCalls(list).length };
  }

  /** Returns what is readable of the erased messages in an archive or a replica; cells of the case's earlier pages in a copy of the keyring. */
  async function readable(name: string, parts: readonly string[]): Promise<string[]> {
    const found = parts.flatMap((part) => holding(rig.path(`${name}${part}`), gone));
    for (const folder of cells.length === 0 ? [] : ['keyring', 'keyring-copy']) {
      const keys = await openKeyring({ folder: rig.path(`${name}-${folder}`), access, signal: new AbortController().signal });
      for (const [page, cell] of cells) {
        const secrets = keys.secretsOf(page, cell);
        if (secrets !== null && secrets !== 'erased') found.push(`${folder} opens ${cell} of ${page}`);
      }
      keys.close();
    }
    return found;
  }

  /** Returns the messages of the case by key, without the numbers of their files, which a repeated step may skip. */
  async function messagesOf(name: string): Promise<string> {
    const { stdout } = await run(name, ['case', 'timeline', name, caseId, '--json']);
    const rows = stdout.split('\n').flatMap((line) => {
      const { value } = (line === '' ? {} : JSON.parse(line)) as { value?: { key?: string; text?: string } }; // as it is listed
      const [, number] = /^m\d+-(\d+)$/.exec(value?.key ?? '') ?? [];
      return number === undefined ? [] : [`${number}: ${value?.text?.trim().replaceAll('\n', ' ')}`];
    });
    return rows.sort().join(' | ');
  }
  const left = '1: the copper bell | 1: white white inside | 2: the amber lamp | 4: the green, quiet door';

  /** Invariants right after an interruption. */
  async function* interrupted(name: string, where: string): AsyncGenerator<string> {
    for (const step of [
      ['verify', name],
      ['replica', 'verify', name, 'vault'],
    ]) {
      const looked = await run(name, step);
      if (looked.code !== 0) yield `${where}: ${step.join(' ')} ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
    }
    const checked = await rig.exec('python3', [rig.path(name, 'check.py'), rig.path(name)]);
    if (checked.code !== 0) yield `${where}: check.py ended with ${checked.code}: ${checked.stdout}`;
    const { stdout: status } = await run(name, ['erase', 'status', name, '--json']);
    const isDone = /"state":"(?:executed|final)"/.test(status);
    // What is said to be executed is readable nowhere, and a replica that is not named as owing has nothing of it.
    const parts = isDone ? ['', '-vault'] : /"owing":\["vault"\]/.test(status) ? [''] : [];
    const found = await readable(name, parts);
    if ((isDone || /"owing":\["vault"\]/.test(status)) && found.length > 0) yield `${where}: it is said to be gone: ${found.join(', ')}`;
  }

  /** Invariants after the command that continues. */
  async function* finished(name: string, where: string): AsyncGenerator<string> {
    const found = await readable(name, ['', '-vault', '-keys']);
    if (found.length > 0) yield `${where}: still readable: ${found.join(', ')}`;
    const messages = await messagesOf(name);
    if (messages !== left) yield `${where}: the case has ${messages}`;
    if (kind === 'open' && !rows(name).includes(chat.replace(/[^\r\n]*violet[^\r\n]*/, ''))) yield `${where}: the rest of the table differs`;
    if (JSON.stringify(fingerprint(rig.path(name, 'bags'))) !== JSON.stringify(bags)) yield `${where}: bags changed`;
    const [own, copied] = [name, `${name}-vault`].map((one) => JSON.stringify(casesOf(one)));
    if (own !== copied) yield `${where}: the replica's cases differ: ${own} ${copied}`;
    const { stdout: status } = await run(name, ['erase', 'status', name, '--json']);
    if (!/"state":"(?:executed|final)"/.test(status)) yield `${where}: it is not executed: ${status}`;
    for (const step of [
      ['verify', name, '--play'],
      ['replica', 'verify', name, 'vault'],
    ]) {
      const looked = await run(name, step);
      if (looked.code !== 0 || /[CE]1\d\d/.test(looked.stdout))
        yield `${where}: ${step.join(' ')} at last ended with ${looked.code}: ${looked.stdout}`;
    }
  }

  /** Returns the files of the cases. The lock of a killed run stays until the next change of its case. */
  const casesOf = (one: string): string[] => fingerprint(rig.path(one, 'cases')).filter((line) => !line.includes('/.lock '));

  /** Returns the tables of messages that the case has. */
  const rows = (name: string): string[] => {
    const folder = rig.path(name, 'cases', caseId, 'messages');
    return readdirSync(folder).flatMap((set) => {
      const file = join(folder, set, 'original.csv');
      return existsSync(file) ? [readFileSync(file, 'utf8')] : [];
    });
  };

  it(
    'that is killed at a call that writes loses no other message, and the next run finishes it in the replica as well',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = await copy(`kill-${at}`);
        const where = `kill at call ${at}`;
        const { signal, code, stderr } = await trapped(name, ['erase', 'run', name], { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `${where}: ended with ${code}: ${stderr}`;
        yield* interrupted(name, where);
        const next = await run(name, ['erase', 'run', name]);
        if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
        yield* finished(name, where);
        for (const part of ['', '-vault', '-keys', '-keyring', '-keyring-copy']) rmSync(rig.path(`${name}${part}`), { recursive: true });
      };
      expect(calls.run).toBeGreaterThan(50);
      expect(await trials(spread(upTo(calls.run), 3), one, 1)).toEqual([]);
    },
    patience,
  );

  it(
    'is carried out by a killed sync in a replica that was away, or owed by the replica until the next sync',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = await copy(`sync-${at}`, 'away');
        const where = `kill of a sync at call ${at}`;
        const { signal, code, stderr } = await trapped(name, ['replica', 'sync', name], { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `${where}: ended with ${code}: ${stderr}`;
        yield* interrupted(name, where);
        const next = await run(name, ['replica', 'sync', name]);
        if (next.code !== 0) yield `${where}: the next sync ended with ${next.code}: ${next.stdout}${next.stderr}`;
        yield* finished(name, where);
        for (const part of ['', '-vault', '-keys', '-keyring', '-keyring-copy']) rmSync(rig.path(`${name}${part}`), { recursive: true });
      };
      expect(calls.sync).toBeGreaterThan(10);
      expect(await trials(spread(upTo(calls.sync), 1), one, 1)).toEqual([]);
    },
    patience,
  );
});

/** Returns the cells of the pages that a sealed case names and that an erasure of messages destroys: its documents, and the files that have the messages. */
function cellsOf(file: string): [page: string, cell: string][] {
  const { document, messages } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly document: { readonly page: string };
    readonly messages: readonly { readonly set: number; readonly page: string }[];
  }; // as it was written
  const pages = [document, ...messages].map(({ page }): [string, string] => [page, 'case.json']);
  // The fourth file stays as it is.
  return [...pages, ...messages.flatMap(({ set, page }): [string, string][] => (set === 4 ? [] : [[page, `messages/${set}`]]))];
}

afterAll(() => {
  if (typeof trap !== 'string') trap[Symbol.dispose]();
});
