import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import type { Rig } from './rig.ts';

// A hand-over that passed through other hands, and the three programs that judge it.

/** Files of a bag, relative to it. */
export function filesOf(bag: string): string[] {
  return readdirSync(bag, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(bag, join(entry.parentPath, entry.name)))
    .sort();
}

/** Makes a bag valid again, as any BagIt program could. */
export function makeManifests(bag: string): void {
  const files = filesOf(bag).filter((path) => !/^(tag)?manifest-|^hand-over\./.test(path));
  const line = (path: string, algorithm: string): string =>
    `${createHash(algorithm)
      .update(readFileSync(join(bag, path)))
      .digest('hex')}  ${path}\n`;
  const payload = files.filter((path) => path.startsWith('data/'));
  const bytes = payload.reduce((sum, path) => sum + lstatSync(join(bag, path)).size, 0);
  const info = readFileSync(join(bag, 'bag-info.txt'), 'utf8');
  writeFileSync(join(bag, 'bag-info.txt'), info.replace(/^Payload-Oxum: .*$/m, `Payload-Oxum: ${bytes}.${payload.length}`));
  for (const algorithm of ['sha256', 'sha512'])
    writeFileSync(join(bag, `manifest-${algorithm}.txt`), payload.map((path) => line(path, algorithm)).join(''));
  const tags = [...files.filter((path) => !path.startsWith('data/')), 'manifest-sha256.txt', 'manifest-sha512.txt'].sort();
  for (const algorithm of ['sha256', 'sha512'])
    writeFileSync(join(bag, `tagmanifest-${algorithm}.txt`), tags.map((path) => line(path, algorithm)).join(''));
}

export function edit(bag: string, path: string, change: (text: string) => string): void {
  const file = join(bag, path);
  const before = readFileSync(file, 'latin1');
  const after = change(before);
  expect([path, after === before]).toEqual([path, false]);
  writeFileSync(file, after, 'latin1');
}

/** Verdict and exit code of `case check` and of check.py, and the steps of README.txt that are not OK. */
export type Judged = readonly [verdict: unknown, code: unknown, py: unknown, pyCode: unknown, steps: string];

/** A hand-over to judge. */
interface ToJudge {
  /** Its folder, relative to the rig. */
  readonly bag: string;
  /** Its number as the recipient was told; null if not told. */
  readonly number: number | string | null;
  /** The original folder of the hand-over, whose check.py and README.txt are used. */
  readonly from: string;
  readonly key: string;
}

/** Returns the verdict of each judge. */
export async function judgedBy(rig: Rig, { bag, number, from, key }: ToJudge): Promise<Judged> {
  const told = number === null ? [] : ['--hand-over', String(number)];
  const { code, summary } = await rig.json(['case', 'check', bag, '--key', key, ...told]);
  const python = spawnSync('python3', [rig.path(from, 'check.py'), rig.path(bag), '--key', key, ...told], { encoding: 'utf8' });
  expect(python.stderr).toBe('');
  const commands = [...readFileSync(rig.path(from, 'README.txt'), 'utf8').matchAll(/^ {4}(\S.*| {2,}\S.*)$/gm)].map(([, command = '']) => command);
  const steps = spawnSync('sh', ['-c', commands.filter((line) => !line.startsWith('python3')).join('\n')], {
    cwd: rig.path(bag),
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', KEY: key, ...(number === null ? {} : { NUMBER: String(number) }) },
  });
  const asked = commands.flatMap((line) => /"OK (\d):/.exec(line)?.[1] ?? []);
  const wrong = asked.filter((step) => !steps.stdout.includes(`OK ${step}:`)).join('');
  const said = python.stdout.trimEnd().split('\n').at(-1) ?? '';
  return [summary.verdict, code, said.split(':')[0], python.status, wrong];
}
