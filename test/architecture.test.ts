import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { version } from '../src/core/base/version.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Rooms from top to bottom, with the other rooms that each may import. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'src/page': ['src/core'],
  bin: ['src/cli'],
  'src/cli': [
    'src/serve',
    'src/seal',
    'src/unseal',
    'src/losses',
    'src/erasure',
    'src/policy',
    'src/replicas',
    'src/verify',
    'src/cases',
    'src/pipeline',
    'src/viewer',
    'src/source',
    'src/objects',
    'src/report',
    'src/media',
    'src/sealing',
    'src/log',
    'src/archive',
    'importers',
    'src/tables',
    'src/store',
    'formats',
    'src/core',
  ],
  'src/serve': [
    'src/policy',
    'src/cases',
    'src/pipeline',
    'src/viewer',
    'src/source',
    'src/sealing',
    'src/log',
    'src/archive',
    'src/store',
    'src/core',
  ],
  'src/erasure': [
    'src/policy',
    'src/cases',
    'src/pipeline',
    'src/replicas',
    'src/log/history',
    'src/log',
    'src/sealing',
    'src/archive',
    'src/tables',
    'src/store',
    'src/core',
  ],
  'src/seal': [
    'src/erasure',
    'src/cases',
    'src/pipeline',
    'src/replicas',
    'src/verify',
    'src/media',
    'src/sealing',
    'src/log/history',
    'src/log',
    'src/archive',
    'src/store',
    'src/core',
  ],
  'src/unseal': ['src/erasure', 'src/pipeline', 'src/media', 'src/sealing', 'src/log', 'src/archive', 'src/store', 'src/core'],
  'src/losses': ['src/erasure', 'src/pipeline', 'src/verify', 'src/sealing', 'src/log', 'src/archive', 'src/core'],
  'src/policy': ['src/cases', 'src/pipeline', 'src/report', 'src/sealing', 'src/log', 'src/archive', 'src/store', 'src/core'],
  'src/replicas': ['src/verify', 'src/media', 'src/sealing', 'src/log/history', 'src/log', 'src/archive', 'src/core'],
  'src/verify': ['src/media', 'src/sealing', 'src/log/history', 'src/log', 'src/archive', 'src/tables', 'src/store', 'src/ogg', 'src/core'],
  'src/cases': ['src/pipeline', 'src/report', 'src/sealing', 'src/log', 'src/archive', 'src/tables', 'src/store', 'src/core'],
  'src/pipeline': [
    'src/viewer',
    'src/source',
    'src/objects',
    'src/report',
    'src/media',
    'src/sealing',
    'src/log/history',
    'src/log',
    'src/archive',
    'src/tables',
    'src/store',
    'src/core',
  ],
  'src/viewer': ['src/archive', 'src/store', 'src/core'],
  'src/source': ['src/objects', 'src/core'],
  'src/objects': ['src/core'],
  'src/report': ['src/log/history', 'src/core'],
  'src/media': ['src/sealing', 'src/ogg', 'src/core'],
  'src/log/history': ['src/core'],
  'src/log': ['src/log/history', 'src/sealing', 'src/archive', 'src/core'],
  'src/archive': ['src/store', 'src/core'],
  'src/sealing': ['src/archive', 'src/core'],
  importers: ['src/tables', 'src/core'],
  'src/tables': ['src/store', 'src/core'],
  'src/store': ['src/core'],
  formats: ['src/ogg', 'src/core'],
  'src/ogg': ['src/core'],
  'src/core': [],
};

/**
 * The folders of a room from top to bottom: each imports only folders listed after it. `.` stands for the files directly in the room, `*` for each folder that is not listed: a new
 * folder needs no line here until another folder imports it.
 */
const floors: Readonly<Record<string, readonly string[]>> = {
  'src/page': ['.', 'viewer', 'server', 'case', 'call', 'list', 'player', 'base', 'texts'],
  'src/cli': [
    '.',
    'commands',
    'commands/sealing',
    'commands/retention',
    'commands/log',
    'settings',
    'manual',
    'doctor',
    'completion',
    'texts',
    'options',
    'report',
    'machine',
  ],
  'src/serve': ['.', 'metrics', 'http', 'sign-in', 'export', 'case', 'answer', 'keys', 'archive', 'accounts'],
  'src/erasure': ['certificate', '.', 'execute', 'request'],
  'src/policy': ['.', 'state', 'rules'],
  'src/replicas': ['repair', '.', 'drill', 'copy', 'place'],
  'src/verify': ['rehash', '.', 'schedule', 'bags', 'sealed', 'play', 'checks'],
  'src/cases': ['compare', 'hand-over', 'mask', 'edit', 'timeline', 'person', 'store', 'messages'],
  'src/pipeline': ['notes', 'follow', 'import', 'report', 'survey', 'keep', 'log', 'export', 'open', 'convert', 'make', 'read', 'files', 'events'],
  'src/viewer': ['files'],
  'src/source': ['.', 'objects', 'zip', 'tar', 'members', 'read'],
  'src/report': ['retention', '.', 'statement', 'source', 'calls'],
  'src/media': ['workers', '.', 'damage', 'copy', 'measure', 'decode', 'tools', 'libopus', 'identify', 'ffmpeg', 'bytes'],
  'src/log': ['stamps', '.', 'erasure', 'who', 'read', 'keys', 'files', 'entries', 'entries/types', 'tree'],
  'src/archive': ['.', 'documents', 'bag', 'files'],
  'src/sealing': ['stored', '.', 'keyring', 'recovery', 'age'],
  importers: ['.', '*', 'mapping', 'mapping/propose', 'mapping/read', 'vcon', 'engine', 'engine/join', 'engine/read', 'engine/records'],
  'src/tables': ['keep', 'values', '.', 'xml', 'sql', 'json', 'csv', 'text'],
  'src/store': ['jobs', 'catalog', 'objects', 'database'],
  formats: [
    '.',
    '*',
    'wave',
    'simple',
    'list',
    'iso',
    'headerless',
    'loggers',
    'flac',
    'dictation',
    'capture',
    'codecs',
    'voc',
    'judge',
    'ogg',
    'demuxed',
    'riff',
    'mpeg',
    'codecs/waveform',
    'codecs/g728',
    'codecs/g726',
    'codecs/g722',
    'codecs/flac',
    'codecs/dss',
    'codecs/adpcm',
    'amr',
    'frames',
    'codecs/gsm',
    'codecs/g729',
    'codecs/base',
  ],
  'src/core': [
    'page',
    'search',
    'identity',
    'time',
    'numbers',
    'words',
    'model',
    'capture',
    'base',
    'findings',
    'findings/entries/formats',
    'findings/entries',
  ],
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
  // The longest match: a room may be inside another.
  const room = Object.keys(arrows)
    .filter((candidate) => file.startsWith(`${candidate}/`))
    .sort((a, b) => b.length - a.length)[0];
  if (room === undefined) throw new Error(`${file} lies in no room`);
  return room;
}

/** @returns the folder within the room, `.` for the room itself */
function folderOf(file: string, room: string): string {
  return relative(room, dirname(file)) || '.';
}

const all = files.map((file) => ({ file, ...importsOf(file) }));

describe('the modules of longplay', () => {
  test('have their imports found: a parser that finds none would make the other tests pass', () => {
    expect(all.flatMap(({ local }) => local).length).toBeGreaterThan(files.length);
  });

  test('import only rooms that their own room may import', () => {
    const wrong = all
      .flatMap(({ local }) => local)
      .filter(({ from, to }) => {
        const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
        return fromRoom !== toRoom && !arrows[fromRoom]?.includes(toRoom);
      })
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  test('import only lower folders of their own room', () => {
    const wrong = all
      .flatMap(({ local }) => local)
      .filter(({ from, to }) => {
        const room = roomOf(from);
        if (room !== roomOf(to)) return false;
        const [fromFolder, toFolder] = [folderOf(from, room), folderOf(to, room)];
        const below = floors[room] ?? [];
        const floor = below.indexOf(below.includes(fromFolder) ? fromFolder : '*');
        // Folders that are not listed import none of each other; only files directly in the room import them.
        const target = below.includes(toFolder) || floor === below.indexOf('*') ? toFolder : '*';
        return fromFolder !== toFolder && !below.slice(floor + 1).includes(target);
      })
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  test('are in listed folders of their room, and every listed folder exists', () => {
    const found = new Set(files.map((file) => `${roomOf(file)}/${folderOf(file, roomOf(file))}`).filter((folder) => !folder.endsWith('/.')));
    const listed = Object.entries(floors).flatMap(([room, folders]) =>
      folders.filter((folder) => folder !== '.' && folder !== '*').map((folder) => `${room}/${folder}`),
    );
    const isNamed = (folder: string): boolean => listed.includes(folder) || floors[folder.slice(0, folder.indexOf('/'))]?.includes('*') !== true;
    expect([...found].filter(isNamed).sort()).toEqual(listed.sort());
  });

  test('fill no folder with more than 40 files', () => {
    const sizes = new Map<string, number>();
    for (const file of files) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1);
    expect([...sizes].filter(([, size]) => size > 40)).toEqual([]);
  });

  test('have no circular imports, types included', () => {
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

  test('see the lists of formats and importers in three places only: src/cli/machine/context.ts, the code of worker threads, and the lookup of listed codecs', () => {
    const lists = ['formats/index.ts', 'formats/codecs/index.ts', 'importers/index.ts'];
    const seers = all.filter(({ local }) => local.some(({ to }) => lists.includes(to))).map(({ file }) => file);
    expect(seers.sort()).toEqual(['formats/list/known-codec.ts', 'src/cli/machine/context.ts', 'src/cli/machine/media-tools.ts']);
  });

  test('ask the system for its temporary folder in one file', () => {
    expect(files.filter((file) => readFileSync(join(root, file), 'utf8').includes('tmpdir'))).toEqual(['src/archive/files/temporary-folder.ts']);
  });

  test('end every iterator that they read by hand, because a loop of next() leaves its files open', () => {
    // Iterators over what is in memory, and queues.
    const inMemory = [
      ...['formats/demuxed/nut.ts', 'formats/iso/packets.ts', 'importers/engine/join/gather-calls.ts', 'src/archive/files/record-sorter.ts'],
      ...['src/core/model/packed-blocks.ts', 'src/media/bytes/sounding-bytes.ts', 'src/media/workers/worker-pool.ts', 'src/sealing/age/header.ts'],
      ...['src/source/zip/library.ts', 'src/verify/play/play-drawn.ts', 'src/verify/schedule/run-plan.ts', 'src/verify/verify-archive.ts'],
    ];
    const open = files.filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return /\.next\(/.test(text) && !/\.return\b/.test(text);
    });
    expect(open.sort()).toEqual(inMemory);
  });

  test('import each package in one file', () => {
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
    // commander and p-limit are idioms of whole rooms, not something to hide behind one file.
    const shared = [...users]
      .filter(([name, by]) => by.length > 1 && name !== 'commander' && name !== 'p-limit')
      .map(([name, by]) => `${name}: ${by.join(', ')}`);
    expect(shared).toEqual([]);
  });

  test('in src/core use no package, and of Node.js only node:crypto', () => {
    const foreign = files
      .filter((file) => file.startsWith('src/core/'))
      .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/from '([^.'][^']*)'/g)].map(([, target]) => `${file}: ${target}`))
      .filter((line) => !line.endsWith(': node:crypto'));
    expect(foreign).toEqual([]);
  });

  test('state the version of package.json', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ version });
  });

  test('depend only on packages whose reason is in docs/dependencies.md', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    const document = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    expect(Object.keys(manifest.dependencies).filter((name) => !document.includes(name))).toEqual([]);
  });
});
