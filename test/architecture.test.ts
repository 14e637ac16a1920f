import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { version } from '../src/core/version.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Rooms, longest path first where one lies in another, and where each may go besides itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  bin: ['src/cli'],
  'src/cli': [
    'src/serve',
    'src/cases',
    'src/viewer',
    'src/pipeline',
    'src/database',
    'src/verify',
    'src/report',
    'src/history',
    'src/source',
    'src/tables',
    'src/media',
    'src/log',
    'src/archive',
    'src/catalog',
    'src/jobs',
    'src/core',
    'formats',
    'importers',
  ],
  'src/serve': ['src/cases', 'src/viewer', 'src/pipeline', 'src/source', 'src/archive', 'src/log', 'src/catalog', 'src/core'],
  'src/cases': ['src/pipeline', 'src/tables', 'src/report', 'src/viewer', 'src/archive', 'src/log', 'src/catalog', 'src/core'],
  'src/pipeline': [
    'src/source',
    'src/media',
    'src/viewer',
    'src/archive',
    'src/log',
    'src/catalog',
    'src/jobs',
    'src/report',
    'src/history',
    'src/core',
  ],
  'src/viewer': ['src/archive', 'src/catalog', 'src/core'],
  // What browsers run; built into one script.
  'src/page': ['src/core'],
  'src/report': ['src/history', 'src/core'],
  'src/history': ['src/core'],
  'src/verify': ['src/history', 'src/log', 'src/archive', 'src/media', 'src/catalog', 'src/core'],
  'src/source': ['src/core'],
  'src/media': ['src/core'],
  'src/log': ['src/archive', 'src/core'],
  'src/archive': ['src/core'],
  'src/catalog': ['src/core', 'src/database'],
  'src/jobs': ['src/core', 'src/database'],
  'src/tables': ['src/core', 'src/database'],
  'src/joins': ['src/core', 'src/tables'],
  'src/database': ['src/core'],
  'src/core': [],
  formats: ['src/core'],
  importers: ['src/core', 'src/tables', 'src/joins'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const files = ['bin', 'src', 'formats', 'importers'].flatMap(sources);

function importsOf(file: string): { readonly local: Import[]; readonly packages: string[] } {
  const local: Import[] = [];
  const packages: string[] = [];
  for (const { fileName: target } of ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true).importedFiles) {
    if (target.startsWith('.')) local.push({ from: file, to: normalize(join(dirname(file), target)) });
    else if (!target.startsWith('node:')) packages.push(target);
  }
  return { local, packages };
}

function roomOf(file: string): string {
  const room = Object.keys(arrows).find((candidate) => file.startsWith(`${candidate}/`));
  if (room === undefined) throw new Error(`${file} lies in no room`);
  return room;
}

const all = files.map((file) => ({ file, ...importsOf(file) }));

describe('the house', () => {
  test('has its imports found: a reader that finds none would make the other tests pass', () => {
    expect(all.flatMap(({ local }) => local).length).toBeGreaterThan(files.length);
  });

  test('imports run only along the arrows', () => {
    const wrong = all
      .flatMap(({ local }) => local)
      .filter(({ from, to }) => {
        const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
        return fromRoom !== toRoom && !arrows[fromRoom]?.includes(toRoom);
      })
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  test('no file imports itself in a circle, types included', () => {
    const next = new Map(all.map(({ file, local }) => [file, local.map(({ to }) => to)]));
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      const at = path.indexOf(file);
      if (at >= 0) circles.push([...path.slice(at), file].join(' -> '));
      if (at >= 0 || done.has(file)) return;
      for (const target of next.get(file) ?? []) walk(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  test('only src/cli/context.ts, what worker threads work with, and the question whether a codec is listed see the lists of formats and importers', () => {
    const lists = ['formats/index.ts', 'formats/codecs/index.ts', 'importers/index.ts'];
    const seers = all.filter(({ local }) => local.some(({ to }) => lists.includes(to))).map(({ file }) => file);
    expect(seers.sort()).toEqual(['formats/known-codec.ts', 'src/cli/context.ts', 'src/cli/media-tools.ts']);
  });

  test('one file asks the system where temporary files go', () => {
    expect(files.filter((file) => readFileSync(join(root, file), 'utf8').includes('tmpdir'))).toEqual(['src/archive/temporary-folder.ts']);
  });

  test('each package is imported in one file', () => {
    const users = new Map<string, string[]>();
    for (const { file, packages } of all) {
      const names = packages.map((target) =>
        target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/'),
      );
      for (const name of new Set(names)) users.set(name, [...(users.get(name) ?? []), file]);
    }
    // commander and p-limit are the manner of speaking of whole rooms, not a thing to hide.
    const shared = [...users]
      .filter(([name, by]) => by.length > 1 && name !== 'commander' && name !== 'p-limit')
      .map(([name, by]) => `${name}: ${by.join(', ')}`);
    expect(shared).toEqual([]);
  });

  test('src/core uses no package and of Node only node:crypto', () => {
    const foreign = files
      .filter((file) => file.startsWith('src/core/'))
      .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/from '([^.'][^']*)'/g)].map(([, target]) => `${file}: ${target}`))
      .filter((line) => !line.endsWith(': node:crypto'));
    expect(foreign).toEqual([]);
  });

  test('the version in the code is that of package.json', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ version });
  });

  test('every dependency has its reason in docs/dependencies.md', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    const document = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    expect(Object.keys(manifest.dependencies).filter((name) => !document.includes(name))).toEqual([]);
  });
});
