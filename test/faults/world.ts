import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LogEntry } from '../../src/log/entries/log-entry.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { type Ran, runHere } from '../cli/in-process.ts';
import { copyFolder, createRig, fingerprint, type Rig, root } from '../cli/rig.ts';
import { type Authority, makeAuthority } from '../log/authority.ts';

// A small archive with everything that commands write to: recordings in two bags, a note, a tag, a case with messages, a replica, and the keys of its machine.

/** Source of the world. */
export const sample = join(root, 'samples/asterisk-normal');

/** Names of its parts. */
export interface Known {
  /** Two recordings with sound. */
  readonly recordings: readonly [string, string];
  readonly note: string;
  readonly tag: string;
  readonly case: string;
  readonly archiveId: string;
  /** Its bags, `2025/…`. */
  readonly bags: readonly string[];
  /** A player that plays nothing. */
  readonly player: string;
  readonly authority: Authority;
  /** A mail. */
  readonly mail: string;
}

/** The world and copies of it. */
export interface World extends AsyncDisposable {
  readonly rig: Rig;
  readonly known: Known;
  /** Folder of the copies. */
  readonly copies: string;
  /** Environment of runs in a copy. */
  env(at: string): Readonly<Record<string, string>>;
  /** A new copy, of the world or of a copy: `archive`, `keys` and `replica` in a folder. */
  copy(from?: string): string;
  /** Runs the command line in this process, undisturbed. */
  run(at: string, args: readonly string[], more?: Readonly<Record<string, string>>): Promise<Ran>;
  /** The values of the results of a kind that `--json` prints. */
  results(at: string, kind: string, args: readonly string[]): Promise<Readonly<Record<string, unknown>>[]>;
}

/** Noon of 2 February 2026: after the calls and the start of the certificates. */
const clock = '1770033600';

/** Makes it. */
export async function createWorld(): Promise<World> {
  const rig = createRig();
  const made = rig.path('made');
  const copies = rig.path('copies');
  const temporary = rig.path('tmp');
  for (const folder of [made, copies, temporary]) mkdirSync(folder);
  const env = (at: string): Record<string, string> => ({
    SOURCE_DATE_EPOCH: clock,
    LONGPLAY_TMPDIR: temporary,
    LONGPLAY_KEYS: join(at, 'keys'),
    LONGPLAY_KEYRING: join(at, 'keyring'),
    LONGPLAY_CONFIG: 'none',
    NO_COLOR: '1',
  });
  const run: World['run'] = (at, args, more = {}) => runHere(args, join(at, 'keys'), { ...env(at), ...more });
  const results: World['results'] = async (at, kind, args) => {
    const { code, out, err } = await run(at, [...args, '--json']);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${out}${err}`);
    return out.split('\n').flatMap((line) => {
      if (line === '') return [];
      const { type, of, value } = JSON.parse(line) as Record<string, unknown>; // as `--json` prints it
      return type === 'result' && of === kind ? [value as Record<string, unknown>] : [];
    });
  };
  const well = async (...args: string[]): Promise<Ran> => {
    const ran = await run(made, args);
    expect([args.join(' '), ran.code, ran.err]).toEqual([args.join(' '), 0, expect.anything()]);
    return ran;
  };
  const archive = join(made, 'archive');
  const mail = rig.path('message.eml');
  writeFileSync(
    mail,
    'From: a@example.org\r\nTo: b@example.org\r\nDate: Sun, 26 Oct 2025 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nSubject: a deal\r\n\r\nDone.\r\n',
  );
  const player = rig.path('play');
  writeFileSync(player, '#!/bin/sh\n', { mode: 0o755 });
  await well('import', sample, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--open');
  const found = await results(made, 'recording', ['list', archive, '--status', 'matched']);
  const [first = '', second = ''] = found.flatMap(({ recordingId, copies: all }) => (Number(all) > 0 ? [String(recordingId)] : []));
  expect(second).toMatch(/^[0-9a-f-]{36}$/);
  const one = async (kind: string, ...args: string[]): Promise<string> => String((await results(made, kind, args))[0]?.id);
  const note = await one('note', 'note', 'add', archive, first, 'Order confirmed');
  const tag = await one('note', 'tag', 'add', archive, first, 'order');
  const caseId = await one('case', 'case', 'new', archive, '--title', 'Deal 4711');
  await well('case', 'add', archive, caseId, first);
  await well('replica', 'add', archive, 'offsite', join(made, 'replica'));
  await well('replica', 'sync', archive);
  await well('verify', archive);
  const { id: archiveId } = JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8')) as { id: string }; // its own form
  const known: Known = {
    recordings: [first, second],
    note,
    tag,
    case: caseId,
    archiveId,
    bags: bagsOf(archive),
    player,
    authority: makeAuthority({ from: '2026-01-01', signerDays: 1_200 }),
    mail,
  };
  expect(known.bags.length).toBeGreaterThan(1);
  let number = 0;
  return {
    rig,
    known,
    copies,
    env,
    run,
    results,
    copy: (from = made) => {
      const at = join(copies, String(++number));
      copyFolder(from, at);
      // Another place is passed with each command, and is not tested here.
      rmSync(join(at, 'keys/places'), { recursive: true, force: true });
      return at;
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

function bagsOf(archive: string): string[] {
  return readdirSync(join(archive, 'bags')).flatMap((year) => readdirSync(join(archive, 'bags', year)).map((bag) => `${year}/${bag}`));
}

/** Log entries in a copy, as JSON lines: entries common to two logs are equal. */
export async function entriesIn(at: string): Promise<string[]> {
  return (await logOf(at)).map(({ seq, time, type, detail }) => JSON.stringify({ seq, time, type, detail }));
}

/** Entries of the log in a copy. */
export async function logOf(at: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const item of readLog({ dir: join(at, 'archive'), id: null }, new AbortController().signal))
    if (item.kind === 'log-entry') entries.push(item);
  return entries;
}

/** All files of the bags. */
export function bagFiles(at: string): string[] {
  return fingerprint(join(at, 'archive/bags'));
}

/** Bytes of a folder or of one file; empty if there is nothing. */
export function bytesAt(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isDirectory() ? fingerprint(path) : [readFileSync(path, 'latin1')];
}
