import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { systemCode } from '../core/base/error.ts';
import { temporaryPrefix } from './files/durable.ts';
import { type Archive, listStrays } from './layout.ts';

// The one place that decides where drafts lie: where one rename puts them in their place, also where `bags/` or years below it are mounts of their own.

/** How folders of drafts below `bags/` begin; verification takes them for unfinished work. */
const apartPrefix = `${temporaryPrefix}drafts-`;

/**
 * Returns where a draft is made that is to be renamed to `target`.
 * @param target below `bags/`; neither it nor the folders above it must be there
 * @param home where drafts lie as long as that is possible, e.g. a folder below `jobs/`; need not be there
 * @param owner whose drafts they are where they lie apart: see `sweepDrafts`
 */
export function draftPlace({ dir }: Pick<Archive, 'dir'>, target: string, home: string, owner: string): string {
  const bags = join(dir, 'bags');
  const landing = mountOf(dirname(target));
  if (isSame(mountOf(home), landing)) return home;
  const year = relative(bags, target).split(sep)[0] ?? '';
  const parent = isSame(mountOf(bags), landing) ? bags : join(bags, year);
  return join(parent, `${apartPrefix}${owner}`);
}

/** True where whatever is made below `jobs/` can be renamed to any year. */
export function landsFromJobs({ dir }: Pick<Archive, 'dir'>): boolean {
  const bags = join(dir, 'bags');
  const home = mountOf(join(dir, 'jobs'));
  return [bags, ...readdirSync(bags).map((year) => join(bags, year))].every((folder) => isSame(mountOf(folder), home));
}

/** Removes drafts that lie apart and that killed runs left. The caller holds the archive's lock. @param isGone says of which owners */
export async function sweepDrafts(archive: Pick<Archive, 'dir'>, isGone: (owner: string) => boolean): Promise<void> {
  for await (const { path } of listStrays(archive)) {
    const name = basename(path);
    if (name.startsWith(apartPrefix) && isGone(name.slice(apartPrefix.length))) await rm(join(archive.dir, path), { recursive: true, force: true });
  }
}

interface Mount {
  /** Number of the file system; btrfs has one per subvolume, between which nothing can be renamed. */
  readonly device: number;
  /** Mount point; null where the system does not tell. */
  readonly point: string | null;
}

/**
 * Of the folder, or the nearest above it that is there. A file system can be mounted at several places (bind mounts), with one number, and
 * rename(2) answers EXDEV between them: so mount points are compared as well.
 */
function mountOf(folder: string): Mount {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const path = realpathSync(there);
  const above = (point: string): boolean => point === '/' || path === point || path.startsWith(`${point}/`);
  const points = mountPoints().filter(above);
  return { device: statSync(path).dev, point: points.reduce<string | null>((best, one) => (one.length >= (best?.length ?? 0) ? one : best), null) };
}

function isSame(a: Mount, b: Mount): boolean {
  return a.device === b.device && a.point === b.point;
}

/** The fifth field of each line of /proc/self/mountinfo (proc(5)), blanks and such in octal; nothing on other systems. */
function mountPoints(): string[] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    return lines
      .flatMap((line) => line.split(' ')[4] ?? [])
      .map((point) => point.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
