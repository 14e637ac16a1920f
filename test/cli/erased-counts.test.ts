import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approved } from './erasure-rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

// Numbers of files and audio after files of recordings were erased alone: what is present, and what was erased.

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

const how = ['--zone', 'Europe/Stockholm', '--no-keep-tables', '--join-sides'];

/** Imports the sample: 7 originals of 6 recordings, a copy of each that has sound, and one of two joined sides. */
async function imported(archive: string, sealing: string): Promise<void> {
  expect((await run('import', asterisk.folder, '--into', archive, ...how, sealing)).code).toBe(0);
  expect((await run('erase', 'make-key', `${archive}.pem`)).code).toBe(0);
  expect((await run('erase', 'add-approver', archive, `${archive}.pem`, '--name', 'anna')).code).toBe(0);
}

async function erased(archive: string, ...which: readonly string[]): Promise<void> {
  await approved(rig, archive, which, `${archive}.pem`);
  expect((await run('erase', 'run', archive)).code).toBe(0);
  // Otherwise the catalog would differ from the documents (V106).
  for (const how of [[], [], ['--play']])
    expect(await run('verify', archive, ...how)).toMatchObject({ code: 0, stdout: expect.not.stringMatching(/V106|V212|V134/) });
}

async function totals(archive: string, ...query: readonly string[]): Promise<unknown> {
  const { summary } = await rig.json(['list', archive, ...query]);
  const { recordings, originals, copies, durationMs, erasedFiles } = summary;
  return { recordings, originals, copies, durationMs, erasedFiles };
}

test.each(['open', 'sealed'] as const)(
  'lists, reports, the statement and pages count only files that are there, and name the erased ones, in an archive that is %s',
  async (kind) => {
    await imported(kind, `--${kind}`);
    const whole = { recordings: 6, originals: 7, copies: 7, durationMs: 14_000, erasedFiles: 0 };
    expect(await totals(kind)).toEqual(whole);
    expect((await run('list', kind)).stdout).not.toContain('erased');
    const bytes = async (): Promise<unknown> => (await rig.json(['list', kind, '--text', '46701740605'])).summary.originalBytes;
    expect(await bytes()).toBe(3 * 48_044);
    await erased(kind, '--text', '46701740605', '--only', 'originals');
    const withoutOriginals = { ...whole, originals: 4, erasedFiles: 3 };
    expect(await totals(kind)).toEqual(withoutOriginals);
    expect(await totals(kind, '--text', '46701740605')).toEqual({ recordings: 1, originals: 0, copies: 4, durationMs: 3_000, erasedFiles: 3 });
    expect(await bytes()).toBe(0);
    expect((await run('list', kind)).stdout).toMatch(/: 4 originals of .*, 7 copies of .* 14\.0 s of audio; 3 audio files were erased\.$/m);
    // Its copies give sound: a sample may draw it.
    expect((await rig.json(['verify', kind, '--sample', '9'])).summary.sample).toMatchObject({ population: 4, drawn: 4, played: 4 });
    // An amendment refers to files in the first bag.
    const amended = await run('import', asterisk.folder, '--into', kind, ...how, '--zone', 'Europe/London', '--amend');
    expect(amended.stdout).toContain('Described 6 archived recordings again');
    expect(await totals(kind)).toEqual(withoutOriginals);
    await erased(kind, '--text', '46701740605', '--only', 'copies');
    const gone = { recordings: 6, originals: 4, copies: 3, durationMs: 11_000, erasedFiles: 7 };
    expect(await totals(kind)).toEqual(gone);
    // The length of the call stays known.
    expect((await run('list', kind, '--text', '46701740605')).stdout).toMatch(
      / 3\.0 s [\s\S]*: 0 originals of 0 B, 0 copies of 0 B, 0\.0 s of audio; 7 audio files were erased\.$/m,
    );
    expect((await rig.json(['verify', kind, '--sample', '9'])).summary.sample).toMatchObject({ population: 3, drawn: 3, played: 3 });
    // An amendment of the amendment.
    expect((await run('import', asterisk.folder, '--into', kind, ...how, '--amend')).stdout).toContain('Described 6 archived recordings again');
    expect(await totals(kind)).toEqual(gone);
    for (const again of [[], [], ['--play']]) expect((await run('verify', kind, ...again)).code).toBe(0);
    expect((await run('catalog', 'rebuild', kind)).code).toBe(0);
    expect(await totals(kind)).toEqual(gone);
    const out = rig.path(`report-${kind}`);
    const report = await run('report', kind, '--out', out);
    expect(report.stdout).toContain('4 originals of');
    expect(report.stdout).toContain('11.0 s of audio; 7 audio files were erased.');
    expect(report.stdout).toContain('3 of 6 recordings with audio.');
    const read = (name: string): Record<string, unknown> =>
      JSON.parse(readFileSync(rig.path(`report-${kind}`, name), 'utf8')) as Record<string, unknown>; // as it was written
    expect(read('report.json')).toMatchObject({
      totals: { originals: 4, copies: 3, durationMs: 11_000, erasedFiles: 7 },
      calls: { withAudio: 3, durationMs: 11_000 },
    });
    expect(readFileSync(rig.path(`report-${kind}`, 'report.html'), 'utf8')).toMatch(/7<\/[^>]+>[^<]*<[^>]+>audio files erased/);
    const { codecs, playable } = read('statement.json') as { codecs: { codec: string; recordings: number }[]; playable: { recordings: number } }; // as it was written
    expect([codecs.map(({ codec, recordings }) => [codec, recordings]), playable.recordings]).toEqual([
      [
        ['gsm', 1],
        ['gsm-ms', 1],
        ['pcm-s16le', 1],
      ],
      3,
    ]);
    if (kind === 'open') {
      expect((await run('viewer', kind)).code).toBe(0);
      const index = readFileSync(rig.path(kind, 'viewer/data/index.js'), 'utf8');
      expect(index).toMatch(/\\"durationMs\\":11000|"durationMs":11000/);
    }
    // No audio of the archive is left: that is no mute archive (V212).
    await erased(kind, '--text', '46701740606', '--only', 'original-1.wav');
    for (const files of ['originals', 'copies'])
      for (const number of ['0701740698', '46701740607', '46701740609']) await erased(kind, '--text', number, '--only', files);
    expect(await totals(kind)).toEqual({ recordings: 6, originals: 0, copies: 0, durationMs: 0, erasedFiles: 14 });
  },
);
