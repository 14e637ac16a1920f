import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import type { Format } from '../../src/core/model/format.ts';
import type { PipelineEvent } from '../../src/pipeline/events/events.ts';
import { identify } from '../../src/pipeline/read/identify.ts';
import { createRig, type Rig } from '../cli/rig.ts';
import { formatSaying, never, speech, wav } from '../media/medium-rig.ts';

/** A WAVE file with changed fields in its header. */
function withHeader(fields: { readonly rateHz?: number; readonly channels?: number; readonly bits?: number }, seconds = 1): Buffer {
  const file = Buffer.from(wav(speech(8_000, seconds), 8_000));
  if (fields.rateHz !== undefined) file.writeUInt32LE(fields.rateHz, 24);
  if (fields.channels !== undefined) file.writeUInt16LE(fields.channels, 22);
  if (fields.bits !== undefined) {
    file.writeUInt16LE(fields.bits, 34);
    file.writeUInt16LE(fields.bits / 8, 32);
    file.writeUInt32LE(((fields.rateHz ?? 8_000) * fields.bits) / 8, 28);
  }
  return file;
}

/** Impossible headers, each with the name of its file and its finding. */
const hostile: readonly (readonly [name: string, file: Buffer, code: string, message: string])[] = [
  ['rate-1', withHeader({ rateHz: 1 }), 'M140', 'the header states a rate of 1 Hz, outside 1000 to 768000 Hz'],
  ['rate-999', withHeader({ rateHz: 999 }), 'M140', 'the header states a rate of 999 Hz, outside 1000 to 768000 Hz'],
  ['rate-999999-of-8-bits', withHeader({ rateHz: 999_999, bits: 8 }), 'M140', 'the header states a rate of 999999 Hz, outside 1000 to 768000 Hz'],
  ['rate-2-31', withHeader({ rateHz: 2 ** 31 }), 'M140', 'the header states a rate of 2147483648 Hz, outside 1000 to 768000 Hz'],
  ['rate-2-32', withHeader({ rateHz: 2 ** 32 - 1 }), 'M140', 'the header states a rate of 4294967295 Hz, outside 1000 to 768000 Hz'],
  [
    'channels-65535',
    withHeader({ channels: 65_535 }),
    'M107',
    'WAVE tag 0x0001 (PCM): 65535 channels: no verified decoder for this coding: the original is kept and described, no access copy is made',
  ],
];

interface Line {
  readonly type: string;
  readonly code?: string;
  readonly severity?: string;
  readonly place?: string;
  readonly message?: string;
}

/** Errors of a run, as place, code and message, sorted. */
function errorsOf(lines: readonly Record<string, unknown>[]): string[] {
  // Lines of `--json` are ours.
  return (lines as unknown as Line[])
    .filter(({ type, severity }) => type === 'finding' && severity === 'error')
    .map(({ code, place, message }) => `${place} ${code} ${message}`)
    .sort();
}

const good = Buffer.from(wav(speech(8_000, 2), 8_000));

function sourceOf(rig: Rig, files: readonly (readonly [name: string, bytes: Uint8Array, ...rest: string[]])[]): string {
  mkdirSync(rig.path('calls'));
  for (const [name, bytes] of [['first', good] as const, ...files, ['last', good] as const]) writeFileSync(rig.path('calls', `${name}.wav`), bytes);
  return rig.path('calls');
}

/** Originals, and copies, that sha256sum verifies against the manifest of the only bag. */
async function bagged(rig: Rig, archive: string): Promise<{ originals: number; copies: number }> {
  const { stdout } = await rig.exec('bash', ['-c', `cd "${archive}"/bags/*/* && sha256sum --strict -c manifest-sha256.txt`]);
  const listed = stdout.split('\n').filter((line) => line.endsWith(': OK'));
  const named = (pattern: RegExp): number => listed.filter((line) => pattern.test(line)).length;
  return { originals: named(/original-/), copies: named(/access-/) };
}

describe('headers that state impossible values', () => {
  const errors = hostile.map(([name, , code, message]) => `${name}.wav ${code} ${message}`);
  const reasons = hostile.map(([name, , code]) => `${name}.wav P160 was not converted: ${code === 'M140' ? 'out of bounds' : 'no decoder'}`);

  test.each(['wav', 'opus'])('cost a conversion to %s only their own copies, and a rerun ends the same', async (access) => {
    await using rig = createRig();
    const source = sourceOf(rig, hostile);
    for (const [converted, kept] of [
      [2, 0],
      [0, 2],
    ]) {
      const { code, lines, summary } = await rig.json(['convert', source, '--out', rig.path('out'), '--access', access]);
      expect(code).toBe(3);
      expect(errorsOf(lines)).toEqual([...errors, ...reasons].sort());
      expect(summary).toMatchObject({ converted, kept, notConverted: hostile.length });
    }
  });

  test.each(['wav', 'opus'])('are kept by an import with %s copies, which lands them beside the others', async (access) => {
    await using rig = createRig();
    const source = sourceOf(rig, hostile);
    const archive = rig.path('archive');
    const { code, lines } = await rig.json(['import', source, '--into', archive, '--access', access]);
    expect(code).toBe(3);
    expect(errorsOf(lines)).toEqual([...errors].sort());
    expect(await bagged(rig, archive)).toEqual({ originals: hostile.length + 2, copies: 2 });
    expect((await rig.run(['verify', archive, '--play'])).code).toBe(0);
    expect((await rig.run(['import', source, '--into', archive, '--access', access])).stdout).toContain('Nothing new');
  });

  test('are reported by identify and survey before, which do not count their hours', async () => {
    await using rig = createRig();
    const source = sourceOf(rig, hostile);
    const { code, lines, summary } = await rig.json(['identify', source]);
    expect(code).toBe(3);
    expect(summary).toMatchObject({ files: hostile.length + 2, identified: hostile.length + 2, decodable: 2 });
    const reasonsGiven = lines.flatMap((line) =>
      line.type === 'result' ? (line.value as { tracks: { reason: string | null }[] }).tracks.map(({ reason }) => reason) : [],
    );
    expect(reasonsGiven.filter((reason) => reason?.startsWith('a rate of ') === true)).toHaveLength(5);
    const survey = await rig.run(['survey', source]);
    expect(survey.code).toBe(0);
    expect(survey.stdout).toContain('6 tracks without a decoder here');
    expect(survey.stdout).toMatch(/ 2 {2}WAVE tag 0x0001 \(PCM\) +\d+\.\d kB +4\.0 s +decoded by longplay/);
  });

  test('are overridden by a declaration', async () => {
    await using rig = createRig();
    const source = sourceOf(rig, [['rate-1', withHeader({ rateHz: 1 })]]);
    const { code, lines, summary } = await rig.json(['convert', source, '--out', rig.path('out'), '--declare', '*rate-1.wav=pcm-s16le,8000']);
    expect({ code, errors: errorsOf(lines) }).toEqual({ code: 0, errors: [] });
    expect(summary).toMatchObject({ converted: 3, notConverted: 0 });
  });
});

/** The mark in the samples of a file that triggers the fault. */
const mark = Buffer.from('FAULT-IN-THIS-FILE');

/** A module that each thread loads first: once a thread has read the mark, `fails` of the replaced function behaves like a bug. No code of longplay knows of it. */
function faultModule(target: string, name: string, act: string, always = false): string {
  return `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
let armed = false;
const { readSync } = fs;
fs.readSync = (file, bytes, ...rest) => {
  const read = readSync(file, bytes, ...rest);
  if (!isMainThread && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(${JSON.stringify(mark.toString())})) {
    armed = true;
    ${always ? act : ''}
  }
  return read;
};
syncBuiltinESMExports();
const inner = ${target}.${name};
${target}.${name} = function (...args) {
  if (armed) {
    armed = false;
    ${always ? '' : act}
  }
  return inner.apply(this, args);
};
`;
}

const marked = Buffer.from(good);
mark.copy(marked, 2_000);

/** Environment of a run whose threads load the fault first. */
function withFault(rig: Rig, text: string): Record<string, string> {
  const file = rig.path('fault.mjs');
  writeFileSync(file, text);
  return { NODE_OPTIONS: `--import ${pathToFileURL(file).href}` };
}

const throws = "throw new RangeError('made by the test');";
const faults: readonly (readonly [what: string, module: string, message: RegExp, found: string, measured: boolean])[] = [
  // Levels are reported in dB when a file is measured to its end.
  ['a bug in measuring', faultModule('Math', 'log10', throws), /^RangeError: made by the test at .+, .+\.m?js:\d+$/, 'M141', false],
  // The header of a WAV copy, into which sizes are written.
  [
    'a bug in an encoder',
    faultModule('DataView.prototype', 'setUint32', throws),
    /^while the copy was made: RangeError: made by the test at .+, .+\.m?js:\d+$/,
    'M141',
    true,
  ],
  [
    'the death of its thread',
    faultModule('Math', 'log10', 'process.exit(9);'),
    /^two worker threads crashed on the recording \(worker thread ended with code 9\); it is stored without being examined$/,
    'M142',
    false,
  ],
];

describe.each(faults)('%s', (_what, module, message, found, measured) => {
  test('is reported for its file, which an import keeps without a copy; all others are done, and the run ends with 3', async () => {
    await using rig = createRig();
    const source = sourceOf(rig, [['bad', marked]]);
    const archive = rig.path('archive');
    const env = withFault(rig, module);
    const { code, lines, summary } = await rig.json(['import', source, '--into', archive, '--access', 'wav'], env);
    const errors = (lines as unknown as Line[]).filter(({ type, severity }) => type === 'finding' && severity === 'error');
    expect(errors).toMatchObject([{ code: found, place: 'bad.wav', message: expect.stringMatching(message) }]);
    expect({ code, imported: summary.imported, notPlayable: summary.notPlayable }).toEqual({ code: 3, imported: 3, notPlayable: 1 });
    expect(await bagged(rig, archive)).toEqual({ originals: 3, copies: 2 });
    expect((await rig.run(['verify', archive, '--play'])).code).toBe(0);
    // The next run has nothing to do, and does not reach the file again.
    expect((await rig.run(['import', source, '--into', archive, '--access', 'wav'], { env })).stdout).toContain('Nothing new');
    const { stdout } = await rig.exec('bash', ['-c', `cat "${archive}"/bags/*/*/data/*/recording.json`]);
    const documents = stdout.match(/"accessReason": ?"[^"]*"/g);
    expect(documents).toEqual([`"accessReason": "${measured ? 'copy could not be made' : 'internal error'}"`]);
  });

  test('costs a conversion only that file, and occurs again in the next run', async () => {
    await using rig = createRig();
    const source = sourceOf(rig, [['bad', marked]]);
    const env = withFault(rig, module);
    for (const [converted, kept] of [
      [2, 0],
      [0, 2],
    ]) {
      const { code, lines, summary } = await rig.json(['convert', source, '--out', rig.path('out'), '--access', 'wav'], env);
      expect(code).toBe(3);
      expect(summary).toMatchObject({ converted, kept, notConverted: 1 });
      expect(errorsOf(lines).every((line) => line.startsWith('bad.wav '))).toBe(true);
      expect(errorsOf(lines).at(-1)).toContain('P160 was not converted: ');
    }
    expect(readFileSync(rig.path('out', 'manifest-sha256.txt'), 'utf8')).not.toContain('bad.');
  });
});

test('a file that kills every thread that reads it is left out and reported, and the others are imported', async () => {
  await using rig = createRig();
  const source = sourceOf(rig, [['bad', marked]]);
  const archive = rig.path('archive');
  const env = withFault(rig, faultModule('Math', 'log10', 'process.exit(9);', true));
  const { code, lines, summary } = await rig.json(['import', source, '--into', archive], env);
  expect(errorsOf(lines)).toEqual([
    'bad.wav P111 two worker threads crashed on it (worker thread ended with code 9); the recording was not imported',
  ]);
  expect({ code, imported: summary.imported, notImported: summary.notImported }).toEqual({ code: 3, imported: 2, notImported: 1 });
  // Without the fault the same command imports it.
  const again = await rig.json(['import', source, '--into', archive]);
  expect({ code: again.code, imported: again.summary.imported }).toEqual({ code: 0, imported: 1 });
});

test('a bug in a format costs identify only that file', async () => {
  await using rig = createRig();
  const source = sourceOf(rig, [['bad', good]]);
  const failing = formatSaying(() => ({}));
  const identifying: Format = {
    ...failing,
    identify: async (_bytes, { name }) => {
      if (name === 'bad.wav') throw new TypeError('made by the test');
      return null;
    },
  };
  const tools = {
    formats: [identifying, ...formats],
    codecs: new Map(codecs.map((codec) => [codec.id, codec])),
    temporary: tmpdir(),
    clockMs: () => 0,
  };
  const told = ['bad.wav M109 identification stopped: made by the test'];
  const identified = await ended(identify([source], tools, never));
  expect(identified).toMatchObject({ outcome: { files: 3, identified: 2, decodable: 2, unreadable: 1 }, errors: told });
});

/** How a pipeline ended, and its findings about media. */
async function ended<Outcome>(events: AsyncGenerator<PipelineEvent, Outcome>): Promise<{ outcome: Outcome; errors: string[] }> {
  const errors: string[] = [];
  let next = await events.next();
  for (; next.done !== true; next = await events.next())
    if (next.value.type === 'finding' && next.value.code.startsWith('M')) errors.push(`${next.value.place} ${next.value.code} ${next.value.message}`);
  return { outcome: next.value, errors };
}
