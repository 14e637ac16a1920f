import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Settings that all packages of one build share. */
export interface Build {
  /** Root of the project, absolute, without a trailing slash. */
  readonly root: string;
  /** Output folder of the packages, absolute. */
  readonly out: string;
  /** Working folder for intermediate files; deleted at the end. */
  readonly work: string;
  readonly version: string;
  /** Time of every file in every package, in seconds since 1970, so that two builds are equal. */
  readonly epoch: number;
}

/** Thrown if a package cannot be made for a reason that the user can remove. */
export class CannotBuild extends Error {}

/** Runs a program to its end and returns its standard output. @throws CannotBuild with the program's output if the program fails or is absent */
export function run(program: string, args: readonly string[], options: SpawnSyncOptions & { readonly debian?: string } = {}): Buffer {
  const { debian = program, ...rest } = options;
  const { error, status, stdout, stderr } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 30, ...rest });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') throw new CannotBuild(`${program} is missing: apt-get install ${debian}`);
  if (error !== undefined) throw error;
  if (status !== 0) throw new CannotBuild(`${program} ${args.join(' ')} ended with ${status}:\n${String(stderr ?? '')}`);
  return Buffer.from(stdout ?? '');
}

/** The version of the project, from package.json. */
export function projectVersion(root: string): string {
  return (JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { readonly version: string }).version;
}

/** Returns SOURCE_DATE_EPOCH, or else the time of the last commit. @throws CannotBuild if there is neither */
export function buildTime(root: string, env: NodeJS.ProcessEnv): number {
  const text = env.SOURCE_DATE_EPOCH ?? String(run('git', ['log', '-1', '--format=%ct'], { cwd: root })).trim();
  const seconds = Number(text);
  if (text === '' || !Number.isSafeInteger(seconds) || seconds < 0)
    throw new CannotBuild(`SOURCE_DATE_EPOCH is '${text}': give whole seconds since 1970`);
  return seconds;
}

/** Copies a file or folder with its modes; links stay links. */
export function copyInto(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  run('cp', ['-a', '--no-preserve=ownership', from, to], { debian: 'coreutils' });
}

/** Writes a reproducible tar: sorted names, one time, owner root, modes independent of the builder's umask. */
export function tarOf(build: Build, parent: string, names: readonly string[], file: string): void {
  const same = ['--sort=name', `--mtime=@${build.epoch}`, '--owner=root:0', '--group=root:0', '--mode=u=rwX,go=rX', '--format=gnu'];
  run('tar', [...same, '-C', parent, '-cf', file, ...names]);
}
