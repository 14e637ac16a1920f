import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mediaTools } from '../../../src/cli/machine/media-tools.ts';
import { type Canary, canaryOf, decodeCanary } from '../../../src/media/canaries.ts';
import type { MediaTools } from '../../../src/media/tools/types.ts';
import { type CanaryOutcome, checkCanaries } from '../../../src/pipeline/open/canaries.ts';
import { declaredCoding, makeCanaries } from '../../formats/make-canaries.ts';

// A program runs for each sample without an entry in canaries.json.

const samples = join(import.meta.dirname, '../../../samples');
const list = join(samples, 'canaries.json');
const never = new AbortController().signal;

let tools: MediaTools;
const made: Canary[] = [];
/** Samples without an entry: their entries are written, so that a new sample takes one run. */
let added: readonly string[] = [];

async function check(
  folder: string,
  canaries: readonly Canary[],
  using: MediaTools = tools,
): Promise<{ outcome: CanaryOutcome; messages: string[] }> {
  const messages: string[] = [];
  const events = checkCanaries(folder, canaries, using, never);
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) return { outcome: next.value, messages };
    if (next.value.type === 'finding') messages.push(`${next.value.code} ${next.value.message}`);
  }
}

/** Files that are wrong on purpose do not measure a decoder. */
const isWhole = (name: string): boolean => !/cut|truncated|short|damaged|encrypted|astray|flipped/.test(name);

beforeAll(async () => {
  tools = await mediaTools({ ffmpeg: null, opus: null });
  makeCanaries();
  const files = ['canaries', 'formats'].flatMap((folder) => readdirSync(join(samples, folder)).map((name) => `${folder}/${name}`));
  const before: Canary[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  const known = new Map(before.map((canary) => [canary.file, canary]));
  for (const file of files.filter(isWhole).sort()) {
    // Existing entries stay, and `doctor --canaries` decodes them in test/cli/formats.test.ts: only missing ones are recorded.
    const canary = known.get(file) ?? canaryOf(file, await decodeCanary(readFileSync(join(samples, file)), file, tools, never, declaredCoding(file)));
    if (canary !== null) made.push(canary);
  }
  added = made.filter(({ file }) => !known.has(file)).map(({ file }) => file);
  const lines = made.map((canary) => `  ${JSON.stringify(canary)}`);
  if (added.length > 0) writeFileSync(list, `[\n${lines.join(',\n')}\n]\n`);
});

describe('the built-in canaries', () => {
  const stored = (): Canary[] => JSON.parse(readFileSync(list, 'utf8'));

  test('are complete: a sample without an entry is recorded once', () => {
    expect(added.map((file) => `${file} had no entry in canaries.json; it is written now: look at it and run again`)).toEqual([]);
  });

  test('are intact samples with sound, in the order of their names', () => {
    expect(stored().map(({ file }) => file)).toEqual(made.map(({ file }) => file));
  });

  /** FFmpeg decodes them, and no available encoder writes them: there is no sample, and `longplay formats` states 0. */
  const withoutFile = ['wmapro', 'wmalossless', 'wmavoice', 'msnsiren', 'siren', 'metasound', 'sipr', 'kelvin', 'ftr'];

  test('include at least one for every codec that is decoded', () => {
    const there = new Set(stored().map(({ codec }) => codec));
    const decodable = [...tools.codecs.values()].filter(({ decode }) => decode.by !== 'nobody').map(({ id }) => id);
    expect(decodable.filter((id) => !there.has(id)).sort()).toEqual([...withoutFile].sort());
  });

  test('are not silent, because a decoder that gives silence would not be noticed otherwise', () => {
    const sounding = new Set(stored().flatMap(({ codec, rmsDb }) => (rmsDb.some((db) => db !== null && db > -50) ? [codec] : [])));
    expect([...new Set(stored().flatMap(({ codec }) => (sounding.has(codec) ? [] : [codec])))]).toEqual([]);
  });
});

describe('a decoder that changed', () => {
  const ours = (): Canary => made.find(({ decoder }) => decoder.startsWith('longplay ')) as Canary;
  const theirs = (): Canary => made.find(({ file }) => file === 'canaries/layer-3.mp3') as Canary;

  test('of longplay is detected by its digest', async () => {
    const { outcome, messages } = await check(samples, [{ ...ours(), pcmSha256: '0'.repeat(64) }]);
    expect(outcome).toMatchObject({ canaries: 1, different: 1 });
    expect(messages[0]).toMatch(/^P180 decoded by longplay .* recorded with/);
  });

  test('of FFmpeg may differ in rounding, and no more', async () => {
    const canary = { ...theirs(), pcmSha256: '0'.repeat(64) };
    expect((await check(samples, [canary])).outcome).toMatchObject({ near: 1, different: 0 });
    const level = canary.rmsDb.map((db) => (db ?? 0) + 1);
    const peaks = canary.peaks.map((peak) => Buffer.from(peak, 'base64').reverse().toString('base64'));
    for (const changed of [{ rmsDb: level }, { peaks }, { samples: canary.samples + 2_000 }, { sampleRateHz: 11_025 }, { codec: 'mulaw' }]) {
      expect((await check(samples, [{ ...canary, ...changed }])).outcome, JSON.stringify(changed)).toMatchObject({ near: 0, different: 1 });
    }
  });

  test('cannot be detected without the program, which is reported', async () => {
    const { outcome, messages } = await check(samples, [theirs(), ours()], { ...tools, ffmpeg: null });
    expect(outcome).toMatchObject({ notDecoded: 1, same: 1, different: 0 });
    expect(messages[0]).toMatch(/^P181 /);
  });
});

describe('a damaged canary', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-canaries-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('or a missing one is reported and not used as evidence', async () => {
    const [canary] = made;
    if (canary === undefined) throw new Error('no canary');
    const missing = await check(folder, [{ ...canary, file: 'gone.wav' }]);
    // A part missing in the installation is not a difference between decoders.
    expect(missing.outcome).toMatchObject({ notDecoded: 1, different: 0 });
    expect(missing.messages).toEqual([expect.stringMatching(/^P181 ENOENT: .*gone\.wav/)]);
    writeFileSync(join(folder, 'short.wav'), readFileSync(join(samples, canary.file)).subarray(1));
    const short = await check(folder, [{ ...canary, file: 'short.wav' }]);
    expect(short.messages[0]).toMatch(/^P180 its \d+ bytes differ from the shipped file/);
  });
});
