import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/layout.ts';
import type { LogEntry } from '../../src/log/entries/log-entry.ts';
import { beginLog, openLog } from '../../src/log/log.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { calm } from '../archive/rig.ts';
import { createRig, fingerprint, type Rig, root } from '../cli/rig.ts';
import { everything } from '../faults/trials.ts';
import { anyType } from '../log/any-type.ts';
import { createVerifier, makeBagAnew } from './archive-rig.ts';

// One archive, damaged in every way that a disk, a copy or a person can damage it, and repaired each time.
let rig: Rig;
let verifier: ReturnType<typeof createVerifier>;
let archive: string;
let whole: string[];
/** Paths relative to the archive, sorted. */
let files: string[];
let bags: string[];

beforeAll(async () => {
  rig = createRig();
  verifier = createVerifier();
  archive = rig.path('archive');
  const source = join(root, 'samples/asterisk-normal');
  const made = await rig.run(['import', source, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--no-keep-tables']);
  expect(made.code, made.stderr).toBe(0);
  whole = fingerprint(archive);
  files = readdirSync(archive, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(archive, join(entry.parentPath, entry.name)))
    .sort();
  bags = [...new Set(files.filter((file) => file.startsWith('bags/')).map((file) => file.split('/').slice(0, 3).join('/')))];
  expect(bags).toHaveLength(2);
});
afterAll(async () => {
  await verifier[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

const at = (path: string): string => join(archive, path);

/** Damages files, returns the findings, and restores the files. */
async function after(
  damage: () => void | Promise<void>,
  options: { readonly plannedBags?: ReadonlySet<string> } = {},
  warnings = 0,
): Promise<readonly string[]> {
  rmSync(rig.path('kept'), { recursive: true, force: true });
  cpSync(archive, rig.path('kept'), { recursive: true, preserveTimestamps: true });
  try {
    await damage();
    const { said, outcome } = await verifier.verify(archive, options);
    expect([outcome.errors, outcome.warnings]).toEqual([said.length - warnings, warnings]);
    return said;
  } finally {
    rmSync(archive, { recursive: true });
    renameSync(rig.path('kept'), archive);
  }
}

/** An entry is named by its number, or by its file. */
function namedBy(file: string, line: string): boolean {
  if (line.endsWith(` ${file}`) || line.includes(` ${file}:`)) return true;
  return file.startsWith('log/tile/entries/') && / log:\d+$| log\/tile\/entries\/000$/.test(line);
}

/** A partial tile beside a wider one. */
function isSuperseded(file: string): boolean {
  const [folder = '', width = ''] = file.split('.p/');
  return width !== '' && files.some((other) => other.startsWith(`${folder}.p/`) && Number(other.slice(folder.length + 3)) > Number(width));
}

function flip(path: string, offset: number, mask = 1): void {
  const bytes = readFileSync(at(path));
  bytes[offset] = (bytes[offset] ?? 0) ^ mask;
  writeFileSync(at(path), bytes);
}

function swap(a: string, b: string): void {
  renameSync(at(a), at('in-between'));
  renameSync(at(b), at(a));
  renameSync(at('in-between'), at(b));
}

test('an intact archive has no findings, and verification changes nothing', async () => {
  for (const play of [false, true]) {
    const { said, outcome } = await verifier.verify(archive, { play });
    expect(said).toEqual([]);
    expect(outcome).toMatchObject({ bags: 2, bagsWell: 2, recordings: 6, errors: 0, warnings: 0 });
  }
  expect(fingerprint(archive)).toEqual(whole);
});

test('unchanged reports have no findings; deleting one completely is a warning, and an additional file among them is unexpected', async () => {
  const [report = ''] = readdirSync(at('reports'));
  expect(await after(() => writeFileSync(at(`reports/${report}/report.json`), '{}'))).toEqual([`corrupt reports/${report}/report.json`]);
  expect(await after(() => rmSync(at(`reports/${report}/report.html`)))).toEqual([`missing reports/${report}/report.html`]);
  expect(await after(() => rmSync(at('reports'), { recursive: true }), {}, 1)).toEqual([`missing reports/${report}`]);
  expect(await after(() => mkdirSync(at('reports/.longplay-tmp-1')))).toEqual([]);
  expect(await after(() => writeFileSync(at('reports/notes.txt'), ''))).toEqual(['unexpected reports/notes.txt']);
});

test('any flipped bit, truncation, loss or addition in any file is found, and the file is named', async () => {
  const unseen: string[] = [];
  for (const file of files.filter((name) => name !== 'catalog.sqlite')) {
    const was = readFileSync(at(file));
    const other = files.find((name) => name !== file && !readFileSync(at(name)).equals(was)) ?? '';
    const damages: Record<string, () => void> = {
      'first byte': () => flip(file, 0),
      'last byte': () => flip(file, was.length - 1),
      'a byte in the middle': () => flip(file, was.length >> 1, 0x20),
      'a byte of the second quarter': () => flip(file, was.length >> 2, 0x80),
      'cut by half': () => writeFileSync(at(file), was.subarray(0, was.length >> 1)),
      'cut by one': () => writeFileSync(at(file), was.subarray(0, -1)),
      emptied: () => writeFileSync(at(file), ''),
      'a line end added': () => appendFileSync(at(file), '\n'),
      'replaced by another file': () => cpSync(at(other), at(file)),
      deleted: () => rmSync(at(file)),
      'replaced by a folder': () => {
        rmSync(at(file));
        mkdirSync(at(file));
      },
    };
    if (file.startsWith('bags/')) {
      damages['replaced by a link to its own bytes'] = () => {
        writeFileSync(rig.path('elsewhere'), was);
        rmSync(at(file));
        symlinkSync(rig.path('elsewhere'), at(file));
      };
    }
    // Of the second bag, whose files are of the same kinds, and of files read only for their digests, a few.
    const isAlike = file.startsWith(`${bags[1]}/`) || /\/data\/.*\.(?:opus|wav)$/.test(file);
    const kinds = Object.entries(damages).filter(([kind]) => !isAlike || /middle|by one|folder|link/.test(kind));
    // In the short form every other one, the others in the next file.
    const turn = files.indexOf(file);
    const done = kinds.filter((_, index) => everything || (index + turn) % 2 === 0);
    for (const [name, damage] of done) {
      damage();
      const { said, outcome } = await verifier.verify(archive);
      // A line of the log is named by its number.
      const named = said.some((line) => namedBy(file, line));
      // A narrower file of a tile has nothing that the widest does not.
      const counts = !isSuperseded(file) || !['deleted', 'replaced by a folder'].includes(name);
      if (counts && (!named || outcome.errors === 0)) unseen.push(`${file}, ${name}: ${said.join('; ')}`);
      rmSync(at(file), { recursive: true, force: true });
      writeFileSync(at(file), was);
    }
  }
  expect(unseen).toEqual([]);
  expect((await verifier.verify(archive)).said).toEqual([]);
});

test('every single byte of the log, of longplay.json and of the checkpoint counts', async () => {
  const unseen: string[] = [];
  for (const file of ['longplay.json', 'log/checkpoint', ...files.filter((name) => name.startsWith('log/tile/'))]) {
    const was = readFileSync(at(file));
    // The short form takes fewer bytes of a long file.
    const step = everything || was.length < 1_000 ? 193 : 389;
    for (let offset = 0; offset < was.length; offset += step) {
      flip(file, offset, 1 << (offset % 8));
      const { said } = await verifier.verify(archive);
      if (!said.some((line) => namedBy(file, line))) unseen.push(`${file} at ${offset}: ${said.join('; ')}`);
      writeFileSync(at(file), was);
    }
  }
  expect(unseen).toEqual([]);
});

test('a bag that its import had no time to log is a warning, if an unfinished job planned it', async () => {
  const stopped = async (): Promise<void> => {
    // The state when the import had logged only its start.
    const entries: LogEntry[] = [];
    const known = await openArchive(archive);
    for await (const item of readLog(known, calm)) if (item.kind === 'log-entry') entries.push(item);
    rmSync(at('log'), { recursive: true });
    const [made, started] = entries;
    await beginLog(known, made?.detail ?? {}, rig.keys);
    const log = await openLog(known, { now: () => started?.time ?? '', keys: rig.keys });
    await log.append(anyType(started?.type ?? ''), started?.detail ?? {});
    await log.close();
  };
  expect(await after(stopped)).toEqual(bags.map((bag) => `unexpected ${bag}`));
  const plannedBags = new Set(bags.map((bag) => bag.slice('bags/'.length)));
  expect(await after(stopped, { plannedBags }, 2)).toEqual(bags.map((bag) => `unverifiable ${bag}`));
});

test('a bag that is missing, emptied, exchanged, duplicated, strange or older than the landed one is reported as such', async () => {
  const [one = '', two = ''] = bags;
  const landing = (bag: string): string[] => [`swapped ${bag}/tagmanifest-sha256.txt`, `swapped ${bag}/tagmanifest-sha512.txt`];
  expect(await after(() => rmSync(at(one), { recursive: true }))).toEqual([`missing ${one}`]);
  expect(
    await after(() => {
      rmSync(at(one), { recursive: true });
      mkdirSync(at(one));
    }),
  ).toEqual([`missing ${one}`]);
  expect(await after(() => swap(one, two))).toEqual([...landing(one), ...landing(two)]);
  expect(await after(() => cpSync(at(one), at(`${one}-copy`), { recursive: true }))).toEqual([`unexpected ${one}-copy`]);
  expect(await after(() => void mkdirSync(at('bags/2031/20310101-0000000000000000'), { recursive: true }))).toEqual([
    'unexpected bags/2031/20310101-0000000000000000',
  ]);
});

test('manifests rebuilt over an altered file deceive sha256sum and not longplay', async () => {
  const original = files.find((file) => file.endsWith('original-1.wav') && readFileSync(at(file)).length > 100) ?? '';
  const bag = original.split('/').slice(0, 3).join('/');
  const said = await after(async () => {
    flip(original, 100);
    await makeBagAnew(rig, at(bag));
  });
  expect(said).toEqual([`swapped ${bag}/tagmanifest-sha256.txt`, `swapped ${bag}/tagmanifest-sha512.txt`, `corrupt ${original}`]);
});

test('additional files are unexpected anywhere', async () => {
  const [bag = ''] = bags;
  const recording = files.find((file) => file.startsWith(bag) && file.endsWith('recording.json')) ?? '';
  const strange = [
    'notes.txt',
    'bags/notes.txt',
    'bags/2025/notes.txt',
    'log/notes.txt',
    'jobs/notes.txt',
    `${bag}/notes.txt`,
    `${bag}/data/notes.txt`,
    recording.replace('recording.json', 'notes.txt'),
  ];
  for (const path of strange) expect(await after(() => writeFileSync(at(path), 'x'))).toContain(`unexpected ${path}`);
});

test('two exchanged recordings of one bag are reported as exchanged', async () => {
  const [one = '', two = ''] = files.filter((file) => file.endsWith('source-1.csv') && file.startsWith(bags[0] ?? ''));
  const swapped = await after(() => swap(one, two));
  expect(swapped.filter((line) => line.startsWith('swapped'))).toEqual([`swapped ${one}`, `swapped ${two}`]);
});

test('all faults are reported in one run', async () => {
  const [one = '', two = ''] = bags;
  const original = files.find((file) => file.startsWith(two) && file.includes('original-1')) ?? '';
  const document = files.find((file) => file.startsWith(two) && file.endsWith('recording.json') && !file.startsWith(original.slice(0, -15))) ?? '';
  const said = await after(() => {
    rmSync(at(one), { recursive: true });
    flip(original, 0);
    rmSync(at(document));
    rmSync(at('README.txt'));
    flip('longplay.json', 60);
    flip('log/tile/entries/000.p/8', readFileSync(at('log/tile/entries/000.p/8')).length - 20);
    writeFileSync(at('bags/stranger'), '');
    writeFileSync(at('catalog.sqlite'), 'no catalog');
  });
  expect(said).toEqual(
    expect.arrayContaining([
      'missing README.txt',
      'corrupt longplay.json',
      'corrupt log:8',
      'unexpected bags/stranger',
      `missing ${one}`,
      'corrupt catalog.sqlite',
      `corrupt ${original}`,
      `missing ${document}`,
    ]),
  );
});

test('a damaged catalog is detected, or still agrees with the bags', async () => {
  const was = readFileSync(at('catalog.sqlite'));
  const list = async (): Promise<string> => (await rig.run(['list', archive, '--json'])).stdout;
  const said = await list();
  let found = 0;
  for (let offset = 11; offset < was.length; offset += everything ? 997 : 1_993) {
    flip('catalog.sqlite', offset, 1 << (offset % 8));
    const { said: verdicts } = await verifier.verify(archive);
    expect(new Set(verdicts)).toEqual(new Set(verdicts.length > 0 ? ['corrupt catalog.sqlite'] : []));
    if (verdicts.length > 0) found++;
    // Free space of a page: the content is unchanged.
    else if (offset % 11 === 0) expect(await list()).toBe(said);
    for (const part of ['', '-wal', '-shm', '-journal']) rmSync(at(`catalog.sqlite${part}`), { force: true });
    writeFileSync(at('catalog.sqlite'), was);
  }
  // How many of them are in free space depends on the ids, which are new each time.
  expect(found).toBeGreaterThan(4);
  for (const bytes of [Buffer.alloc(0), was.subarray(0, 5000), Buffer.concat([was, Buffer.from('x')]), Buffer.from('nothing like it')])
    expect(await after(() => writeFileSync(at('catalog.sqlite'), bytes))).toEqual(expect.arrayContaining(['corrupt catalog.sqlite']));
  // Derived: it may be deleted.
  expect(await after(() => rmSync(at('catalog.sqlite')))).toEqual([]);
});
