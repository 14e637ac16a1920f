import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codecMap } from '../../../src/cli/machine/context.ts';
import type { Verdict } from '../../../src/core/model/verdict.ts';
import { type Canary, readCanaries } from '../../../src/media/canaries.ts';
import { type CanaryCheck, checkCanaries } from '../../../src/verify/checks/canaries.ts';
import { poolForTests } from '../../cli/in-process.ts';
import { createRig, type Rig, root } from '../../cli/rig.ts';
import { otherFfmpeg } from '../play-rig.ts';

// Some of the built-in ones with sound, in a folder of their own: test/pipeline/open/canaries.test.ts decodes all of them.
const chosen = ({ codec, rmsDb }: Canary): boolean =>
  ['gsm', 'mulaw', 'mp3', 'aac-adts', 'mp2'].includes(codec) && rmsDb.some((level) => level !== null && level > -50);
let rig: Rig;
let samples: string;
let canaries: readonly Canary[];

beforeAll(() => {
  rig = createRig();
  samples = mkdtempSync(join(tmpdir(), 'longplay-canaries-'));
  canaries = readCanaries(join(root, 'samples')).filter(chosen);
  for (const { file } of canaries) {
    mkdirSync(join(samples, file, '..'), { recursive: true });
    cpSync(join(root, 'samples', file), join(samples, file));
  }
  writeFileSync(join(samples, 'canaries.json'), JSON.stringify(canaries));
});
afterAll(async () => {
  rmSync(samples, { recursive: true });
  await rig[Symbol.asyncDispose]();
});

async function checked(ffmpeg?: string, inPlay: ReadonlySet<string> | null = null): Promise<{ verdicts: Verdict[]; outcome: CanaryCheck }> {
  const signal = new AbortController().signal;
  const pool = poolForTests(2, ffmpeg);
  const verdicts: Verdict[] = [];
  try {
    const events = checkCanaries(samples, { pool, codecs: codecMap(), inPlay }, signal);
    for (let next = await events.next(); ; next = await events.next()) {
      if (next.done === true) return { verdicts, outcome: next.value };
      verdicts.push(next.value);
    }
  } finally {
    await pool.close();
  }
}

const byFfmpeg = (): readonly Canary[] => canaries.filter(({ decoder }) => decoder.startsWith('FFmpeg'));

test('canaries that decode unchanged are counted', async () => {
  expect(canaries.length).toBeGreaterThan(5);
  const { verdicts, outcome } = await checked();
  expect(verdicts).toEqual([]);
  expect(outcome).toMatchObject({ canaries: canaries.length, notDecoded: 0, different: 0 });
  expect(outcome.same + outcome.near).toBe(canaries.length);
});

test('an FFmpeg that decodes differently is an error of the run for each canary that it decodes, by the name of its codec', async () => {
  const { verdicts, outcome } = await checked(otherFfmpeg(rig, 'quieter', { filter: 'volume=-1dB' }));
  expect(outcome).toMatchObject({ different: byFfmpeg().length, notDecoded: 0 });
  expect(verdicts.map(({ code, verdict, severity, path }) => `${code} ${severity} ${verdict} ${path}`).sort()).toEqual(
    byFfmpeg()
      .map(({ codec }) => `V210 error unplayable decoder of ${codec}`)
      .sort(),
  );
  expect(verdicts[0]?.message).toMatch(/^\S.*: canaries\/\S+ decodes differently: decoded by FFmpeg .* dB instead of/);
});

test('without FFmpeg one warning names the codecs that cannot be checked', async () => {
  const { verdicts, outcome } = await checked('none');
  expect(outcome).toMatchObject({ notDecoded: byFfmpeg().length, different: 0, same: canaries.length - byFfmpeg().length });
  const codecs = [...new Set(byFfmpeg().map(({ codec }) => codec))].sort();
  expect(verdicts).toEqual([
    {
      kind: 'verdict',
      verdict: 'unverifiable',
      code: 'V211',
      severity: 'warning',
      path: 'decoders',
      message: `${byFfmpeg().length} canaries of ${codecs.length} codecs were not decoded, FFmpeg is missing: ${codecs.join(', ')}`,
    },
  ]);
});

test('only those of the codecs in use are decoded', async () => {
  const { outcome } = await checked(undefined, new Set(['gsm', 'opus']));
  const wanted = canaries.filter(({ codec }) => codec === 'gsm').length;
  expect([wanted > 0, outcome]).toEqual([true, { canaries: wanted, same: wanted, near: 0, notDecoded: 0, different: 0 }]);
});

test('a damaged canary is not evidence', async () => {
  const [first] = canaries;
  if (first === undefined) throw new Error('no canary');
  const bytes = readFileSync(join(samples, first.file));
  writeFileSync(join(samples, first.file), bytes.subarray(1));
  const { verdicts, outcome } = await checked();
  writeFileSync(join(samples, first.file), bytes);
  expect(outcome.different).toBe(1);
  expect(verdicts[0]?.message).toMatch(/its \d+ bytes differ from the shipped file$/);
});
