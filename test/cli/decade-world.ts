import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement } from '../../src/report/statement/statement.ts';
import { speech, wav } from '../media/medium-rig.ts';
import { makeCalls } from '../verify/play-rig.ts';
import { cli, createRig, type Rig } from './rig.ts';

/** The true state of one bag at one place, by the days of the test's own calendar; independent of the program. */
export interface Held {
  /** When the bag was created there; for a replica that never had it, when the replica was added. */
  came: number;
  /** When every file of its payload was last opened, as seen by the system. */
  read: number | null;
  /** When each original and each copy was opened once more in the same run, which happens only for decoding. */
  decoded: number | null;
  /** Damage that the test did and no repair has undone. */
  harm: 'flipped' | 'lost' | null;
  /** A run that read it has detected it. */
  found: boolean;
}

/** A run of the command line. */
export interface Lived {
  readonly code: number | null;
  readonly lines: readonly Record<string, unknown>[];
  readonly summary: Record<string, unknown>;
}

/** An archive with two replicas, a machine whose clock may be wrong, and the true state of both. */
export interface DecadeWorld extends AsyncDisposable {
  readonly rig: Rig;
  /** True days since the beginning. */
  day: number;
  /** Error of the machine's clock, in days. */
  clockOffset: number;
  readonly places: ReadonlyMap<Place, Map<string, Held>>;
  /** Bytes of all payloads. */
  bytes(): number;
  /** Imports calls. @returns the new bags */
  importCalls(source: string, args: readonly string[]): Promise<string[]>;
  /** Runs a command that reads no bags. */
  live(args: readonly string[]): Promise<Lived>;
  /** Runs one that reads bags, and records which bags were really read and decoded. @param whole the place that the command reads in full, including lost bags */
  observe(whole: Place | null, args: readonly string[]): Promise<Lived & { readonly read: number; readonly decoded: number }>;
  /** A replica is disconnected, or connected again. */
  putAway(place: 'vault' | 'tape', away: boolean): void;
  isAway(place: Place): boolean;
  harm(place: Place, bag: string, kind: 'flipped' | 'lost'): void;
  /** Returns the bags of a place that sha256sum finds valid by their own manifests. */
  whole(place: Place): Promise<string[]>;
  statement(): Promise<Statement>;
}

export type Place = 'primary' | 'vault' | 'tape';

/** The first day: 2026-01-01. */
const beginS = 1_767_225_600;
/** Seconds of a day. */
export const dayS = 86_400;

/** Makes a world before its first import. */
export async function createDecade(): Promise<DecadeWorld> {
  const rig = createRig();
  await makeCalls(rig);
  // Replaces undecodable bytes, because a decoding that is impossible cannot be observed.
  writeFileSync(rig.path('calls/g.wav'), wav(speech(8_000, 3, 7), 8_000));
  const files = new Map<string, readonly string[]>();
  const sound = new Map<string, readonly string[]>();
  const sizes = new Map<string, number>();
  const places = new Map<Place, Map<string, Held>>([
    ['primary', new Map()],
    ['vault', new Map()],
    ['tape', new Map()],
  ]);
  const folderOf = (place: Place): string => rig.path(place === 'primary' ? 'archive' : place);
  const held = (place: Place): Map<string, Held> => places.get(place) ?? new Map<string, Held>();
  const env = (): Record<string, string> => ({ SOURCE_DATE_EPOCH: String(beginS + (world.day + world.clockOffset) * dayS) });
  const payload = (bag: string): string[] =>
    readdirSync(join(bag, 'data'), { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name).slice(bag.length + 1)] : [],
    );
  const lookAt = (whole: Place | null, opened: ReadonlyMap<string, number>): { read: number; decoded: number } => {
    const seen = { read: 0, decoded: 0 };
    for (const [place, bag, truth] of [...places].flatMap(([at, bags]) => [...bags].map(([name, one]) => [at, name, one] as const))) {
      const times = (name: string): number => opened.get(join(folderOf(place), 'bags', bag, name)) ?? 0;
      const names = files.get(bag) ?? [];
      // Its absence is visible without reading anything.
      if (truth.harm === 'lost' && place === whole) truth.found = true;
      if (!names.every((name) => times(name) >= 1)) continue;
      seen.read++;
      truth.read = world.day;
      truth.found = truth.harm !== null;
      if (!(sound.get(bag) ?? []).every((name) => times(name) >= 2)) continue;
      seen.decoded++;
      truth.decoded = world.day;
    }
    return seen;
  };
  const world: DecadeWorld = {
    rig,
    day: 0,
    clockOffset: 0,
    places,
    bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    importCalls: async (source, args) => {
      const { code, stdout, stderr } = await rig.run(['import', source, '--into', 'archive', '--bag-recordings', '2', ...args], { env: env() });
      if (code !== 0) throw new Error(`import ended with ${code}: ${stdout}${stderr}`);
      const bags = readdirSync(rig.path('archive/bags')).flatMap((year) =>
        readdirSync(rig.path('archive/bags', year)).map((name) => `${year}/${name}`),
      );
      const came = bags.filter((bag) => !files.has(bag));
      for (const bag of came) {
        const names = payload(rig.path('archive/bags', bag));
        files.set(bag, names);
        // One of the originals is the header of a WAVE file without sound.
        const hasSound = (name: string): boolean => statSync(rig.path('archive/bags', bag, name)).size > 44;
        sound.set(
          bag,
          names.filter((name) => /\/(original|access)-\d+\.\w+$/.test(name) && hasSound(name)),
        );
        sizes.set(
          bag,
          names.reduce((sum, name) => sum + statSync(rig.path('archive/bags', bag, name)).size, 0),
        );
        held('primary').set(bag, { came: world.day, read: null, decoded: null, harm: null, found: false });
      }
      return came;
    },
    live: (args) => rig.json(args, env()),
    observe: async (whole, args) => {
      const out = rig.path('opened');
      const wrapped = ['-f', '--seccomp-bpf', '-qq', '-e', 'trace=openat', '-o', out];
      const variables = Object.entries({ ...env(), LONGPLAY_KEYS: rig.keys }).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
      const { code, stdout, stderr } = await rig.exec('strace', [...wrapped, ...variables, process.execPath, cli, ...args, '--json']);
      const lines = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
      const summary = lines.at(-1);
      if (summary?.type !== 'summary') throw new Error(`no summary of ${args.join(' ')}:\n${stdout}\n${stderr}`);
      return { code, lines, summary, ...lookAt(whole, openedFiles(readFileSync(out, 'utf8'))) };
    },
    putAway: (place, away) => {
      const [here, there] = [folderOf(place), rig.path(`${place}-in-a-cupboard`)];
      if (existsSync(away ? here : there)) renameSync(away ? here : there, away ? there : here);
    },
    isAway: (place) => !existsSync(folderOf(place)),
    harm: (place, bag, kind) => {
      const truth = held(place).get(bag);
      const folder = join(folderOf(place), 'bags', bag);
      if (truth === undefined) throw new Error(`${place} has no ${bag}`);
      truth.harm = kind;
      if (kind === 'lost') {
        rmSync(folder, { recursive: true });
        return;
      }
      const file = join(folder, files.get(bag)?.find((name) => name.includes('/original-')) ?? '');
      const content = readFileSync(file);
      content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 4;
      writeFileSync(file, content);
    },
    whole: async (place) => {
      const sound: string[] = [];
      for (const bag of held(place).keys()) {
        const folder = join(folderOf(place), 'bags', bag);
        if (!existsSync(folder)) continue;
        const { code } = await rig.exec('sha256sum', ['--quiet', '--strict', '-c', 'manifest-sha256.txt'], folder);
        if (code === 0) sound.push(bag);
      }
      return sound;
    },
    statement: async () => {
      rmSync(rig.path('out'), { recursive: true, force: true });
      const { code, stderr } = await rig.run(['report', 'archive', '--out', 'out'], { env: env() });
      if (code !== 0) throw new Error(`report ended with ${code}: ${stderr}`);
      return JSON.parse(readFileSync(rig.path('out/statement.json'), 'utf8')) as Statement;
    },
    [Symbol.asyncDispose]: async () => {
      const keep = process.env.LONGPLAY_KEEP_DECADE;
      if (keep !== undefined) {
        mkdirSync(keep, { recursive: true });
        cpSync(rig.folder, join(keep, 'folder'), { recursive: true });
      }
      await rig[Symbol.asyncDispose]();
    },
  };
  return world;
}

/** How often each file was opened for reading, according to strace; a call that another thread interrupted stands on two lines. */
function openedFiles(account: string): Map<string, number> {
  const opened = new Map<string, number>();
  const begun = new Map<string, string>();
  for (const line of account.split('\n')) {
    const [, thread = '', path, rest = ''] = /^(\d+) +(?:openat\(AT_FDCWD, "([^"]*)", O_RDONLY|<\.\.\. openat resumed>)(.*)$/.exec(line) ?? [];
    const file = path ?? begun.get(thread);
    begun.delete(thread);
    if (file === undefined) continue;
    if (rest.includes('<unfinished')) begun.set(thread, file);
    else if (/ = \d+$/.test(rest)) opened.set(file, (opened.get(file) ?? 0) + 1);
  }
  return opened;
}
