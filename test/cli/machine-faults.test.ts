import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everything } from '../faults/trials.ts';
import { cli, createRig, type Rig, root } from './rig.ts';

/** Things that a machine may lack, and how the test removes them. */
interface Lack {
  readonly without?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** File descriptors. */
  readonly descriptors?: number;
}

const lacks: Readonly<Record<string, Lack>> = {
  'the binding of SQLite': { without: 'better-sqlite3-node20' },
  koffi: { without: 'koffi' },
  'fluent-ffmpeg': { without: 'fluent-ffmpeg' },
  FFmpeg: { env: { LONGPLAY_FFMPEG: 'none' } },
  libopus: { env: { LONGPLAY_LIBOPUS: 'none' } },
  'FFmpeg and libopus': { env: { LONGPLAY_FFMPEG: 'none', LONGPLAY_LIBOPUS: 'none' } },
  'every program of PATH': { env: { PATH: '/nonexistent' } },
  'the folder of keys': { env: { LONGPLAY_KEYS: '/dev/null/keys' } },
  'a home that can be written': { env: { HOME: '/proc/self', XDG_CONFIG_HOME: '/proc/self', LONGPLAY_KEYS: '' } },
  'a folder for temporary files': { env: { LONGPLAY_TMPDIR: '/dev/null/temporary', TMPDIR: '/dev/null/temporary' } },
  'file descriptors': { descriptors: 32 },
};

/** Missing programs that only decoding needs. */
const asksNoProgram = /ffmpeg|libopus/i;

/** What `doctor` reports for those without which nothing, or not everything, can be imported. */
const named: Readonly<Record<string, RegExp>> = {
  'the binding of SQLite': /MISSING +SQLite .*npm rebuild better-sqlite3-node20 --ignore-scripts=false/,
  FFmpeg:
    /MISSING +FFmpeg .*apt-get install ffmpeg[\s\S]*works +import +14 small[\s\S]*works +verify and play[\s\S]*works +search[\s\S]*NOT TRIED +FFmpeg +28 of 42/,
  'FFmpeg and libopus': /MISSING +libopus .*apt-get install libopus0[\s\S]*works +import +14 small[\s\S]*NOT TRIED +FFmpeg/,
  'a folder for temporary files': /FAILED +temporary files +\/dev\/null/,
};

let rig: Rig;
beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'made', '--zone', 'Europe/Stockholm'])).code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** An installation with a missing package. */
function installedWithout(name: string): string {
  const folder = rig.path(`installed without ${name}`);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const beside of ['samples', 'importers', 'docs']) symlinkSync(join(root, beside), join(folder, beside));
  mkdirSync(join(folder, 'node_modules'));
  for (const one of readdirSync(join(root, 'node_modules')))
    if (one !== name) symlinkSync(join(root, 'node_modules', one), join(folder, 'node_modules', one));
  return join(folder, 'dist/bin/longplay.js');
}

/** Log entries that report a fault of an archive. */
async function faultsInLog(archive: string): Promise<unknown[]> {
  const { lines } = await rig.json(['log', 'list', archive]);
  return lines
    .map(({ value }) => value as { readonly type?: string; readonly detail?: Readonly<Record<string, unknown>> } | undefined)
    .filter((entry) => entry?.type === 'verification-finished' || entry?.type === 'bag-verified')
    .filter((entry) => Number(entry?.detail?.errors ?? 0) > Number(entry?.detail?.unreachable ?? 0) || entry?.detail?.verdict === 'faults');
}

test.each(Object.entries(lacks))('without %s no fault of an archive is reported or logged', async (name, lack) => {
  const archive = `archive of ${name}`;
  cpSync(rig.path('made'), rig.path(archive), { recursive: true });
  // A log that a copy has not continued is an older one.
  rig.forget();
  const program = lack.without === undefined ? cli : installedWithout(lack.without);
  const commands = [
    ['verify', archive, '--play', '--originals'],
    ['list', archive],
    ['log', 'verify', archive],
    // They read no sound, and so start no program.
    ...(asksNoProgram.test(name)
      ? []
      : [
          ['search', archive, '2001'],
          ['report', archive],
          ['watch', archive],
          ['catalog', 'rebuild', archive],
        ]),
    ['export', archive, '--all', '--out', `taken from ${name}`],
    ['import', join(root, 'samples/asterisk-normal'), '--into', archive, '--zone', 'Europe/Stockholm'],
  ];
  const wrong: string[] = [];
  // In the short form the commands alternate: each meets every fourth missing thing.
  const turn = Object.keys(lacks).indexOf(name);
  const tried = commands.filter(([command], index) => everything || command === 'verify' || command === 'import' || (index + turn) % 4 === 0);
  for (const args of tried) {
    const env = { ...process.env, LONGPLAY_KEYS: rig.keys, ...lack.env };
    const limit = lack.descriptors === undefined ? [] : [`ulimit -n ${lack.descriptors}`];
    const { code, stdout, stderr } = await rig.exec(
      '/bin/sh',
      ['-c', [...limit, 'exec "$@"'].join('; '), 'sh', process.execPath, program, ...args],
      rig.folder,
      env,
    );
    const said = stdout + stderr;
    // 3: a copy could not be made or played here; 5: the machine. Never 1, which is a bug, nor 4, which is the archive.
    if (![0, 3, 5].includes(code ?? -1) || /\bcorrupt\b|NODE_MODULE_VERSION|unexpected failure/.test(said))
      wrong.push(`${args[0]} ends with ${code}: ${said.slice(0, 400)}`);
  }
  expect(wrong).toEqual([]);
  // The doctor reports what every import needs; without the rest it works like all commands.
  if (name in named) {
    const { code, stdout } = await rig.exec(process.execPath, [program, 'doctor'], rig.folder, { ...process.env, ...lack.env });
    expect([code, named[name]?.test(stdout)]).toEqual([5, true]);
  }
  expect(await faultsInLog(archive)).toEqual([]);
  expect((await rig.run(['verify', archive])).code).toBe(0);
});
