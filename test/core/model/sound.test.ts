import { describe, expect, test } from 'vitest';
import { countsAsAudio, hasSound, isSilent, type Outcome, outcomesOf } from '../../../src/core/model/sound.ts';

const channel = (peakDb: number | null) => ({ peakDb, rmsDb: peakDb, clippedSamples: 0, silentShare: 1 });
const peakOf = (sample: number): number => Math.round(2_000 * Math.log10(sample / 32_768)) / 100;

describe('digital silence', () => {
  test.each([
    ['zeros', [null], 's16le', true],
    ['the least of A-law, 8', [peakOf(8)], 's16le', true],
    ['silence of GSM, 16', [peakOf(16)], 's16le', true],
    ['17', [peakOf(17)], 's16le', false],
    ['one channel of two', [null, peakOf(300)], 's16le', false],
    ['both channels', [null, peakOf(16)], 's16le', true],
    ['zeros of more than 16 bits', [null], 'f32le', true],
    ['anything else of more than 16 bits', [-90], 'f32le', false],
  ] as const)('as %s', (_, peaks, sampleFormat, silent) => {
    expect(isSilent({ levels: peaks.map(channel), sampleFormat })).toBe(silent);
  });
});

test('a call has sound if one file of it has; none if all are silent, empty or absent; without decoding it is unknown, and counts as audio', () => {
  const cases: readonly (readonly [readonly Outcome[], string])[] = [
    [[], 'no'],
    [['heard', 'empty'], 'yes'],
    [['heard', 'closed'], 'yes'],
    [['silent', 'empty'], 'no'],
    [['silent'], 'no'],
    [['empty', 'unreadable'], 'unknown'],
    [['closed'], 'unknown'],
  ];
  expect(cases.map(([outcomes]) => hasSound(outcomes))).toEqual(cases.map(([, sound]) => sound));
  expect((['yes', 'unknown', 'no'] as const).map(countsAsAudio)).toEqual([true, true, false]);
});

test('a capture without sound belongs to no call of which another file has sound', () => {
  expect(
    outcomesOf([
      { kind: 'audio', outcome: 'heard' },
      { kind: 'pcap', outcome: 'empty' },
    ]),
  ).toEqual(['heard']);
  expect(outcomesOf([{ kind: 'pcap', outcome: 'empty' }])).toEqual(['empty']);
});
