import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longplayBagRules } from '../../src/archive/bag/check.ts';
import type { Verdict } from '../../src/core/model/verdict.ts';
import { createStrataTally, encodeStrata } from '../../src/log/history/strata.ts';
import { verifyBag } from '../../src/verify/bags/verify-bag.ts';
import type { PlayLevel } from '../../src/verify/play/play-recording.ts';
import { poolForTests } from '../cli/in-process.ts';
import { createRig, type Rig } from '../cli/rig.ts';
import { output } from '../media/programs.ts';
import { alter, type FoundRecording, findRecording, importCalls, makeCalls, makeWholeAnew, otherFfmpeg } from './play-rig.ts';

let rig: Rig;
let archive: string;
/** The bag of all calls of 2019. */
let bag: string;

beforeAll(async () => {
  rig = createRig();
  archive = rig.path('archive');
  await makeCalls(rig);
  await importCalls(rig, archive);
  ({ bag } = findRecording(archive, '1'));
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** Result of playing a bag: `code verdict path`, paths relative to the bag; and its counts. */
async function played(
  folder: string,
  play: PlayLevel,
  ffmpeg?: string,
): Promise<{ said: string[]; verdicts: Verdict[]; strata: string; untried: number; audioMs: number }> {
  const signal = new AbortController().signal;
  const pool = poolForTests(2, ffmpeg);
  const verdicts: Verdict[] = [];
  const strata = createStrataTally();
  let [untried, audioMs] = [0, 0];
  try {
    for await (const event of verifyBag(folder, 'bag', { pool, play, rules: longplayBagRules }, signal)) {
      if (event.kind === 'verdict') verdicts.push(event);
      else {
        for (const stratum of event.strata) strata.add(stratum, stratum);
        untried += event.untried;
        audioMs += event.audioMs;
      }
    }
  } finally {
    await pool.close();
  }
  const said = verdicts.map(({ code, verdict, severity, path }) => `${code} ${severity} ${verdict} ${path.replace('bag/data/', '')}`);
  return { said: said.sort(), verdicts, strata: encodeStrata(strata.list()), untried, audioMs };
}

/** Damages the bag, plays it, and restores it. */
async function damaged<Result>(damage: () => Promise<void>, look: () => Promise<Result>): Promise<Result> {
  const kept = rig.path('kept');
  cpSync(bag, kept, { recursive: true, preserveTimestamps: true });
  try {
    await damage();
    return await look();
  } finally {
    rmSync(bag, { recursive: true });
    renameSync(kept, bag);
  }
}

const inside = (key: string, file: string): string => {
  const { document } = findRecording(archive, key);
  return `${document.recordingId}/${file}`;
};

const wholeStrata = ['alaw', 'gsm', 'mp3', 'opus', 'pcm-s16le'].map((codec) => `${codec}/generic/2019=1/0`).join(' ');

describe('an unchanged archive', () => {
  test('plays without a finding, and each recording counts in its stratum', async () => {
    // Copies of four, of 4 s, 4 s, 4 s and 2 s, and the Opus that needs none; then five originals in addition.
    expect(await played(bag, 'copies')).toMatchObject({ said: [], strata: wholeStrata, untried: 0, audioMs: 18_000 });
    expect(await played(bag, 'all')).toMatchObject({ said: [], strata: wholeStrata, untried: 0, audioMs: 14_000 + 18_000 });
    expect(await played(bag, 'none')).toMatchObject({ said: [], strata: '', untried: 0 });
  });

  test('has a call without a date in the year of its import', async () => {
    expect((await played(findRecording(archive, '5').bag, 'all')).strata).toBe('mp3/generic/2024?=1/0');
  });

  test('has copies of the length that FFmpeg plays, with their decoders', () => {
    for (const key of ['1', '2', '3', '6']) {
      const { folder, document } = findRecording(archive, key);
      const access = document.media[0]?.access ?? null;
      const raw = output('ffprobe', '-v', 'error', '-of', 'csv=p=0', '-show_entries', 'stream=duration_ts', join(folder, access?.path ?? ''));
      // Ogg Opus counts at 48 kHz, pre-skip included or not by the version of FFmpeg.
      const at48k = (access?.samples ?? 0) * (48_000 / (access?.sampleRateHz ?? 1));
      expect(Number(raw) - at48k, key).toBeGreaterThanOrEqual(0);
      expect(Number(raw) - at48k, key).toBeLessThanOrEqual(48_000 * 0.02);
      expect(access?.decoded?.decoder, key).toMatch(/^libopus \d/);
    }
  });
});

describe('a file that was altered with every digest of it, so that sha256sum accepts it,', () => {
  const alterations: readonly [what: string, key: string, file: string, said: string, change: (bytes: Buffer) => Buffer, message: RegExp][] = [
    ['one bit of one sample', '1', 'original-1.wav', 'V201', (bytes) => flipped(bytes, 20_000), /^decoded by longplay \S+ pcm-s16le, as before; /],
    ['the last frame cut off', '2', 'original-1.gsm', 'V201', (bytes) => bytes.subarray(0, -33), /; 31840 samples instead of 32000/],
    [
      'frames of zeros in the middle',
      '3',
      'original-1.mp3',
      'V201',
      (bytes) => Buffer.concat([bytes.subarray(0, 8_000), Buffer.alloc(1_200), bytes.subarray(9_200)]),
      /^decoded by FFmpeg \S+ mp3, as before; /,
    ],
    [
      'text in place of sound',
      '3',
      'original-1.mp3',
      'V200',
      () => Buffer.from('no sound at all, '.repeat(1_000)),
      /no format recognises it any more/,
    ],
    ['another coding declared for it', '6', 'original-1.vox', 'V201', (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0x80)), /waveform|samples/],
  ];
  test.each(alterations)('as %s of call %s, is found if originals are played, and not otherwise', async (_, key, file, code, change, message) => {
    await damaged(
      () => alter(rig, findRecording(archive, key), file, change),
      async () => {
        expect((await played(bag, 'copies')).said).toEqual([]);
        const { said, verdicts, strata } = await played(bag, 'all');
        expect(said).toEqual([`${code} error unplayable ${inside(key, file)}`]);
        expect(verdicts[0]?.message).toMatch(message);
        const codec = findRecording(archive, key).document.media[0]?.codec?.id;
        expect(strata).toBe(wholeStrata.replace(`${codec}/generic/2019=1/0`, `${codec}/generic/2019=0/1`));
      },
    );
  });

  test('as a copy exchanged for that of another call of the same length, is found whenever copies are played', async () => {
    const other = findRecording(archive, '2');
    await damaged(
      () => alter(rig, findRecording(archive, '1'), 'access-1.opus', () => readFileSync(join(other.folder, 'access-1.opus'))),
      async () => {
        expect((await played(bag, 'none')).said).toEqual([]);
        const { said, verdicts } = await played(bag, 'copies');
        expect(said).toEqual([`V204 error unplayable ${inside('1', 'access-1.opus')}`]);
        expect(verdicts[0]?.message).toMatch(/^decoded by libopus \S+, as before; .*waveform/);
      },
    );
  });

  test('as a copy that lost its end, is detected by its pages and by its length', async () => {
    await damaged(
      () => alter(rig, findRecording(archive, '1'), 'access-1.opus', (bytes) => bytes.subarray(0, bytes.lastIndexOf('OggS'))),
      async () => {
        const { said, strata } = await played(bag, 'copies');
        expect([...new Set(said)]).toEqual([
          `V120 error unplayable ${inside('1', 'access-1.opus')}`,
          `V121 error unplayable ${inside('1', 'access-1.opus')}`,
        ]);
        expect(strata).toContain('pcm-s16le/generic/2019=0/1');
      },
    );
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

test('copies made by libopus are played by FFmpeg if libopus is missing, and stay within the limits', async () => {
  process.env.LONGPLAY_LIBOPUS = 'none';
  try {
    const { said, strata } = await played(bag, 'copies');
    expect(said.filter((line) => line !== 'V203 warning ok bag')).toEqual([]);
    expect(strata.replaceAll('=1/0/1', '=1/0')).toBe(wholeStrata);
  } finally {
    delete process.env.LONGPLAY_LIBOPUS;
  }
});

describe('an FFmpeg', () => {
  const byFfmpeg = (code: string): string[] =>
    [`${code} error unplayable ${inside('3', 'original-1.mp3')}`, `${code} error unplayable ${inside('4', 'original-1.opus')}`].sort();
  const failedStrata = wholeStrata.replace(/(mp3|opus)\/generic\/2019=1\/0/g, '$1/generic/2019=0/1');

  test('that plays a decibel less is detected by all that it decodes, and affects nothing else', async () => {
    const { said, verdicts, strata } = await played(bag, 'all', otherFfmpeg(rig, 'quieter', { filter: 'volume=-1dB', version: '99.1' }));
    expect(said).toEqual(byFfmpeg('V201'));
    expect(verdicts[0]?.message).toMatch(/^decoded by FFmpeg 99\.1 \S+, earlier by FFmpeg \S+ \S+; level -\S+ dB instead of -\S+ dB/);
    expect(strata).toBe(failedStrata);
  });

  test('that drops a second is detected by the length', async () => {
    const { said, verdicts } = await played(bag, 'all', otherFfmpeg(rig, 'shorter', { filter: 'atrim=start=1' }));
    expect(said).toEqual(byFfmpeg('V201'));
    expect(verdicts.map(({ message }) => message).sort()).toEqual([
      expect.stringMatching(/mp3, as before; 48\d\d\d samples instead of 64000/),
      expect.stringMatching(/opus, as before; 144000 samples instead of 192000/),
    ]);
  });

  test('that fails is reported, once the second attempt has failed as well', async () => {
    expect(await played(bag, 'all', otherFfmpeg(rig, 'failing', { filter: 'nosuchfilter' }))).toMatchObject({
      said: byFfmpeg('V200'),
      strata: failedStrata,
    });
  });

  test('of another version that rounds differently is one warning of each kind, and its recordings count as played', async () => {
    const rounding = { filter: 'volume=-0.2dB', version: '99.1' };
    const { said, verdicts, strata } = await played(bag, 'all', otherFfmpeg(rig, 'rounding', rounding));
    expect(said).toEqual(['V202 warning ok bag', 'V202 warning ok bag']);
    expect(verdicts[0]?.message).toMatch(
      /^1 original with other samples .* within tolerance: decoded by FFmpeg 99\.1 \S+, earlier by FFmpeg \S+ \S+; the first is/,
    );
    expect(strata).toBe(wholeStrata.replace(/(mp3|opus)\/generic\/2019=1\/0/g, '$1/generic/2019=1/0/1'));
    // The same version has no reason to.
    expect((await played(bag, 'all', otherFfmpeg(rig, 'lying', { filter: 'volume=-0.2dB' }))).said).toEqual(byFfmpeg('V201'));
  });

  test('of the same version on a processor without vector units, which rounds differently, is a warning and not a fault', async () => {
    const { said, verdicts, strata } = await played(bag, 'all', otherFfmpeg(rig, 'plain-processor', { cpuFlags: '0' }));
    expect(said).toEqual(['V202 warning ok bag']);
    expect(verdicts[0]?.message).toMatch(/decoded by FFmpeg \S+ mp3, as before; the first is/);
    expect(strata).toBe(wholeStrata.replace('mp3/generic/2019=1/0', 'mp3/generic/2019=1/0/1'));
  });

  test('of another version with the same samples is not mentioned', async () => {
    expect(await played(bag, 'all', otherFfmpeg(rig, 'same', { version: '99.1' }))).toMatchObject({ said: [], strata: wholeStrata });
  });

  test('that is missing leaves its recordings untried: neither played nor failed', async () => {
    const { said, verdicts, strata, untried } = await played(bag, 'all', 'none');
    expect(said).toEqual(['V205 warning unverifiable bag', 'V205 warning unverifiable bag']);
    expect(verdicts[0]?.message).toMatch(
      /^1 original not decoded: only FFmpeg decodes (mp3|opus), and it is not installed; the first is bag\/data\//,
    );
    expect(strata).toBe(wholeStrata.replace(/(mp3|opus)\/generic\/2019=1\/0 /g, ''));
    expect(untried).toBe(2);
  });

  test('that was missing at the import and is present now is not a fault', async () => {
    await importCalls(rig, rig.path('without'), { LONGPLAY_FFMPEG: 'none' });
    const without = findRecording(rig.path('without'), '3');
    expect(without.document.media[0]).toMatchObject({ measurement: null, accessReason: 'no FFmpeg' });
    expect(await played(without.bag, 'all')).toMatchObject({
      said: [],
      strata: wholeStrata.replace(/(mp3|opus)\/generic\/2019=1\/0 /g, ''),
      untried: 0,
    });
  });
});

describe('a document of an earlier version', () => {
  /** As written before copies and declarations were recorded. */
  async function madeOld({ folder, document }: FoundRecording): Promise<void> {
    const media = document.media.map(({ declared: _declared, access, ...medium }) => {
      const { decoded: _decoded, ...old } = access ?? {};
      return { ...medium, access: access === null ? null : old };
    });
    writeFileSync(join(folder, 'recording.json'), JSON.stringify({ ...document, media }));
  }

  test('plays as well: declarations are recognised by their basis, copies by their length', async () => {
    await damaged(
      async () => {
        for (const key of ['1', '2', '3', '6']) await madeOld(findRecording(archive, key));
        await makeWholeAnew(rig, bag);
      },
      async () => expect(await played(bag, 'all')).toMatchObject({ said: [], strata: wholeStrata }),
    );
  });
});
