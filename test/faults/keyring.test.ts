import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKeyring } from '../../src/sealing/keyring/create.ts';
import { openKeyring } from '../../src/sealing/keyring/keyring.ts';
import { builtModule } from '../built.ts';
import { runHere } from '../cli/in-process.ts';
import { cli } from '../cli/rig.ts';
import { nobody, now, pageOf, signal } from '../sealing/keyring/keyring-rig.ts';
import { buildTrap, readCalls, type Strike } from './trap.ts';
import { everything, patience, spread, upTo } from './trials.ts';

const trap = buildTrap();

/** A folder with a keyring, its copy and shares. Descriptions contain paths, so each trial happens in the same folder. */
const folder = mkdtempSync(join(tmpdir(), 'longplay-keyring-faults-'));
const at = (name: string): string => join(folder, 'work', name);
const known = pageOf(1, 3);
const added = pageOf(2, 3);
const [erased = ''] = known.cells.keys();

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  if (typeof trap !== 'string') trap[Symbol.dispose]();
});

beforeAll(async () => {
  mkdirSync(at('.'), { recursive: true });
  const kind = { kind: 'file', folder: null } as const;
  await createKeyring({ folder: at('main'), kind, copies: [{ folder: at('copy'), kind }] }, now, nobody, signal);
  const keyring = await openKeyring({ folder: at('main'), access: nobody, signal });
  await keyring.addPage(known);
  keyring.close();
  for (const [name, page] of [
    ['known', known],
    ['added', added],
  ] as const)
    writeFileSync(join(folder, name), JSON.stringify({ ...page, cells: [...page.cells] }));
  renameSync(at('.'), join(folder, 'before'));
}, patience);

/** Restores the initial state. */
function reset(): void {
  rmSync(at('.'), { recursive: true, force: true });
  cpSync(join(folder, 'before'), at('.'), { recursive: true });
}

const work = fileURLToPath(builtModule('test/faults/keyring-work.ts'));
const main = ['--keyring', at('main')];

interface Trial {
  readonly name: string;
  readonly args: readonly string[];
  /** Files needed besides the initial state. */
  readonly prepare?: () => void;
  /** Exit codes of the finished command when it is run again. */
  readonly again?: readonly number[];
  readonly erases?: true;
  readonly adds?: true;
  /** Copies that open everything at the end. */
  readonly copies?: readonly string[];
}

const trials: readonly Trial[] = [
  { name: 'adding a page', args: [work, 'add', at('main'), join(folder, 'added')], adds: true },
  {
    name: 'removing a page',
    args: [work, 'remove', at('main'), join(folder, 'added')],
    prepare: () => expect(run([work, 'add', at('main'), join(folder, 'added')]).status).toBe(0),
  },
  { name: 'an erasure', args: [work, 'erase', at('main'), join(folder, 'known')], erases: true },
  { name: 'keyring rotate', args: [cli, ...['keyring', 'rotate'], ...main] },
  { name: 'keyring sync', args: [cli, ...['keyring', 'sync'], ...main, '--deep'], prepare: () => rmSync(at('copy/pages'), { recursive: true }) },
  { name: 'keyring add-copy', args: [cli, ...['keyring', 'add-copy'], at('third'), ...main], again: [0, 2], copies: ['main', 'copy', 'third'] },
  { name: 'keyring remove-copy', args: [cli, ...['keyring', 'remove-copy'], 'copy-1', ...main, '--yes'], again: [0, 2], copies: ['main'] },
  { name: 'keyring recovery', args: [cli, ...['keyring', 'recovery'], 'make', ...main, '--to', at('shares')], again: [0, 2] },
  { name: 'keyring drill', args: [cli, ...['keyring', 'drill'], ...main] },
  { name: 'keyring init', args: [cli, ...['keyring', 'init'], '--keyring', at('new'), '--copy', at('new-copy')], again: [0, 2] },
  { name: 'keyring status', args: [cli, ...['keyring', 'status'], ...main] },
];

const environment = { LONGPLAY_KEYS: at('keys'), SOURCE_DATE_EPOCH: '1772366400' };

/** Runs a program under the trap. */
function run(
  args: readonly string[],
  strike?: Strike,
): { readonly status: number | null; readonly said: string; readonly calls: ReturnType<typeof readCalls> } {
  const list = join(folder, 'calls');
  rmSync(list, { force: true });
  const env = { ...process.env, ...(typeof trap === 'string' ? {} : trap.env([folder], list, strike)), ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], { env, encoding: 'utf8' });
  return { status, said: stdout + stderr, calls: readCalls(list) };
}

/** Runs a program whose calls nobody counts: the command line in this process, which saves the start of one. */
async function runCalmly(args: readonly string[]): Promise<Pick<ReturnType<typeof run>, 'status' | 'said'>> {
  const [program, ...own] = args;
  if (program !== cli || process.env.TESTS_COLD === '1') return run(args);
  const { code, out, err } = await runHere(own, environment.LONGPLAY_KEYS, environment);
  return { status: code, said: out + err };
}

/** Returns what a copy does not open correctly; it is opened alone. */
async function complaintsOf(trial: Trial, copy: string): Promise<string[]> {
  const others = ['main', 'copy', 'third'].filter((name) => name !== copy && existsSync(at(name)));
  for (const other of others) renameSync(at(other), at(`${other}-away`));
  try {
    const keyring = await openKeyring({ folder: at(copy), access: nobody, signal });
    const wrong: string[] = [];
    for (const { page, cells } of trial.adds === true ? [known, added] : [known])
      for (const [cell, secrets] of cells) {
        const found = keyring.secretsOf(page, cell);
        const expected = trial.erases === true && cell === erased ? 'erased' : secrets;
        if (JSON.stringify(found) !== JSON.stringify(expected) && JSON.stringify(sorted(found)) !== JSON.stringify(sorted(expected)))
          wrong.push(`${copy}: ${cell} is not as it was`);
      }
    keyring.close();
    return wrong;
  } catch (error) {
    return [`${copy}: ${String(error)}`];
  } finally {
    for (const other of others) renameSync(at(`${other}-away`), at(other));
  }
}

function sorted(secrets: unknown): unknown {
  return typeof secrets === 'object' && secrets !== null ? Object.entries(secrets).sort() : secrets;
}

/** Returns leftovers: temporary files, locks, and files of a root that is not active. */
function leftovers(copy: string): string[] {
  const { root } = JSON.parse(readFileSync(at(`${copy}/domain.json`), 'utf8')) as { root: number };
  return readdirSync(at(copy)).filter((name) => /^(?:root|keys|held|recovery)-/.test(name) && !new RegExp(`^\\w+-${root}(?:\\D|$)`).test(name));
}

describe.skipIf(typeof trap === 'string')('a keyring', () => {
  for (const trial of trials)
    test(
      `${trial.name} that is killed or refused at any call loses nothing, and is completed by the next run`,
      async () => {
        reset();
        trial.prepare?.();
        const whole = run(trial.args);
        expect([whole.status, whole.said]).toEqual([0, whole.said]);
        if (trial.name === 'keyring status') {
          expect(whole.calls).toEqual([]);
          return;
        }
        expect(whole.calls.length).toBeGreaterThan(3);
        const most = everything ? whole.calls.length : ['an erasure', 'adding a page', 'keyring rotate'].includes(trial.name) ? 10 : 3;
        const strikes: Strike[] = [
          ...spread(upTo(whole.calls.length), most).map((number): Strike => ({ at: number, act: 'kill' })),
          ...spread(upTo(whole.calls.length), Math.ceil(most / 5)).map((number): Strike => ({ at: number, act: 'ENOSPC' })),
        ];
        const complaints: string[] = [];
        for (const strike of strikes) {
          reset();
          trial.prepare?.();
          const where = `${strike.act} at call ${strike.at} (${whole.calls[(strike.at ?? 1) - 1]?.kind}): `;
          const struck = run(trial.args, strike);
          if (struck.status !== null && ![0, 5].includes(struck.status)) complaints.push(`${where}ended with ${struck.status}: ${struck.said}`);
          const again = await runCalmly(trial.args);
          if (!(trial.again ?? [0]).includes(again.status ?? -1)) complaints.push(`${where}the next run ended with ${again.status}: ${again.said}`);
          const sync = await runCalmly([cli, 'keyring', 'sync', ...main]);
          if (sync.status !== 0) complaints.push(`${where}sync ended with ${sync.status}: ${sync.said}`);
          for (const copy of trial.copies ?? ['main', 'copy']) {
            complaints.push(...(await complaintsOf(trial, copy)).map((text) => where + text));
            complaints.push(...leftovers(copy).map((name) => `${where}${copy} has ${name}`));
          }
        }
        expect(complaints).toEqual([]);
      },
      patience,
    );
});
