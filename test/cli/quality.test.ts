import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { speech, wav } from '../media/medium-rig.ts';
import { createRig } from './rig.ts';

/** Returns the settings of the copies that a conversion makes of sources, by their rate. */
async function settingsBy(rates: readonly number[], ...options: string[]): Promise<Record<string, string>> {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  for (const rate of rates) writeFileSync(rig.path('calls', `${rate}.wav`), wav(speech(rate, 1), rate));
  const { code, lines } = await rig.json(['convert', rig.path('calls'), '--out', rig.path('out'), ...options]);
  expect(code).toBe(0);
  const made = lines.flatMap((line) => (line.type === 'result' ? [line.value as { from: string; settings: string }] : []));
  return Object.fromEntries(made.map(({ from, settings }) => [from.replace('.wav', ''), /(\d+) b\/s/.exec(settings)?.[1] ?? settings]));
}

test('sources of 16 kHz and more get twice the bits of telephone calls, in each grade', async () => {
  const rates = [8_000, 11_025, 16_000, 44_100, 48_000];
  for (const [grade, narrow, wide] of [
    ['small', '16000', '32000'],
    ['standard', '32000', '64000'],
    ['high', '64000', '128000'],
  ] as const) {
    const expected = { 8000: narrow, 11025: narrow, 16000: wide, 44100: wide, 48000: wide };
    expect(await settingsBy(rates, '--quality', grade)).toEqual(expected);
    if (grade === 'standard') expect(await settingsBy(rates)).toEqual(expected);
  }
});

test('a requested bitrate applies to all sources', async () => {
  expect(await settingsBy([8_000, 16_000], '--bitrate', '24000')).toEqual({ 8000: '24000', 16000: '24000' });
});

test('a conversion records the settings of a copy: with another bitrate for wide-band sources it is made again', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('calls', 'wide.wav'), wav(speech(16_000, 1), 16_000));
  const convert = async (...options: string[]): Promise<unknown> =>
    (await rig.json(['convert', rig.path('calls'), '--out', rig.path('out'), ...options])).summary;
  expect(await convert()).toMatchObject({ converted: 1, kept: 0 });
  expect(await convert('--quality', 'standard')).toMatchObject({ converted: 0, kept: 1 });
  expect(await convert('--bitrate', '32000')).toMatchObject({ converted: 1, kept: 0 });
  expect(await convert('--bitrate', '32000')).toMatchObject({ converted: 0, kept: 1 });
});
