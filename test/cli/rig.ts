import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { runHere } from './in-process.ts';

/** The project's root, absolute. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Real material beside the project; absent elsewhere. */
export const shared = join(root, '..', 'shared');
export const hasShared = existsSync(join(shared, 'samples'));
/** The built command line. */
export const cli = join(root, 'dist/bin/longplay.js');

/** Root acts as another user for the tests of unreadable files; in a folder that only root may enter there is no such user. */
export const anybodyReads =
  process.getuid?.() !== 0 ||
  spawnSync(process.execPath, ['-e', 'require("node:fs").readFileSync(process.argv[1])', cli], { uid: 65_534, gid: 65_534, cwd: '/' }).status === 0;

/** Output and exit of a run of the command line. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that is removed when the test ends, and the real command line run in it. */
export interface Rig extends AsyncDisposable {
  readonly folder: string;
  /** Where its runs keep signing keys. */
  readonly keys: string;
  path(...parts: string[]): string;
  /** Runs the command line: in this process if nothing else runs and the test does not examine the process itself (`runsHere`), otherwise the built program in its own process. */
  run(
    args: readonly string[],
    options?: { readonly env?: Readonly<Record<string, string>>; readonly abortAfter?: RegExp; readonly kill?: NodeJS.Signals },
  ): Promise<Run>;
  /** Runs `--json` and gives its lines, parsed. */
  json(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number | null; readonly lines: Record<string, unknown>[]; readonly summary: Record<string, unknown> }>;
  /** Runs any program. */
  exec(program: string, args: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv): Promise<Run>;
  copyOf(source: string, name: string): string;
  /** Lets its runs forget the logs they have seen: for copies of one archive that diverge. */
  forget(): void;
}

/** A folder for temporary files on a disk: others may be in memory, see `test/temporary.ts`. */
export const onDisk = process.env.TESTS_ON_DISK ?? tmpdir();

/** Makes a rig. @param within a folder on a disk, for tests of disks */
export function createRig(within = tmpdir()): Rig {
  const folder = mkdtempSync(join(within, 'longplay-test-'));
  const keys = mkdtempSync(join(within, 'longplay-keys-'));
  const path = (...parts: string[]): string => join(folder, ...parts);
  const exec = (
    program: string,
    args: readonly string[],
    cwd = folder,
    env: NodeJS.ProcessEnv = process.env,
    watch?: { after: RegExp; kill: NodeJS.Signals },
  ): Promise<Run> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, asMeant(args, env), { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      let killed = false;
      const look = (): void => {
        if (watch !== undefined && !killed && watch.after.test(stdout + stderr)) {
          killed = true;
          child.kill(watch.kill);
        }
      };
      child.stdout.on('data', (data: Buffer) => {
        stdout += data.toString('utf8');
        look();
      });
      child.stderr.on('data', (data: Buffer) => {
        stderr += data.toString('utf8');
        look();
      });
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  const run: Rig['run'] = async (typed, options = {}) => {
    const args = asMeant(typed, options.env);
    if (runsHere(args, options)) return await inTurn(folder, args, options.env?.LONGPLAY_KEYS ?? keys, options.env);
    return await exec(
      process.execPath,
      [cli, ...args],
      folder,
      { ...process.env, LONGPLAY_KEYS: keys, ...options.env },
      options.abortAfter === undefined ? undefined : { after: options.abortAfter, kill: options.kill ?? 'SIGINT' },
    );
  };
  return {
    folder,
    keys,
    path,
    run,
    exec: (program, args, cwd, env) => exec(program, args, cwd, env),
    json: async (args, env) => {
      const { code, stdout, stderr } = await run([...args, '--json'], env === undefined ? {} : { env });
      const lines = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const summary = lines.at(-1);
      if (summary?.type !== 'summary') throw new Error(`no summary at the end:\n${stdout}\n${stderr}`);
      return { code, lines, summary };
    },
    forget: () => {
      for (const name of readdirSync(keys)) if (/\.(?:checkpoint|erased)$|^places$/.test(name)) rmSync(join(keys, name), { recursive: true });
    },
    copyOf: (source, name) => {
      copyFolder(source, path(name));
      return path(name);
    },
    [Symbol.asyncDispose]: async () => {
      for (const gone of [folder, keys]) rmSync(gone, { recursive: true, force: true });
    },
  };
}

/** Adds `--open` to an import without sealing options and without a keyring: new archives are sealed, and most tests are about something else. @param args of longplay, or of a program that runs it */
export function asMeant(args: readonly string[], env: NodeJS.ProcessEnv = {}): readonly string[] {
  const isSilent = args[args.indexOf(cli) + 1] === 'import' && !args.includes('--sealed') && !args.includes('--open');
  return isSilent && env.LONGPLAY_KEYRING === undefined ? [...args, '--open'] : args;
}

/**
 * Variables that can be passed to a run in this process: those that longplay reads from its environment at run time. Variables of options are read when the program starts, and
 * others belong to the process.
 */
const saidHere: ReadonlySet<string> = new Set([
  'LONGPLAY_CONFIG',
  'LONGPLAY_FFMPEG',
  'LONGPLAY_KEYRING',
  'LONGPLAY_KEYS',
  'LONGPLAY_LIBOPUS',
  'SOURCE_DATE_EPOCH',
  'XDG_CONFIG_HOME',
]);
let isRunning = false;

/**
 * Most runs take less than half of the time in the process of the tests, whose code is compiled already. In a process of their own run all with TESTS_COLD=1, those that are
 * stopped or have other environment variables, those beside another run, and all in the tests of other releases of Node.js.
 */
function runsHere(args: readonly string[], { env = {}, abortAfter }: NonNullable<Parameters<Rig['run']>[1]>): boolean {
  if (isRunning || abortAfter !== undefined || process.env.TESTS_COLD === '1' || args[0] === 'serve') return false;
  return Object.keys(env).every((name) => saidHere.has(name)) && !/\/test\/runtimes\//.test(expect.getState().testPath ?? '');
}

async function inTurn(folder: string, args: readonly string[], keys: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const before = process.cwd();
  isRunning = true;
  process.chdir(folder);
  try {
    const { code, out, err } = await runHere(args, keys, env);
    return { code, signal: null, stdout: out, stderr: err };
  } finally {
    process.chdir(before);
    isRunning = false;
  }
}

/** Returns the programs that made the access copies of the recordings below a folder, each once. @throws if there are none, because a test must not pass for that reason */
export function encodersOf(folder: string): string[] {
  const encoders = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(({ name }) => name === 'recording.json')
    .flatMap((entry) => {
      // Written by this program; its schema is tested elsewhere.
      const { media } = JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as { media: { access: { encoder: string } | null }[] };
      return media.flatMap(({ access }) => (access === null ? [] : [access.encoder]));
    });
  if (encoders.length === 0) throw new Error(`no access copies below ${folder}`);
  return encoders;
}

/** Lets every user of the machine read a tree, because an import writes for its own user only. */
export function openToAll(folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) chmodSync(join(folder, name), 0o755);
}

/** Copies a folder with permissions and times, into an existing folder of the same name if there is one. Node's own `cpSync` takes three times the CPU time of cp(1) for an archive of 200 files. */
export function copyFolder(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  execFileSync('cp', ['-a', '-T', '--', from, to]);
}

/** Returns all files below a folder with size and SHA-256, sorted, to check that nothing else has changed. */
export function fingerprint(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => `${relative(folder, file)} ${statSync(file).size} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`);
}
