import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makingOf } from '../../src/archive/bag/info.ts';
import { detailsFolder } from '../../src/log/who/entry-details.ts';
import { createKeyring } from '../../src/sealing/keyring/create.ts';
import { filesWith } from '../cli/sealed/sealed-rig.ts';
import type { Task } from './many-runs.ts';
import type { OneProcess } from './one-process.ts';
import type { Known, World } from './world.ts';
import { logOf, sample } from './world.ts';

// Commands that write, their preparations, and the expected state after a complete run, whatever happened before. Those with test files of their own are in `elsewhere`.

/** A command that writes. */
export interface Writer {
  /** The command as help names it. */
  readonly command: string;
  /** Additional words of its title. */
  readonly how?: string;
  /** Its arguments in a copy of the world. */
  readonly args: (at: string, known: Known) => readonly string[];
  /** Prepares a copy of the world for the command. @param process under the trap; null where there is none */
  readonly prepare?: (at: string, world: World, process: OneProcess | null) => Promise<void> | void;
  /** Exit codes of a verification before the command has been run to its end; if absent, as after it. */
  readonly before?: readonly number[];
  /** Exit codes of the command if it was done before: an existing result is an error for some. */
  readonly again?: readonly number[];
  /** Exit code of the final verification, if not 0. */
  readonly verified?: number;
  /** A file or folder of the copy that must have the same bytes as after an undisturbed run. */
  readonly same?: string;
  /** True if it adds bags with the same bytes as in an undisturbed run. */
  readonly adds?: true;
  /** Returns the differences from the expected state at the end. */
  readonly lacks: (at: string, world: World) => Promise<readonly string[]> | readonly string[];
}

const archive = (at: string): string => join(at, 'archive');
const needs = (holds: boolean, what: string): readonly string[] => (holds ? [] : [what]);
const nothing = (): readonly string[] => [];

/** Entries of a type, those of the world and the new ones. */
async function entered(at: string, type: string): Promise<number> {
  return (await logOf(at)).filter((entry) => entry.type === type).length;
}

/** The fault if no entry of a type was added. */
export const lacking = (type: string): string => `the log has no new ${type}`;

const enters =
  (type: string, most = 1) =>
  async (at: string): Promise<readonly string[]> =>
    needs((await entered(at, type)) >= most, lacking(type));

const says = (program: string, args: readonly string[], cwd: string): readonly string[] => {
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd, encoding: 'utf8' });
  return needs(status === 0, `${program} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
};

const caseOf = (
  at: string,
  { known }: World,
): {
  readonly recordings: readonly { recordingId: string }[];
  readonly messages: readonly unknown[];
  readonly decisions?: readonly unknown[];
  readonly reviews?: readonly unknown[];
  readonly deadlines?: readonly unknown[];
  readonly comparisons?: readonly unknown[];
} => JSON.parse(readFileSync(join(archive(at), 'cases', known.case, 'case.json'), 'utf8'));
const has = (at: string, world: World, recording: string): boolean =>
  caseOf(at, world).recordings.some(({ recordingId }) => recordingId === recording);

const noteIs =
  (kind: 'note' | 'tag', text: string, withdrawn: boolean) =>
  async (at: string, { results }: World): Promise<readonly string[]> => {
    const all = await results(at, 'note', [kind, 'list', archive(at), '--withdrawn']);
    return needs(
      all.some((one) => one.text === text && (one.withdrawn !== null) === withdrawn),
      `the ${kind} '${text}' is not ${withdrawn ? 'withdrawn' : 'there'}: ${JSON.stringify(all)}`,
    );
  };

const textIsGone =
  (kind: 'note' | 'tag', text: string) =>
  async (at: string, { results }: World): Promise<readonly string[]> => {
    const all = await results(at, 'note', [kind, 'list', archive(at), '--withdrawn']);
    return needs(all.length > 0 && all.every((one) => one.text !== text), `the text of the ${kind} is there: ${JSON.stringify(all)}`);
  };

const reason = ['--reason', 'of another deal'];

/** Makes a keyring of two copies, which runs in the copy of the world find. */
export async function makeKeyring(at: string): Promise<void> {
  const kind = { kind: 'file', folder: null } as const;
  const access = { passphrase: async () => null, identities: async () => null };
  const plan = { folder: join(at, 'keyring'), kind, copies: [{ folder: join(at, 'keyring-copy'), kind }] };
  await createKeyring(plan, '2026-02-02T12:00:00.000Z', access, new AbortController().signal);
}

/** Makes a sealed archive with an approver. */
async function sealedWithApprover(at: string, { run }: World): Promise<void> {
  await makeKeyring(at);
  const sealed = join(at, 'sealed');
  for (const args of [
    ['import', sample, '--into', sealed, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '-j', '1', '--no-keep-tables'],
    ['erase', 'make-key', join(at, 'approver.pem')],
    ['erase', 'add-approver', sealed, join(at, 'approver.pem'), '--name', 'anna'],
  ]) {
    const { code, out, err } = await run(at, args);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${out}${err}`);
  }
}

/** Requests to unseal it. */
async function requestUnseal(at: string, { results }: World): Promise<void> {
  const [made] = await results(at, 'unsealing', ['unseal', 'request', join(at, 'sealed'), ...reason]);
  writeFileSync(join(at, 'request'), String(made?.request));
}

/** Returns the id of that request. */
function requestIn(at: string): string {
  return existsSync(join(at, 'request')) ? readFileSync(join(at, 'request'), 'utf8') : 'none';
}

/** Arguments that amend the recordings of an archive by a later table, which has a row for each of them and one for none. */
export function amending(folder: string): readonly string[] {
  const later = join(import.meta.dirname, 'later-table');
  return ['amend', folder, '--table', join(later, 'orders.csv'), '--mapping', join(later, 'orders.toml'), '-j', '1', '--reason', 'a test'];
}

/** A policy beside the archive. */
function policyBeside(at: string): string {
  const file = join(at, 'policy.toml');
  if (at !== '') writeFileSync(file, 'zone = "UTC"\n[[rule]]\nname = "orders"\nbasis = "a test"\nkeep = "5y"\ndelete = "7y"\n');
  return file;
}

/** Every listed hold is completely known, and one of them is in the state. */
const holdIs =
  (state: 'active' | 'released') =>
  async (at: string, { results }: World): Promise<readonly string[]> => {
    const all = await results(at, 'hold', ['hold', 'list', archive(at), '--all']);
    const held = await results(at, 'retention', ['retention', 'plan', archive(at), '--state', 'held', '--format', 'json']);
    return [
      ...needs(
        all.some((one) => one.state === state && one.reason === 'of another deal' && Number(one.recordings) > 0),
        `no hold is ${state}: ${JSON.stringify(all)}`,
      ),
      ...needs(state === 'released' ? held.length === 0 : held.length > 0, `${held.length} recordings are held`),
    ];
  };

const heldId = (at: string): string => (existsSync(join(at, 'hold')) ? readFileSync(join(at, 'hold'), 'utf8') : '');

/** All commands that writers.test.ts interrupts. */
export const writers: readonly Writer[] = [
  {
    command: 'note add',
    args: (at, { recordings }) => ['note', 'add', archive(at), recordings[1], 'Price named', '--from', '0', '--to', '0.1'],
    lacks: noteIs('note', 'Price named', false),
  },
  {
    command: 'note withdraw',
    args: (at, { note }) => ['note', 'withdraw', archive(at), note, ...reason],
    again: [2],
    lacks: noteIs('note', 'Order confirmed', true),
  },
  {
    command: 'tag add',
    args: (at, { recordings }) => ['tag', 'add', archive(at), recordings[1], 'price'],
    lacks: noteIs('tag', 'price', false),
  },
  {
    command: 'tag withdraw',
    args: (at, { tag }) => ['tag', 'withdraw', archive(at), tag, ...reason],
    again: [2],
    lacks: noteIs('tag', 'order', true),
  },
  {
    command: 'note erase',
    args: (at, { note }) => ['note', 'erase', archive(at), note, ...reason, '--yes'],
    again: [2],
    lacks: textIsGone('note', 'Order confirmed'),
  },
  {
    command: 'tag erase',
    args: (at, { tag }) => ['tag', 'erase', archive(at), tag, ...reason, '--yes'],
    again: [2],
    lacks: textIsGone('tag', 'order'),
  },
  {
    command: 'case new',
    args: (at) => ['case', 'new', archive(at), '--title', 'Deal 4712'],
    lacks: async (at, { results }) => {
      const all = await results(at, 'case', ['case', 'list', archive(at)]);
      return needs(all.some(({ title }) => title === 'Deal 4712') && all.some(({ title }) => title === 'Deal 4711'), 'a case is not there');
    },
  },
  {
    command: 'case add',
    args: (at, known) => ['case', 'add', archive(at), known.case, known.recordings[1]],
    lacks: (at, world) =>
      needs(
        world.known.recordings.every((one) => has(at, world, one)),
        'a recording is not in the case',
      ),
  },
  {
    command: 'case remove',
    args: (at, known) => ['case', 'remove', archive(at), known.case, known.recordings[0], ...reason],
    again: [2],
    lacks: (at, world) => needs(!has(at, world, world.known.recordings[0]), 'the recording is in the case'),
  },
  {
    command: 'case decide',
    // With a data subject: the document differs from the log until the decision is logged.
    prepare: (at, { known }) => {
      const path = join(archive(at), 'cases', known.case, 'case.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"subject": null', '"subject": ["+46701740605"]'));
    },
    before: [4],
    args: (at, known) => ['case', 'decide', archive(at), known.case, known.recordings[0], '--is-not', ...reason],
    lacks: (at, world) => needs((caseOf(at, world).decisions ?? []).length > 0, 'there is no decision'),
  },
  {
    command: 'case review',
    args: (at, known) => ['case', 'review', archive(at), known.case, known.recordings[0], '--state', 'privileged', ...reason],
    lacks: (at, world) => needs((caseOf(at, world).reviews ?? []).length === 1, 'there is no review, or more than one'),
  },
  {
    command: 'case due',
    args: (at, known) => ['case', 'due', archive(at), known.case, '2030-01-31', ...reason],
    lacks: (at, world) => needs((caseOf(at, world).deadlines ?? []).length === 1, 'there is no deadline, or more than one'),
  },
  {
    command: 'case messages',
    args: (at, known) => ['case', 'messages', archive(at), known.case, known.mail],
    lacks: (at, world) => needs(caseOf(at, world).messages.length === 1, `${caseOf(at, world).messages.length} files of messages`),
  },
  {
    command: 'case compare',
    prepare: (at, { known }) => writeFileSync(join(at, 'list.csv'), `recording\n${known.recordings[0]}\n`),
    args: (at, known) => ['case', 'compare', archive(at), known.case, join(at, 'list.csv'), '--out', join(at, 'compared.csv')],
    again: [2],
    lacks: (at, world) => [
      ...needs((caseOf(at, world).comparisons ?? []).length === 1, 'there is not one comparison'),
      ...needs(readFileSync(join(at, 'compared.csv'), 'utf8').endsWith('\n'), 'the CSV is cut'),
    ],
  },
  {
    command: 'case export',
    args: (at, known) => ['case', 'export', archive(at), known.case, '--out', join(at, 'out')],
    again: [2],
    lacks: async (at) => [
      ...says('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], join(at, 'out')),
      ...(await enters('exported')(at)),
    ],
  },
  {
    command: 'case export',
    how: '--zip',
    args: (at, known) => ['case', 'export', archive(at), known.case, '--out', join(at, 'out.zip'), '--zip'],
    again: [2],
    lacks: async (at) => [...says('unzip', ['-qt', 'out.zip'], at), ...(await enters('exported')(at))],
  },
  {
    command: 'case export',
    how: '--supplement',
    // A hand-over to supplement, and something new since.
    prepare: async (at, { run, known }) => {
      await run(at, ['case', 'export', archive(at), known.case, '--out', join(at, 'first')]);
      await run(at, ['case', 'add', archive(at), known.case, known.recordings[1]]);
    },
    args: (at, known) => ['case', 'export', archive(at), known.case, '--out', join(at, 'out'), '--supplement', 'last'],
    again: [2],
    lacks: async (at) => [
      ...says('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], join(at, 'out')),
      ...(await enters('exported', 2)(at)),
    ],
  },
  {
    command: 'case delete',
    args: (at, known) => ['case', 'delete', archive(at), known.case, ...reason],
    again: [2],
    lacks: async (at, { known }) => [
      ...needs(!existsSync(join(archive(at), 'cases', known.case)), 'the case is there'),
      ...(await enters('case-deleted')(at)),
    ],
  },
  {
    command: 'case forget',
    prepare: (at, { known }) => rmSync(join(archive(at), 'cases', known.case), { recursive: true }),
    before: [0, 4],
    args: (at, known) => ['case', 'forget', archive(at), known.case, ...reason],
    again: [2],
    lacks: enters('case-deleted'),
  },
  {
    command: 'subject',
    how: '--case --out',
    args: (at) => ['subject', archive(at), '+46701740605', '--case', 'A request', '--out', join(at, 'subject')],
    again: [2],
    lacks: async (at, { results }) => [
      ...says('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], join(at, 'subject')),
      ...needs(
        (await results(at, 'case', ['case', 'list', archive(at)])).some(({ title }) => title === 'A request'),
        'the case is not there',
      ),
    ],
  },
  { command: 'viewer', args: (at) => ['viewer', archive(at)], same: 'archive/viewer', lacks: nothing },
  {
    command: 'play',
    args: (at, { recordings, player }) => ['play', archive(at), recordings[0], '--player', player],
    lacks: enters('listened'),
  },
  {
    command: 'schedule',
    how: '--out',
    args: (at) => ['schedule', archive(at), '--user', 'longplay', '--name', 'calls', '--on-failure', 'alarm@%n.service', '--out', join(at, 'units')],
    lacks: (at) => needs(readdirSync(join(at, 'units')).length >= 5, 'units are missing'),
  },
  {
    command: 'report',
    how: '--metrics-file',
    args: (at) => ['report', archive(at), '--metrics-file', join(at, 'report.prom')],
    lacks: (at) => [
      ...needs(existsSync(join(archive(at), 'reports/archive/report.html')), 'there is no report'),
      ...needs(readFileSync(join(at, 'report.prom'), 'utf8').endsWith('\n'), 'the metrics are cut'),
    ],
  },
  {
    command: 'report',
    how: '--out',
    args: (at) => ['report', archive(at), '--out', join(at, 'report')],
    again: [2],
    lacks: (at) => needs(existsSync(join(at, 'report/report.html')), 'there is no report'),
  },
  {
    command: 'log publish',
    how: '--to',
    prepare: (at) => void mkdirSync(join(at, 'witness')),
    args: (at) => ['log', 'publish', archive(at), '--to', join(at, 'witness')],
    lacks: (at) =>
      needs(
        readdirSync(join(at, 'witness')).some((name) => !name.startsWith('.')),
        'the witness has nothing',
      ),
  },
  {
    command: 'log stamp',
    args: (at, { authority }) => {
      const { program, args } = authority.program('2026-02-02 12:00:00');
      return ['log', 'stamp', archive(at), '--roots', authority.rootFile, '--tsa', program, ...args];
    },
    lacks: async (at, { run, known }) => {
      const { code, out, err } = await run(at, ['log', 'verify', archive(at), '--roots', known.authority.rootFile]);
      return needs(code === 0 && /time stamp/.test(out), `log verify ended with ${code}: ${out}${err}`);
    },
  },
  {
    command: 'log remember',
    prepare: (at, { known }) => rmSync(join(at, 'keys', `${known.archiveId}.checkpoint`)),
    args: (at) => ['log', 'remember', archive(at)],
    lacks: (at, { known }) => needs(existsSync(join(at, 'keys', `${known.archiveId}.checkpoint`)), 'nothing is remembered'),
  },
  {
    command: 'log remember',
    how: '--lost',
    prepare: async (at, { run }) => {
      const log = join(archive(at), 'log');
      cpSync(log, join(at, 'older'), { recursive: true });
      // The copy has details of these entries as well, so nothing but the end of the log is lost.
      await run(at, ['verify', archive(at)]);
      const newer = join(at, 'newer');
      renameSync(log, newer);
      renameSync(join(at, 'older'), log);
      rmSync(newer, { recursive: true });
    },
    // The lost entries are reported for ever (A116).
    before: [4],
    args: (at) => ['log', 'remember', archive(at), '--lost'],
    again: [2],
    verified: 4,
    lacks: enters('log-shortened'),
  },
  { command: 'log key', args: (at) => ['log', 'key', archive(at), '--yes'], lacks: enters('key-rotated') },
  {
    command: 'log key',
    how: '--lost',
    prepare: (at, { known }) => rmSync(join(at, 'keys', `${known.archiveId}.pem`)),
    // Every machine but the one that changed the key reports it, for ever (L103).
    before: [0, 4],
    args: (at) => ['log', 'key', archive(at), '--lost', '--yes'],
    again: [2],
    lacks: enters('key-replaced'),
  },
  {
    command: 'log forget',
    args: (at) => ['log', 'forget', archive(at), '--before', '2026-02-03', ...reason, '--yes'],
    lacks: async (at, { results }) => {
      const all = await results(at, 'entry', ['log', 'list', archive(at)]);
      return needs(
        all.some(({ type }) => type === 'details-forgotten') && all.slice(0, 8).every(({ details }) => details === undefined),
        'details are there',
      );
    },
  },
  {
    command: 'log forget',
    how: '--lost',
    prepare: (at) => rmSync(join(archive(at), detailsFolder), { recursive: true }),
    before: [0, 4],
    args: (at) => ['log', 'forget', archive(at), '--lost', ...reason, '--yes'],
    lacks: enters('details-forgotten'),
  },
  {
    command: 'proof make',
    args: (at, { recordings }) => ['proof', 'make', archive(at), recordings[0], '--out', join(at, 'proofs/one.tlog-proof')],
    same: 'proofs',
    lacks: nothing,
  },
  {
    command: 'replica add',
    args: (at) => ['replica', 'add', archive(at), 'second', join(at, 'second'), '--every', '365d'],
    again: [2],
    lacks: async (at, { run }) => needs((await run(at, ['replica', 'list', archive(at)])).out.includes('second'), 'the replica is not registered'),
  },
  {
    command: 'replica move',
    prepare: (at) => cpSync(join(at, 'replica'), join(at, 'elsewhere'), { recursive: true }),
    args: (at) => ['replica', 'move', archive(at), 'offsite', join(at, 'elsewhere')],
    lacks: async (at, { run }) => needs((await run(at, ['replica', 'list', archive(at)])).out.includes(join(at, 'elsewhere')), 'it was not moved'),
  },
  {
    command: 'replica remove',
    args: (at) => ['replica', 'remove', archive(at), 'offsite'],
    again: [2],
    lacks: async (at, { run }) => needs(!(await run(at, ['replica', 'list', archive(at)])).out.includes('offsite'), 'it is registered'),
  },
  {
    command: 'replica verify',
    args: (at) => ['replica', 'verify', archive(at), '--all', '-j', '1'],
    lacks: enters('verification-finished', 2),
  },
  {
    command: 'drill',
    args: (at) => ['drill', archive(at), '--bags', '1', '--seed', '1', '--out', join(at, 'drills')],
    lacks: (at) =>
      needs(
        readdirSync(join(at, 'drills')).some((name) => name.startsWith('drill-20260202')),
        'there is no report of the drill',
      ),
  },
  {
    command: 'rehash',
    how: '--withdraw',
    // A bag that could not be written stays announced.
    prepare: async (at, world, process) => {
      const rehash = (where: string): Task => ({
        args: ['rehash', archive(where), '--add', 'blake2b', '-j', '1'],
        cwd: where,
        env: world.env(where),
      });
      const whole = world.copy();
      const calls = (await process?.run(rehash(whole)))?.calls ?? [];
      rmSync(whole, { recursive: true });
      const number = calls.find(({ kind, path }) => kind === 'rename' && path.includes('/bags/'))?.number;
      if (process === null || number === undefined) return;
      // A run makes some calls more or fewer than another one, because the order of threads varies: then the error came after the rename.
      for (let left = 20; ; left--) {
        const kept = world.copy(at);
        const refused = await process.run(rehash(at), { at: number, act: 'EIO' });
        const isLeft = world.known.bags.some((bag) => !existsSync(join(archive(at), 'bags', bag, 'manifest-blake2b512.txt')));
        if (refused.code === 5 && isLeft) {
          rmSync(kept, { recursive: true });
          return;
        }
        if (left === 0) throw new Error(`rehash ended with ${refused.code}: ${refused.stderr}`);
        rmSync(at, { recursive: true });
        renameSync(kept, at);
      }
    },
    args: (at) => ['rehash', archive(at), '--add', 'blake2b', '--withdraw', ...reason],
    lacks: enters('rehash-withdrawn'),
  },
  {
    command: 'watch',
    how: '--metrics-file',
    args: (at) => ['watch', archive(at), '--metrics-file', join(at, 'watch.prom')],
    lacks: (at) => needs(/longplay_[\s\S]*\n$/.test(readFileSync(join(at, 'watch.prom'), 'utf8')), 'the metrics are cut'),
  },
  {
    command: 'verify',
    how: '--junit --metrics-file',
    args: (at) => ['verify', archive(at), '-j', '1', '--junit', join(at, 'verify.xml'), '--metrics-file', join(at, 'verify.prom')],
    lacks: (at) => [
      ...needs(/<\/testsuites?>\s*$/.test(readFileSync(join(at, 'verify.xml'), 'utf8')), 'the JUnit file is cut'),
      ...needs(/longplay_[\s\S]*\n$/.test(readFileSync(join(at, 'verify.prom'), 'utf8')), 'the metrics are cut'),
    ],
  },
  {
    command: 'people import',
    prepare: (at) => writeFileSync(join(at, 'staff.csv'), 'Number,Name,Mobile\nberg,Anna Berg,+46701740605\n'),
    args: (at) => [
      'people',
      'import',
      join(at, 'staff.csv'),
      '--out',
      join(at, 'people.toml'),
      '--column',
      'key=Number',
      'name=Name',
      'number=Mobile',
    ],
    again: [2],
    same: 'people.toml',
    lacks: nothing,
  },
  {
    command: 'survey',
    how: '--propose',
    args: (at) => ['survey', sample, '--propose', join(at, 'mapping.toml')],
    again: [2],
    same: 'mapping.toml',
    lacks: nothing,
  },
  {
    command: 'survey',
    how: '--report',
    args: (at) => ['survey', sample, '--zone', 'Europe/Stockholm', '--headers-only', '-j', '1', '--report', join(at, 'survey')],
    again: [0, 2],
    lacks: (at) => needs(existsSync(join(at, 'survey/report.html')), 'there is no report'),
  },
  {
    command: 'import',
    how: '--report',
    args: (at) => ['import', sample, '--into', archive(at), '--zone', 'Europe/Stockholm', '-j', '1', '--report', join(at, 'import')],
    again: [0, 2],
    lacks: (at) => needs(existsSync(join(at, 'import/report.html')), 'there is no report'),
  },
  { command: 'man', how: '--out', args: (at) => ['man', '--out', join(at, 'man')], same: 'man', lacks: nothing },
  {
    command: 'export',
    how: '--vcon',
    args: (at) => ['export', archive(at), '--all', '--vcon', '--out', join(at, 'vcon')],
    // Calls without errors were done, and an export does not mix with existing files.
    again: [2],
    lacks: async (at) => [
      ...says('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], join(at, 'vcon')),
      ...(await enters('exported')(at)),
    ],
  },
  {
    command: 'import',
    how: '--amend',
    adds: true,
    args: (at) => ['import', sample, '--into', archive(at), '--zone', 'America/New_York', '-j', '1', '--amend'],
    lacks: async (at, { results }) => {
      const listed = await results(at, 'recording', ['list', archive(at)]);
      const wrong = listed.filter(({ revision }) => revision !== 2);
      return needs(listed.length === 6 && wrong.length === 0, `${wrong.length} of ${listed.length} recordings are not described anew`);
    },
  },
  {
    command: 'import',
    how: '--differences',
    args: (at) => {
      const how = ['--zone', 'America/New_York', '-j', '1', '--amend', '--dry-run', '--differences', join(at, 'differences.csv')];
      return ['import', sample, '--into', archive(at), ...how];
    },
    same: 'differences.csv',
    lacks: nothing,
  },
  {
    command: 'import',
    how: 'with tables',
    adds: true,
    args: (at) => ['import', sample, '--into', archive(at), '--zone', 'Europe/Stockholm', '-j', '1'],
    lacks: (at) =>
      needs(existsSync(join(archive(at), 'bags/tables')) && readdirSync(join(archive(at), 'bags/tables')).length === 1, 'no bag has the tables'),
  },
  {
    command: 'amend',
    adds: true,
    args: (at) => amending(archive(at)),
    lacks: async (at, { results }) => {
      const listed = await results(at, 'recording', ['list', archive(at)]);
      const wrong = listed.filter(({ revision }) => revision !== 2);
      return [
        ...needs(listed.length === 6 && wrong.length === 0, `${wrong.length} of ${listed.length} recordings are not described anew`),
        ...needs(existsSync(join(archive(at), 'bags/tables')) && readdirSync(join(archive(at), 'bags/tables')).length === 2, 'no bag has the table'),
      ];
    },
  },
  {
    command: 'amend',
    how: '--differences --report',
    args: (at) => [...amending(archive(at)), '--dry-run', '--differences', join(at, 'differences.csv'), '--report', join(at, 'amend')],
    again: [0, 2],
    same: 'differences.csv',
    lacks: (at) => needs(existsSync(join(at, 'amend/report.html')), 'there is no report'),
  },
  {
    command: 'hold add',
    args: (at) => ['hold', 'add', archive(at), '--all', '--following', '--reason', 'of another deal'],
    lacks: holdIs('active'),
  },
  {
    command: 'hold release',
    prepare: async (at, { results }) => {
      const [hold] = await results(at, 'hold', ['hold', 'add', archive(at), '--all', '--reason', 'of another deal']);
      writeFileSync(join(at, 'hold'), String(hold?.id));
    },
    args: (at) => ['hold', 'release', archive(at), heldId(at), '--reason', 'settled'],
    again: [2],
    lacks: holdIs('released'),
  },
  {
    command: 'retention set',
    args: (at) => ['retention', 'set', archive(at), policyBeside(at), '--reason', 'a test'],
    lacks: async (at, { results }) => {
      const versions = await results(at, 'policy', ['retention', 'show', archive(at)]);
      const kept = await results(at, 'retention', ['retention', 'plan', archive(at), '--state', 'kept', '--format', 'json']);
      return [
        ...needs(versions.length === 1, `there are ${versions.length} versions`),
        ...needs(kept.length === 6, `${kept.length} recordings are kept`),
      ];
    },
  },
  {
    command: 'import',
    how: '--sealed',
    prepare: makeKeyring,
    args: (at) => ['import', sample, '--into', join(at, 'sealed'), '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--sealed', '-j', '1'],
    lacks: async (at, { run, results }) => {
      const sealed = join(at, 'sealed');
      const listed = await results(at, 'recording', ['list', sealed]);
      const played = await run(at, ['verify', sealed, '--play', '--originals']);
      return [
        ...needs(listed.length === 6, `${listed.length} recordings are listed`),
        ...needs(played.code === 0, `the sealed archive does not open: ${played.out}${played.err}`),
        ...needs(filesWith(join(sealed, 'bags'), ['46701740605']).length === 0, 'a bag shows a number'),
      ];
    },
  },
  {
    command: 'case new',
    how: 'in a sealed archive',
    prepare: makeSealedCase,
    args: (at) => ['case', 'new', sealedAt(at), '--title', 'Deal 4712'],
    lacks: async (at, { run, results }) => {
      const titles = (await results(at, 'case', ['case', 'list', sealedAt(at)])).map(({ title }) => title);
      return [...needs(titles.includes('Deal 4712') && titles.includes('Deal 4711'), 'a case is not there'), ...(await sealedWell(at, run))];
    },
  },
  {
    command: 'case messages',
    how: 'in a sealed archive',
    prepare: makeSealedCase,
    args: (at, { mail }) => ['case', 'messages', sealedAt(at), sealedCase(at), mail],
    lacks: async (at, { run, results }) => {
      const [shown] = await results(at, 'document', ['case', 'show', sealedAt(at), sealedCase(at)]);
      const { messages } = (shown?.document ?? { messages: [] }) as { readonly messages: readonly unknown[] };
      const rows = await results(at, 'entry', ['case', 'timeline', sealedAt(at), sealedCase(at)]);
      return [...needs(messages.length === 1 && rows.length === 1, `${messages.length} files of messages`), ...(await sealedWell(at, run))];
    },
  },
  {
    command: 'unseal request',
    prepare: sealedWithApprover,
    args: (at) => ['unseal', 'request', join(at, 'sealed'), ...reason],
    lacks: (at) => needs(existsSync(join(at, 'sealed/longplay.json')), 'the sealed archive is gone'),
  },
  {
    command: 'unseal approve',
    prepare: async (at, world) => {
      await sealedWithApprover(at, world);
      await requestUnseal(at, world);
    },
    args: (at) => ['unseal', 'approve', join(at, 'sealed'), requestIn(at), '--key-file', join(at, 'approver.pem')],
    again: [2],
    lacks: async (at, { run }) => {
      const { code, out, err } = await run(at, ['unseal', 'run', join(at, 'sealed'), requestIn(at), '--out', join(at, 'open')]);
      return needs(code === 0, `the approved request cannot be run: ${out}${err}`);
    },
  },
  {
    command: 'unseal run',
    prepare: async (at, world) => {
      await sealedWithApprover(at, world);
      await requestUnseal(at, world);
      const { code } = await world.run(at, ['unseal', 'approve', join(at, 'sealed'), requestIn(at), '--key-file', join(at, 'approver.pem')]);
      if (code !== 0) throw new Error(`the approval ended with ${code}`);
    },
    args: (at) => ['unseal', 'run', join(at, 'sealed'), requestIn(at), '--out', join(at, 'open')],
    again: [2],
    lacks: async (at, { run, results }) => {
      const open = join(at, 'open');
      const listed = await results(at, 'recording', ['list', open]);
      const played = await run(at, ['verify', open, '--play', '--originals']);
      return [
        ...needs(listed.length === 6, `${listed.length} recordings are listed`),
        ...needs(played.code === 0, `the open archive is not whole: ${played.out}${played.err}`),
        ...needs((await run(at, ['verify', join(at, 'sealed')])).code === 0, 'the sealed archive is not whole'),
      ];
    },
  },
  {
    command: 'keyring report-loss',
    prepare: async (at, world) => {
      await sealedWithApprover(at, world);
      losePage(at);
    },
    args: (at) => ['keyring', 'report-loss', sealedAt(at), ...reason],
    lacks: async (at, { results }) => {
      const listed = await results(at, 'loss', ['keyring', 'losses', sealedAt(at)]);
      return needs(listed.length > 0 && listed.every(({ approver }) => approver === null), `the losses are ${JSON.stringify(listed)}`);
    },
  },
  {
    command: 'keyring approve-loss',
    prepare: async (at, world) => {
      await sealedWithApprover(at, world);
      losePage(at);
      const [made] = await world.results(at, 'loss', ['keyring', 'report-loss', sealedAt(at), ...reason]);
      writeFileSync(join(at, 'request'), String(made?.request));
    },
    args: (at) => ['keyring', 'approve-loss', sealedAt(at), requestIn(at), '--key-file', join(at, 'approver.pem')],
    again: [2],
    lacks: async (at, { run }) => {
      const { code, out, err } = await run(at, ['verify', sealedAt(at), '--play']);
      return needs(code === 0 && out.includes('LOST: '), `the loss is not acknowledged: ${out}${err}`);
    },
  },
];

/** Removes the page of one bag from every copy of the keyring. */
function losePage(at: string): void {
  const bags = join(sealedAt(at), 'bags');
  const [year = ''] = readdirSync(bags);
  const page = makingOf(join(bags, year, readdirSync(join(bags, year)).sort()[0] ?? '')) ?? '';
  for (const copy of ['keyring', 'keyring-copy'])
    for (const name of readdirSync(join(at, copy, 'pages')).filter((one) => one.startsWith(page))) rmSync(join(at, copy, 'pages', name));
}

function sealedAt(at: string): string {
  return join(at, 'sealed');
}

/** Returns the id of the case of a sealed archive, which was made first. */
function sealedCase(at: string): string {
  const cases = join(sealedAt(at), 'cases');
  return existsSync(cases) ? (readdirSync(cases).find((name) => !name.startsWith('.')) ?? '') : '';
}

/** Makes a sealed archive with a case. */
async function makeSealedCase(at: string, { run }: World): Promise<void> {
  await makeKeyring(at);
  const source = ['import', sample, '--into', sealedAt(at), '--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables', '-j', '1'];
  for (const args of [source, ['case', 'new', sealedAt(at), '--title', 'Deal 4711']]) {
    const made = await run(at, args);
    if (made.code !== 0) throw new Error(`${args[0]} ended with ${made.code}: ${made.out}${made.err}`);
  }
}

/** Returns the faults of the sealed archive after the last run: those found without a key, and files that contain a word of its cases. */
async function sealedWell(at: string, run: World['run']): Promise<readonly string[]> {
  const checked = await run(at, ['verify', sealedAt(at)], { LONGPLAY_KEYRING: join(at, 'none') });
  return [
    ...needs(checked.code === 0, `the sealed archive is not whole: ${checked.out}${checked.err}`),
    ...needs(filesWith(join(sealedAt(at), 'cases'), ['Deal', 'b@example.org', 'Done.']).length === 0, 'a case shows a word'),
  ];
}
