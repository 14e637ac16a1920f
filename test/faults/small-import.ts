import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../../src/archive/layout.ts';
import { canonicalJson } from '../../src/core/base/canonical-json.ts';
import type { LogEntry } from '../../src/log/entries/log-entry.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { openCatalog } from '../../src/store/catalog/catalog.ts';
import { runHere } from '../cli/in-process.ts';
import { createRig, fingerprint, type Rig, type Run } from '../cli/rig.ts';
import { createTrappedProcesses, type Trapped } from './one-process.ts';
import { readCalls, type Strike, type Trap } from './trap.ts';

/** A small import that can be run, interrupted and run again, and its expected result. */
export interface SmallImport extends AsyncDisposable {
  readonly rig: Rig;
  /** Environment of each run. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the source. */
  readonly source: string;
  /** Arguments of the command line that imports the source into an archive, with one worker or a given number. */
  args(archive: string, jobs?: number): string[];
  /** A new archive folder that holds only longplay.json, the same each time, so that ids and names are the same, too. */
  newArchive(): string;
  /** Any command of longplay, with the trap set for the folders: in a process of its own if it is killed, else in one that runs many commands. */
  trapped(args: readonly string[], roots: readonly string[], strike?: Strike, env?: Readonly<Record<string, string>>): Promise<Struck>;
  /** Any command of longplay, undisturbed, and therefore in this process, one after another. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
  /** The same in a process of its own: for real system errors, and for two at once. */
  apart(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
  /** Environment of a visitor without a key, so that nothing is logged. */
  readonly visitor: Readonly<Record<string, string>>;
  /** Verification by such a visitor. */
  look(archive: string): Promise<Run>;
  /** Environment of a machine that has the keys and remembers the state of the log that the archive has: like one that lost power together with it. */
  machineOf(archive: string): Readonly<Record<string, string>>;
  remove(folder: string): void;
}

/** A run under the trap. */
export type Struck = Trapped;

const start = '2019-03-12 10:0';
const mapping = `[source]
zone = "Europe/Stockholm"
[table]
files = "calls.csv"
[columns]
key = "id"
start = "start"
[join]
column = "file"
`;

/** PCM and mu-law of half a second, and a row without audio, in two bags. */
export function createSmallImport(trap: Trap | null): SmallImport {
  const rig = createRig();
  const source = rig.path('source');
  mkdirSync(source);
  writeFileSync(join(source, 'calls.csv'), `id,start,file\n1,${start}0:00,a.wav\n2,${start}1:00,b.ulaw\n3,${start}2:00,\n`);
  writeFileSync(join(source, 'a.wav'), wave(4_000));
  writeFileSync(join(source, 'b.ulaw'), mulaw(3_000));
  writeFileSync(rig.path('mapping.toml'), mapping);
  mkdirSync(rig.path('tmp'));
  const env = { SOURCE_DATE_EPOCH: '1600000000', LONGPLAY_TMPDIR: rig.path('tmp'), LONGPLAY_KEYS: rig.keys, NO_COLOR: '1' };
  const marker = {
    format: 'longplay-archive',
    version: 1,
    id: '6f0e0b52-6a0e-4c5e-9d0c-0d5a6a1f2b3c',
    salt: '5a'.repeat(32),
    createdAt: '2020-09-13T12:26:40.000Z',
    policy: {},
  };
  let number = 0;
  const visitor = { LONGPLAY_KEYS: rig.path('no-keys') };
  const apart: SmallImport['apart'] = (args, more = {}) => rig.run(args, { env: { ...env, ...more } });
  let last: Promise<unknown> = Promise.resolve();
  const run: SmallImport['run'] = (args, more = {}) => {
    if (process.env.TESTS_COLD === '1') return apart(args, more);
    const said = { ...env, ...more };
    const next = last.then(async () => {
      const { code, out, err } = await runHere(args, said.LONGPLAY_KEYS, said);
      return { code, signal: null, stdout: out, stderr: err };
    });
    last = next.catch(() => undefined);
    return next;
  };
  const processes = trap === null ? null : createTrappedProcesses(trap, [rig.folder, rig.keys], rig.path('trap'));
  return {
    rig,
    env,
    source,
    args: (archive, jobs = 1) => [
      'import',
      source,
      '--into',
      archive,
      '-j',
      String(jobs),
      '--mapping',
      rig.path('mapping.toml'),
      '--bag-recordings',
      '2',
      // Bags of tables have tests of their own.
      '--no-keep-tables',
      '--open',
    ],
    newArchive: () => {
      const archive = rig.path(`archive-${++number}`);
      mkdirSync(archive);
      // Each has its own log, which this machine remembers by the id; recording ids and bags depend on the salt.
      const id = `${marker.id.slice(0, -6)}${String(number).padStart(6, '0')}`;
      writeFileSync(join(archive, 'longplay.json'), `${canonicalJson({ ...marker, id }, 2)}\n`);
      return archive;
    },
    run,
    apart,
    visitor,
    look: (archive) => run(['verify', archive], visitor),
    machineOf: (archive) => {
      // One for each: several archives of the same id are compared.
      const keys = `${archive}-keys`;
      mkdirSync(keys);
      for (const name of readdirSync(rig.keys)) if (name.endsWith('.pem')) cpSync(join(rig.keys, name), join(keys, name));
      const checkpoint = join(archive, 'log/checkpoint');
      if (existsSync(checkpoint)) {
        const { id }: { id: string } = JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8'));
        cpSync(checkpoint, join(keys, `${id}.checkpoint`));
      }
      return { LONGPLAY_KEYS: keys };
    },
    trapped: async (args, roots, strike, more = {}) => {
      if (trap === null || processes === null) throw new Error('no trap');
      if (strike?.act !== 'kill' && strike?.act !== 'tear' && process.env.TESTS_COLD !== '1')
        return await processes.run({ args, cwd: rig.folder, env: { ...env, ...more } }, roots, strike);
      const list = rig.path(`calls-${++number}`);
      const struck = await rig.run(args, { env: { ...env, ...more, ...trap.env(roots, list, strike) } });
      const calls = readCalls(list);
      rmSync(list, { force: true });
      return { ...struck, calls };
    },
    remove: (folder) => rmSync(folder, { recursive: true, force: true }),
    [Symbol.asyncDispose]: async () => {
      await processes?.[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

/** 16-bit samples at 8,000 Hz with a RIFF header. */
export function wave(samples: number, step = 321): Buffer {
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  for (const [at, value] of [16, 0x00010001, 8_000, 16_000, 0x00100002].entries()) bytes.writeUInt32LE(value, 16 + at * 4);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) bytes.writeInt16LE(Math.round(8_000 * Math.sin((at * step) / 1_000)), 44 + at * 2);
  return bytes;
}

/** A tone in mu-law (ITU-T G.711: sign, 3 bits of exponent, 4 of mantissa, all inverted) without a header. */
function mulaw(samples: number): Buffer {
  return Buffer.from(
    Array.from({ length: samples }, (_, at) => {
      const value = Math.round(2_000 * Math.sin(at / 4));
      const magnitude = Math.abs(value) + 33;
      const exponent = Math.max(0, Math.floor(Math.log2(magnitude)) - 5);
      return ~((value < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 1)) & 0x0f)) & 0xff;
    }),
  );
}

/** What must be the same after any interruption: the bytes of the bags, the catalog, the other names, and the bags in the log. */
export interface Outcome {
  readonly bags: readonly string[];
  readonly landed: readonly string[];
  readonly catalog: readonly string[];
  readonly names: readonly string[];
  /** Faults of the log; always empty. */
  readonly logFindings: readonly string[];
}

/** Name prefixes of files that a killed run left and later runs remove (docs/explanation/crash-safety.md). */
const temporary = /^\.longplay-tmp-/;

/** Reads the state of an archive while no run is active. */
export async function outcomeOf(archive: string): Promise<Outcome> {
  const opened = await openArchive(archive);
  const entries: LogEntry[] = [];
  const logFindings: string[] = [];
  for await (const item of readLog(opened, new AbortController().signal)) {
    if (item.kind === 'log-entry') entries.push(item);
    else logFindings.push(`${item.code} ${item.place}: ${item.message}`);
  }
  const around = readdirSync(archive, { withFileTypes: true }).flatMap((entry) => {
    if (temporary.test(entry.name)) return [];
    // Entries that a killed run had not signed yet are stored there; these commands put nothing else there.
    if (entry.name === 'quarantine' && readdirSync(join(archive, entry.name)).every((name) => /-log(-\d+)?$/.test(name))) return [];
    if (!entry.isDirectory() || entry.name === 'bags') return [entry.name];
    const inside = readdirSync(join(archive, entry.name)).filter((name) => !temporary.test(name));
    return [entry.name, ...inside.map((name) => `${entry.name}/${name}`)];
  });
  return {
    bags: fingerprint(join(archive, 'bags')),
    landed: entries.flatMap((entry) => (entry.type === 'bag-landed' ? [String(entry.detail.bag)] : [])).sort(),
    catalog: catalogOf(archive),
    names: around.sort(),
    logFindings,
  };
}

function catalogOf(archive: string): string[] {
  // A copy, because opening it writes to it.
  const copy = `${archive}-catalog`;
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of ['catalog.sqlite', 'catalog.sqlite-wal']) if (existsSync(join(archive, name))) cpSync(join(archive, name), join(copy, name));
  const catalog = openCatalog(join(copy, 'catalog.sqlite'));
  try {
    return [...catalog.bags(), ...[...catalog.search({})].map((found) => canonicalJson(found))];
  } finally {
    catalog.close();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Bytes and times of everything below a folder, which show any write. */
export function untouched(folder: string): string[] {
  const times = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => `${name} ${statSync(join(folder, name), { bigint: true }).mtimeNs}`);
  return [...times, ...fingerprint(folder)];
}
