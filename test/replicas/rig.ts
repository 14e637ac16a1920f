import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { Verdict } from '../../src/core/model/verdict.ts';
import type { WorkerPool } from '../../src/media/workers/worker-pool.ts';
import type { SyncOutcome } from '../../src/replicas/copy/sync.ts';
import type { DrillReport, DrillRequest } from '../../src/replicas/drill/drill.ts';
import type { ListedReplica } from '../../src/replicas/list.ts';
import type { RepairReport } from '../../src/replicas/repair/work.ts';
import { repairReplicas } from '../../src/replicas/repair/work.ts';
import type { ReplicaVerifyOutcome } from '../../src/replicas/verify.ts';
import { addReplica, drillArchive, type ReplicasOutcome, showReplicas, syncReplicas, verifyReplicas } from '../../src/replicas/work.ts';
import { poolForTests } from '../cli/in-process.ts';
import { copyFolder, createRig, fingerprint, type Rig } from '../cli/rig.ts';
import { wave } from '../faults/small-import.ts';
import { createVerifier } from '../verify/archive-rig.ts';

/** Messages of an action, as `CODE place` and `verdict CODE path`, and its result. */
export interface Told<Outcome> {
  readonly said: readonly string[];
  readonly findings: readonly Finding[];
  readonly verdicts: readonly Verdict[];
  readonly outcome: Outcome;
}

/** An archive with three bags, replicas of it, and the functions of the commands in this process, for hundreds of damages. */
export interface ReplicaRig extends AsyncDisposable {
  readonly rig: Rig;
  readonly archive: string;
  /** Folder of each replica, by name. */
  readonly replicas: ReadonlyMap<string, string>;
  /** `primary` or a replica's name. */
  dir(copy: string): string;
  /** Paths of the bags, relative to a copy: `bags/2024/…`. */
  readonly bags: readonly string[];
  /** Paths of all files of a bag, relative to a copy. */
  files(bag: string): readonly string[];
  /** The bags of a copy, byte for byte. */
  bytes(copy: string): readonly string[];
  /** The bags as at the beginning. */
  readonly original: readonly string[];
  /** Restores everything: archive, replicas, and this machine's stored state. */
  reset(): void;
  sync(name?: string): Promise<Told<ReplicasOutcome<SyncOutcome>>>;
  verify(name?: string, scope?: 'all' | 'due', now?: string): Promise<Told<ReplicasOutcome<ReplicaVerifyOutcome>>>;
  repair(options?: {
    readonly name?: string;
    readonly from?: string;
    readonly dryRun?: boolean;
    readonly emptyIsLost?: boolean;
  }): Promise<Told<RepairReport>>;
  drill(request?: Partial<DrillRequest>): Promise<Told<DrillReport>>;
  list(): Promise<Told<readonly ListedReplica[]>>;
  /** Arguments of the functions of the commands. */
  readonly tools: { readonly now: () => string; readonly keys: string; readonly pool: WorkerPool };
  /** `verdict path` of a verification of the archive itself. */
  verifyPrimary(): Promise<readonly string[]>;
}

/** Two recordings per bag, all different. */
const source = `[source]
zone = "Europe/Stockholm"
[table]
files = "calls.csv"
[columns]
key = "id"
start = "start"
[join]
column = "file"
`;

export const at = '2026-02-03T04:05:06.000Z';

/** Makes the archive and its replicas, synced. */
export async function createReplicaRig(names: readonly string[] = ['offsite']): Promise<ReplicaRig> {
  const rig = createRig();
  const archive = rig.path('archive');
  const calls = rig.path('source');
  mkdirSync(calls);
  const rows = Array.from({ length: 6 }, (_, index) => `${index + 1},2024-03-0${index + 1} 10:00:00,${index}.wav`);
  writeFileSync(join(calls, 'calls.csv'), `id,start,file\n${rows.join('\n')}\n`);
  for (let index = 0; index < 6; index++) writeFileSync(join(calls, `${index}.wav`), wave(2_000 + 100 * index, 200 + 40 * index));
  writeFileSync(rig.path('mapping.toml'), source);
  const made = await rig.run([
    'import',
    calls,
    '--into',
    archive,
    '--mapping',
    rig.path('mapping.toml'),
    '--bag-recordings',
    '2',
    '--no-keep-tables',
    '-q',
  ]);
  if (made.code !== 0) throw new Error(`the import ended with ${made.code}: ${made.stderr}`);
  const signal = new AbortController().signal;
  const pool: WorkerPool = poolForTests(2);
  const verifier = createVerifier();
  const tools = { now: () => at, keys: rig.keys, pool };
  const replicas = new Map(names.map((name) => [name, rig.path(name)]));
  for (const [name, path] of replicas)
    await tell(
      addReplica(archive, { replica: { name, path, medium: 'folder', everyMs: null, lockedUntil: null }, irrevocable: null }, tools, signal),
    );
  if (names.length > 0) await tell(syncReplicas(archive, null, tools, signal));
  const dir = (copy: string): string => (copy === 'primary' ? archive : (replicas.get(copy) ?? rig.path(copy)));
  const filesIn = (folder: string): string[] =>
    readdirSync(join(archive, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(archive, join(entry.parentPath, entry.name)))
      .sort();
  const bags = [...new Set(filesIn('bags').map((file) => file.split('/').slice(0, 3).join('/')))];
  const listed = new Map(bags.map((bag) => [bag, filesIn(bag)]));
  const original = fingerprint(join(archive, 'bags'));
  const whole = [archive, rig.keys, ...replicas.values()];
  for (const [index, folder] of whole.entries()) copyFolder(folder, rig.path(`whole-${index}`));
  return {
    rig,
    archive,
    replicas,
    dir,
    bags,
    files: (bag) => listed.get(bag) ?? [],
    bytes: (copy) => fingerprint(join(dir(copy), 'bags')),
    original,
    reset: () => {
      for (const [index, folder] of whole.entries()) {
        rmSync(folder, { recursive: true, force: true });
        copyFolder(rig.path(`whole-${index}`), folder);
      }
    },
    sync: (name) => tell(syncReplicas(archive, name ?? null, tools, signal)),
    verify: (name, scope = 'all', now = at) => tell(verifyReplicas(archive, name ?? null, scope, { ...tools, now: () => now }, signal)),
    repair: ({ name, from, dryRun, emptyIsLost } = {}) =>
      tell(
        repairReplicas(
          archive,
          { name: name ?? null, from: from ?? null, dryRun: dryRun === true, emptyIsLost: emptyIsLost === true },
          tools,
          signal,
        ),
      ),
    drill: (request = {}) => {
      const path = process.env.PATH ?? '';
      const asked = { bags: 10, out: null, seed: 1, keep: false, ...request };
      return tell(drillArchive(archive, asked, { ...tools, temporary: rig.folder, path }, signal));
    },
    list: () => tell(showReplicas(archive, tools, signal)),
    tools,
    verifyPrimary: async () => (await verifier.verify(archive)).said,
    [Symbol.asyncDispose]: async () => {
      await pool.close();
      await verifier[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

/** Runs an action to its end. */
export async function tell<Outcome>(work: AsyncGenerator<object, Outcome>): Promise<Told<Outcome>> {
  const findings: Finding[] = [];
  const verdicts: Verdict[] = [];
  const said: string[] = [];
  for (let next = await work.next(); ; next = await work.next()) {
    if (next.done === true) return { said, findings, verdicts, outcome: next.value };
    const event = next.value as Finding | Verdict | { readonly kind: 'other' }; // each has a kind
    if (event.kind === 'finding') {
      findings.push(event);
      said.push(`${event.code} ${event.place}`);
    } else if (event.kind === 'verdict') {
      verdicts.push(event);
      said.push(`${event.verdict} ${event.code} ${event.path}`);
    }
  }
}

/** Flips one bit. */
export function flip(path: string, offset = 0, mask = 1): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ mask;
  writeFileSync(path, bytes);
}

/** Exchanges two files or folders. */
export function swap(a: string, b: string): void {
  renameSync(a, `${a}.between`);
  renameSync(b, a);
  renameSync(`${a}.between`, b);
}
