import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makingOf } from '../../src/archive/bag/info.ts';
import { openKeyring } from '../../src/sealing/keyring/keyring.ts';
import { readNamed } from '../../src/sealing/stored/stored-bytes.ts';
import { approved, approver, openedCase } from '../cli/erasure-rig.ts';
import { fingerprint } from '../cli/rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { type Copies, copiesOf } from './copies.ts';
import { buildTrap, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`an erasure in a sealed archive${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let rig: SealedRig;
  let copies: Copies;
  let bags: readonly string[];
  let erased: string;
  let caseId: string;
  let calls: number;

  beforeAll(async () => {
    rig = await createSealedRig();
    if (typeof trap === 'string') throw new Error(trap);
    copies = copiesOf(rig, trap);
    process.env.LONGPLAY_KEYRING = rig.keyring;
    const how = ['--zone', 'Europe/Stockholm', '--sealed', '-j', '1'];
    expect((await rig.sealed('import', asterisk.folder, '--into', 'before', ...how)).code).toBe(0);
    await approver(rig, 'before');
    const { lines } = await rig.json(['list', 'before', '--text', '46701740605']);
    erased = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
    caseId = await openedCase(rig, 'before', ['46701740605', '46701740607']);
    await approved(rig, 'before', [erased]);
    bags = recordingBags('before');
    delete process.env.LONGPLAY_KEYRING;
    const whole = await trapped(copy('whole'));
    expect(whole).toMatchObject({ code: 0 });
    calls = whole.calls;
  });
  afterAll(async () => {
    delete process.env.LONGPLAY_KEYRING;
    await rig?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  const copy = (name: string, from = 'before'): string => copies.copy(from, name);
  const run: Copies['run'] = (name, args) => copies.run(name, args);
  const trapped = (name: string, strike?: Strike) => copies.trapped(name, ['erase', 'run', name], strike);

  /** Bags of recordings, whose bytes do not change. */
  const recordingBags = (name: string): string[] => fingerprint(rig.path(name, 'bags')).filter((line) => !line.includes('tables/'));

  /** Returns the texts of kept tables as a copy of the keyring opens them; null if it does not open them. @param bagsOf the archive whose bags are opened */
  async function tablesOpened(name: string, folder: string, bagsOf: string): Promise<(string | null)[]> {
    const access = { passphrase: async () => null, identities: async () => null };
    const keys = await openKeyring({ folder: rig.path(`${name}-${folder}`), access, signal: new AbortController().signal });
    const paths = readdirSync(rig.path(bagsOf, 'bags/tables'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('table.csv.age'),
    );
    const texts = paths.map((path) => {
      const table = dirname(rig.path(bagsOf, 'bags/tables', path));
      const secrets = keys.secretsOf(makingOf(join(table, '../..')) ?? '', basename(table));
      return secrets === null || secrets === 'erased' ? null : readNamed(table, 'table.csv', 1_000_000, () => secrets).plain.toString('utf8');
    });
    keys.close();
    return texts;
  }

  /** Returns how many recordings a copy of the keyring opens, and whether the erased one is among them. */
  async function readable(name: string, folder: string): Promise<{ readonly opened: number; readonly erased: boolean }> {
    const access = { passphrase: async () => null, identities: async () => null };
    const keys = await openKeyring({ folder: rig.path(`${name}-${folder}`), access, signal: new AbortController().signal });
    const opened = recordingFolders(rig.path(name)).filter((one) => {
      const secrets = keys.secretsOf(makingOf(join(one, '../..')) ?? '', basename(one));
      return secrets !== null && secrets !== 'erased';
    });
    keys.close();
    return { opened: opened.length, erased: opened.some((one) => basename(one) === erased) };
  }

  /** Returns the cells of all pages of the case that a copy of the keyring opens. */
  async function caseCells(name: string, folder: string): Promise<string> {
    const { stdout } = await run(name, ['log', 'list', name, '--json']);
    const pages = [...stdout.matchAll(/"page":"([0-9a-f]{32})"/g)].flatMap(([, page]) => page ?? []);
    const access = { passphrase: async () => null, identities: async () => null };
    const keys = await openKeyring({ folder: rig.path(`${name}-${folder}`), access, signal: new AbortController().signal });
    const open = [...new Set(pages)].flatMap((page) =>
      ['case.json', 'comparisons/1'].filter((cell) => {
        const secrets = keys.secretsOf(page, cell);
        return secrets !== null && secrets !== 'erased';
      }),
    );
    keys.close();
    return open.join(' ');
  }

  async function* complaints(name: string, where: string): AsyncGenerator<string> {
    const looked = await run(name, ['verify', name]);
    if (looked.code !== 0) yield `${where}: verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
    // A query may come before the next run, and close the catalog.
    const query = await run(name, ['list', name]);
    if (query.code !== 0) yield `${where}: list ended with ${query.code}: ${query.stdout}${query.stderr}`;
    const after = await run(name, ['verify', name]);
    if (after.code !== 0) yield `${where}: verify after a query ended with ${after.code}: ${after.stdout}${after.stderr}`;
    const checked = await rig.exec('python3', [rig.path(name, 'check.py'), rig.path(name)]);
    if (checked.code !== 0) yield `${where}: check.py ended with ${checked.code}: ${checked.stdout}`;
    const next = await run(name, ['erase', 'run', name]);
    if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
    if (JSON.stringify(recordingBags(name)) !== JSON.stringify(bags)) yield `${where}: bags changed`;
    for (const folder of ['keyring', 'keyring-copy']) {
      const found = await readable(name, folder);
      const [now, older] = await Promise.all([name, 'before'].map((bagsOf) => tablesOpened(name, folder, bagsOf)));
      if (now?.length !== 3 || now.some((text) => text === null || text.includes('pbx1-1761438596.0')))
        yield `${where}: ${folder} does not open the tables without the rows`;
      if (older?.some((text) => text !== null) === true) yield `${where}: ${folder} opens the tables as they were`;
      if (found.erased || found.opened !== recordingFolders(rig.path(name)).length - 1) yield `${where}: ${folder} opens ${JSON.stringify(found)}`;
    }
    // Its earlier document and comparison open with no copy of the keyring, and the present case with each.
    const shown = await run(name, ['case', 'show', name, caseId]);
    if (shown.code !== 0 || !shown.stdout.includes('1 recording erased') || shown.stdout.includes(erased))
      yield `${where}: case show ended with ${shown.code}: ${shown.stdout}${shown.stderr}`;
    for (const folder of ['keyring', 'keyring-copy']) {
      const cells = await caseCells(name, folder);
      if (cells !== 'case.json') yield `${where}: ${folder} opens of the case: ${cells}`;
    }
    const listed = await run(name, ['search', name, '46701740605']);
    if (!listed.stdout.includes('No recording matches')) yield `${where}: it is listed: ${listed.stdout}${listed.stderr}`;
    const { stdout } = await run(name, ['erase', 'status', name, '--json']);
    if (!stdout.includes('"state":"executed"')) yield `${where}: it is not executed: ${stdout}`;
    const verified = await run(name, ['verify', name, '--play']);
    if (verified.code !== 0 || /E1/.test(verified.stdout)) yield `${where}: verify at last ended with ${verified.code}: ${verified.stdout}`;
  }

  it(
    'that is killed at a call that writes loses nothing, and is finished by the next run',
    async () => {
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = copy(`kill-${at}`);
        const { signal, code, stderr } = await trapped(name, { at, act: 'kill' });
        if (signal !== 'SIGKILL' && code !== 0) yield `kill ${at}: ended with ${code}: ${stderr}`;
        yield* complaints(name, `kill at call ${at}`);
      };
      expect(calls).toBeGreaterThan(50);
      expect(await trials(spread(upTo(calls), 10), one)).toEqual([]);
    },
    patience,
  );

  it(
    'can be lifted by a run that is killed: an import then adds the recording again, and its old secrets stay destroyed',
    async () => {
      const asked = await run('whole', ['erase', 'lift', 'whole', erased, '--reason', 'in error', '--json']);
      expect(asked.code).toBe(0);
      const request = /"request":"([0-9a-f]+)"/.exec(asked.stdout)?.[1] ?? '';
      const approval = ['erase', 'approve', 'whole', request, '--key-file', rig.path('approver.pem'), '--now', 'urgent'];
      expect((await run('whole', approval)).code).toBe(0);
      const { calls: lifting } = await trapped(copy('lifting', 'whole'));
      const one = async function* (at: number): AsyncGenerator<string> {
        const name = copy(`lift-${at}`, 'whole');
        await trapped(name, { at, act: 'kill' });
        const next = await run(name, ['erase', 'run', name]);
        if (next.code !== 0) yield `lift ${at}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
        const old = await readable(name, 'keyring');
        if (old.erased) yield `lift ${at}: the keyring opens the old files`;
        const brought = await run(name, ['import', asterisk.folder, '--into', name, '--zone', 'Europe/Stockholm', '--no-keep-tables']);
        if (brought.code !== 0 || brought.stderr.includes('E112')) yield `lift ${at}: the import ended with ${brought.code}: ${brought.stderr}`;
        const shown = await run(name, ['show', name, erased]);
        if (shown.code !== 0) yield `lift ${at}: show ended with ${shown.code}: ${shown.stderr}`;
        const verified = await run(name, ['verify', name, '--play']);
        if (verified.code !== 0 || /E1/.test(verified.stdout)) yield `lift ${at}: verify ended with ${verified.code}: ${verified.stdout}`;
      };
      expect(lifting).toBeGreaterThan(5);
      expect(await trials(spread(upTo(lifting), 5), one)).toEqual([]);
    },
    patience,
  );
});
