import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecordingDocument, StoredMedium } from '../../src/core/model/recording-document.ts';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

// What a person can do with an archive and general-purpose programs, without longplay: runs the commands of the archive's README files as printed.

let rig: Rig;
/** A copy of the archive without any state of longplay elsewhere. */
let archive: string;
let bags: readonly string[];

/** Originals of formats that free programs read, and some that none reads. */
const originals = [
  ...['raw-mulaw.ulaw', 'raw-mulaw-stereo.ulaw', 'raw-alaw.alaw', 'raw-gsm.gsm', 'raw-oki.vox', 'wave-gsm.wav', 'wave-ima-adpcm-stereo.wav'],
  ...['wave-ms-adpcm.wav', 'wave-pcm-s24le.wav', 'wave-pcm-u8.wav', 'wave-rifx.wav', 'wave-alaw.wav', 'au-mulaw.au', 'aiff-pcm-s16be.aiff'],
  ...['flac.flac', 'voc-mulaw.voc', 'amr-nb.amr', 'wave-mp3.wav', 'wave-g722.wav', 'wave-tag-0041-g728.wav'],
];

beforeAll(async () => {
  rig = createRig();
  mkdirSync(rig.path('source'));
  for (const name of originals) cpSync(join(root, 'samples/formats', name), rig.path('source', name));
  // An unknown coding: the tag of the WAVE file is unassigned.
  const strange = readFileSync(join(root, 'samples/formats/wave-alaw.wav'));
  strange.writeUInt16LE(0x7eef, 20);
  writeFileSync(rig.path('source/strange.wav'), strange);
  const made = await rig.run(['import', rig.path('source'), '--into', 'made', '--importer', 'loose-files', '--access', 'opus']);
  expect(made.code, made.stderr).toBe(3);
  archive = rig.path('copied', 'archive');
  mkdirSync(dirname(archive));
  cpSync(rig.path('made'), archive, { recursive: true });
  rmSync(rig.path('made'), { recursive: true });
  bags = readdirSync(join(archive, 'bags')).flatMap((year) =>
    readdirSync(join(archive, 'bags', year)).map((name) => join(archive, 'bags', year, name)),
  );
  expect(bags.length).toBeGreaterThan(0);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

/** Returns the commands of a text: its lines that begin with four blanks. */
function commandsIn(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^ {4}(\S.*)$/gm)].map(([, command = '']) => command);
}

/** Runs commands as `env -i PATH=/usr/bin:/bin sh`, in a folder of the archive. */
function byHand(commands: readonly string[], cwd: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const env = { PATH: '/usr/bin:/bin' };
  expect(spawnSync('sh', ['-c', 'command -v longplay'], { env, cwd }).status).not.toBe(0);
  return spawnSync('sh', ['-c', commands.join('\n')], { env, cwd, encoding: 'utf8' });
}

/** Returns a command that makes a file below `$OUT`, and the file. */
function makeByHand(command: string, bag: string): { readonly made: string; readonly run: ReturnType<typeof byHand> } {
  const out = rig.path('by-hand');
  mkdirSync(out, { recursive: true });
  const name = /"\$OUT"\/(\S+)$/.exec(command)?.[1];
  if (name === undefined) throw new Error(`${command} writes elsewhere`);
  return { made: join(out, name), run: byHand([`OUT='${out}'`, command], bag) };
}

function documentsOf(bag: string): RecordingDocument[] {
  return readdirSync(join(bag, 'data'))
    .filter((name) => /^[0-9a-f-]{36}$/.test(name))
    .map((id) => JSON.parse(readFileSync(join(bag, 'data', id, 'recording.json'), 'utf8')));
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.trimEnd().split('\n');
}

const isChecking = (command: string): boolean => command.includes('sum ') && command.includes('-c ');

describe('the README of a bag', () => {
  test('has commands that check every file of it, and write nothing into it', () => {
    for (const bag of bags) {
      const before = fingerprint(bag);
      const commands = commandsIn(join(bag, 'data/README.txt'));
      const checking = commands.filter((command) => /^sha(256|512)sum /.test(command));
      expect(checking).toHaveLength(4);
      for (const command of checking) {
        const { status, stdout, stderr } = byHand([command], bag);
        const listed = linesOf(readFileSync(join(bag, command.split(' ').at(-1) ?? ''), 'utf8')).length;
        expect([command, status, stderr, linesOf(stdout).filter((line) => line.endsWith(': OK')).length]).toEqual([command, 0, '', listed]);
      }
      const others = commands.filter((command) => command.startsWith('{ find') || command.startsWith('test ! -e'));
      expect(others).toHaveLength(3);
      for (const command of others) expect([command, byHand([command], bag)]).toMatchObject([command, { status: 0, stdout: '', stderr: '' }]);
      expect(fingerprint(bag)).toEqual(before);
    }
  });

  test('has commands that list the recordings and who spoke', () => {
    for (const bag of bags) {
      const documents = documentsOf(bag);
      const [calls = '', parties = '', ids = ''] = commandsIn(join(bag, 'data/README.txt')).filter((command) => /^(jq|grep) /.test(command));
      const told = (command: string): string[] => {
        const { status, stdout, stderr } = byHand([command], bag);
        expect([command, status, stderr]).toEqual([command, 0, '']);
        return linesOf(stdout);
      };
      const expected = documents.map(({ recordingId }) => recordingId).sort();
      expect(told(calls).map((line) => line.split('\t')[0])).toEqual(expected);
      expect(told(parties)).toHaveLength(documents.reduce((sum, { recording }) => sum + recording.parties.length, 0));
      expect(told(ids).map((line) => /"recordingId": "(.*)"/.exec(line)?.[1])).toEqual(expected);
    }
  });

  test('has commands that convert a copy to WAV, of the recorded length', () => {
    for (const bag of bags) {
      const commands = commandsIn(join(bag, 'data/README.txt')).filter((command) => /^(ffmpeg|opusdec) /.test(command));
      expect(commands).toHaveLength(2);
      for (const command of commands) {
        const path = /data\/\S+\/(access-\S+)/.exec(command);
        const document = documentsOf(bag).find(({ recordingId }) => path?.[0].includes(recordingId));
        const copy = document?.media.flatMap(({ access }) => access ?? []).find((one) => one.path === path?.[1]);
        const { made, run } = makeByHand(command, bag);
        expect([command, run.status]).toEqual([command, 0]);
        expect(copy).toBeDefined();
        const seconds = pcmOf(made, 16).length / 2 / (copy?.channels ?? 0) / rateOf(made);
        expect(seconds).toBeCloseTo((copy?.samples ?? 0) / (copy?.sampleRateHz ?? 1), 3);
        rmSync(made);
      }
    }
  });

  test('has commands that find altered, lost and additional files', () => {
    for (const [damage, finds] of [
      [(bag: string, file: string) => appendFileSync(join(bag, file), 'x'), 2],
      [(bag: string, file: string) => rmSync(join(bag, file)), 3],
      [(bag: string) => writeFileSync(join(bag, 'data/stranger'), ''), 1],
      [(bag: string) => appendFileSync(join(bag, 'formats.txt'), 'x'), 2],
    ] as const) {
      const bag = rig.path('damaged');
      rmSync(bag, { recursive: true, force: true });
      cpSync(bags[0] ?? '', bag, { recursive: true });
      const [id = ''] = readdirSync(join(bag, 'data'));
      damage(bag, `data/${id}/recording.json`);
      const found = commandsIn(join(bag, 'data/README.txt'))
        .filter((command) => isChecking(command) || command.startsWith('{ find'))
        .filter((command) => {
          const { status, stdout } = byHand([command], bag);
          return status !== 0 || linesOf(stdout).some((line) => !line.endsWith(': OK'));
        });
      expect(found).toHaveLength(finds);
    }
  });
});

/** Returns the samples of a WAV file as FFmpeg reads it. */
function pcmOf(wav: string, bits: 16 | 32): Buffer {
  const read = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', wav, '-f', bits === 16 ? 's16le' : 'f32le', '-'], { maxBuffer: 2 ** 27 });
  expect([wav, read.status, read.stderr.toString()]).toEqual([wav, 0, '']);
  return read.stdout;
}

/** The header that both programs write: RIFF, then fmt. */
function rateOf(wav: string): number {
  return readFileSync(wav).readUInt32LE(24);
}

describe('formats.txt of a bag', () => {
  /** Codings whose decoding is specified bit-exactly; FFmpeg's decoders of GSM and IMA ADPCM round differently, those of sox do not. */
  const isExact = (codec: string): boolean => /^(pcm-|mulaw$|alaw$|ima-adpcm$|ms-adpcm$|flac$|gsm)/.test(codec);

  test('has commands by which free programs produce the same samples of the originals as longplay', () => {
    const told: string[] = [];
    const same = new Map<string, boolean>();
    for (const bag of bags) {
      const media = new Map<string, StoredMedium>();
      for (const { recordingId, media: all } of documentsOf(bag)) for (const one of all) media.set(`data/${recordingId}/${one.original.path}`, one);
      const text = readFileSync(join(bag, 'formats.txt'), 'utf8');
      // Every kind of original is present, with its decoder.
      for (const { decoder, codec, format } of media.values())
        for (const part of [decoder, codec?.id, format]) if (part !== null && part !== undefined) expect(text).toContain(part);
      const [folder, ...commands] = commandsIn(join(bag, 'formats.txt'));
      // Calls are readable by their owner only.
      expect(byHand([folder ?? '', 'stat -c %a "$OUT"; rmdir "$OUT"'], bag).stdout).toBe('700\n');
      for (const command of commands) {
        const medium = media.get(/data\/\S+/.exec(command)?.[0] ?? '');
        const { measurement, codec } = medium ?? {};
        const { made, run } = makeByHand(command, bag);
        expect([command, run.status, run.stderr.includes('No such file')]).toEqual([command, 0, false]);
        if (measurement === null || measurement === undefined) throw new Error(`${command} is of an original that was not measured`);
        const pcm = pcmOf(made, measurement.sampleFormat === 's16le' ? 16 : 32);
        const width = measurement.channels * (measurement.sampleFormat === 's16le' ? 2 : 4);
        // Some programs keep the padding of the last block.
        const surplus = pcm.length / width - measurement.samples;
        expect(Math.abs(surplus), command).toBeLessThan(2_500);
        const sha256 = createHash('sha256')
          .update(pcm.subarray(0, width * measurement.samples))
          .digest('hex');
        const which = `${codec?.id} ${/data\/\S+/.exec(command)?.[0]}`;
        if (isExact(codec?.id ?? '')) same.set(which, same.get(which) === true || sha256 === measurement.pcmSha256);
        told.push(`${command.split(' ')[0]} ${codec?.id}`);
        rmSync(made);
      }
      expect(text).toContain('risk         high: no open decoder is known');
    }
    // At least one program produces bit-identical samples.
    expect([...same].filter(([, is]) => !is)).toEqual([]);
    expect(same.size).toBeGreaterThan(9);
    expect(told.filter((one) => one.startsWith('ffmpeg ')).length).toBeGreaterThan(14);
    expect(told.filter((one) => one.startsWith('sox ')).length).toBeGreaterThan(11);
  });
});

describe('the README of an archive', () => {
  /** Whether the commands from one line to another all report OK. */
  const run = (dir: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
    byHand(['set -eu', 'export TMPDIR="$(pwd)/.."', ...commandsIn(join(dir, 'README.txt'))], dir);
  /** The commands for a computer without Python. */
  const byStepIn = (dir: string): ReturnType<typeof run> =>
    byHand(['set -eu', 'export TMPDIR="$(pwd)/.."', ...commandsIn(join(dir, 'README.txt')).filter((one) => !one.startsWith('python3'))], dir);

  test('has commands that check all bags, the log entry of each bag, and the signature of the log', () => {
    const before = fingerprint(archive);
    const { status, stdout, stderr } = run(archive);
    const said = linesOf(stdout);
    const names = bags.map((bag) => bag.slice(archive.length + 1));
    expect([status, stderr]).toEqual([0, '']);
    expect(said[2]).toBe('Everything that was checked is OK.');
    const byStep = said.slice(3);
    expect(byStep.slice(0, 2 * bags.length)).toEqual([...names.map((bag) => `${bag} OK`), ...names.map((bag) => `${bag}/tagmanifest-sha256.txt OK`)]);
    expect(byStep[2 * bags.length]).toBe('Signature Verified Successfully');
    expect(said.at(-1)).toMatch(/"type":"report-kept"$/);
    expect(fingerprint(archive)).toEqual(before);
  });

  test('has commands that find an altered file, an exchanged bag, and an unsigned checkpoint', () => {
    for (const [damage, expected] of [
      [(bag: string) => appendFileSync(join(bag, 'data/README.txt'), 'x'), /data\/README\.txt: FAILED/],
      [(bag: string) => appendFileSync(join(bag, 'tagmanifest-sha256.txt'), `${'0'.repeat(64)}  \n`), /is not in the log/],
      [
        (_: string, dir: string) =>
          writeFileSync(join(dir, 'log/checkpoint'), readFileSync(join(dir, 'log/checkpoint'), 'utf8').replace(/\n(\d+)\n/, '\n1$1\n')),
        /Verification Failure/,
      ],
    ] as const) {
      const dir = rig.path('copied', 'damaged');
      rmSync(dir, { recursive: true, force: true });
      cpSync(archive, dir, { recursive: true });
      damage(join(dir, 'bags', basename(dirname(bags[0] ?? '')), basename(bags[0] ?? '')), dir);
      expect(run(dir)).toMatchObject({ status: 1, stdout: expect.stringMatching(/^FAULTS: /m) });
      const { status, stdout, stderr } = byStepIn(dir);
      expect([status === 0 && !/is not in the log|is missing/.test(stdout), `${stdout}${stderr}`]).toEqual([false, expect.stringMatching(expected)]);
    }
  });

  test('has a command that names a missing bag if there is no Python', () => {
    const dir = rig.path('copied', 'shorter');
    cpSync(archive, dir, { recursive: true });
    rmSync(join(dir, 'bags', basename(dirname(bags[0] ?? '')), basename(bags[0] ?? '')), { recursive: true });
    const listing = commandsIn(join(dir, 'README.txt')).filter((command) => command.includes('bag-landed'));
    expect(byHand(listing, dir).stdout).toMatch(/^bags\/\S+ is missing\n$/);
    expect(byHand(listing, archive).stdout).toBe('');
    expect(run(dir)).toMatchObject({ status: 1, stdout: expect.stringMatching(/^MISSING bags\//) });
  });
});
