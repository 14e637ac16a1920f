import { describe, expect, test } from 'vitest';
import { emptyRecording, type Recording, type TimeValue } from '../../../src/core/model/recording.ts';
import { lengthFinding } from '../../../src/pipeline/read/audio-length.ts';

function at(second: number, more: Partial<TimeValue> = {}): TimeValue {
  const utc = new Date(Date.UTC(2019, 2, 12, 10, 0, second)).toISOString();
  return { raw: utc, utc, local: null, offsetMin: 0, zone: null, precision: 's', basis: 'epoch', certainty: 'exact', candidates: [], ...more };
}

function recording(more: Partial<Recording>): Recording {
  return { ...emptyRecording('test', 'verified', '1'), reconciliation: { status: 'matched', rule: 'test' }, ...more };
}

const declared = (seconds: number, of?: 'audio' | 'call'): Pick<Recording, 'durationDeclared'> => ({
  durationDeclared: { ms: seconds * 1_000, raw: `${seconds}`, unit: 's', ...(of === undefined ? {} : { of }) },
});
const event = (type: Recording['events'][number]['type'], mediaEffect: Recording['events'][number]['mediaEffect']): Pick<Recording, 'events'> => ({
  events: [{ type, at: null, lengthMs: null, mediaEffect, raw: '' }],
});
const said = (one: Recording, seconds: number): string | null => {
  const found = lengthFinding(one, 'a.wav', seconds * 1_000);
  return found === null ? null : `${found.code} ${found.message}`;
};

describe('audio compared with the duration of the call', () => {
  test.each([
    ['as long', 100, 100, null],
    ['longer by rounding', 10, 12, null],
    ['longer by 5 %', 100, 105, null],
    ['longer by more than 2 s and 5 %', 100, 105.1, 'P121'],
    ['longer by more than 2 s', 10, 12.1, 'P121'],
    ['half of it', 100, 50, null],
    ['less than half', 100, 49.9, 'P120'],
    ['less than half of a very short duration', 3, 1.1, null],
  ])('%s', (_, row, heard, code) => {
    expect(said(recording(declared(row)), heard)?.slice(0, 4) ?? null).toBe(code);
    expect(said(recording(declared(row, 'call')), heard)?.slice(0, 4) ?? null).toBe(code);
  });

  test('ringing, and the time before the recorder began, is subtracted', () => {
    const call = { ...declared(60), callStart: at(0) };
    expect(said(recording({ ...call, callAnswer: at(40) }), 10)).toBeNull();
    expect(said(recording({ ...call, callAnswer: at(40) }), 9)).toBe(
      'P120 the audio lasts 9.0 s, its row says 60.0 s, 40.0 s of them before it begins',
    );
    const medium = { path: 'a.wav', kind: 'audio', side: 'mixed', channels: [], audioStart: null } as const;
    expect(said(recording({ ...call, media: [{ ...medium, audioStart: at(45) }] }), 8)).toBeNull();
    expect(said(recording({ ...call, media: [{ ...medium, startOffsetMs: 45_000 }] }), 8)).toBeNull();
    expect(said(recording({ ...call, media: [medium] }), 8)).toMatch(/^P120/);
    // A time in minutes does not show seconds.
    expect(said(recording({ ...call, callAnswer: at(40, { precision: 'min' }) }), 10)).toMatch(/^P120/);
  });

  test('an event that cuts audio explains missing time, one that leaves it intact does not', () => {
    for (const type of ['hold', 'pause', 'mask', 'record-stop'] as const)
      for (const effect of ['cut', 'gap', 'split', 'unknown'] as const)
        expect(said(recording({ ...declared(100), ...event(type, effect) }), 10)).toBeNull();
    for (const effect of ['silence', 'none'] as const) expect(said(recording({ ...declared(100), ...event('pause', effect) }), 10)).toMatch(/^P120/);
    expect(said(recording({ ...declared(100), ...event('tag', 'unknown') }), 10)).toMatch(/^P120/);
    // It makes nothing longer.
    expect(said(recording({ ...declared(100), ...event('pause', 'cut') }), 200)).toMatch(/^P121/);
  });

  test('start and end of the call are used if no duration is declared', () => {
    expect(said(recording({ callStart: at(0), callEnd: at(100) }), 200)).toBe('P121 the audio lasts 200.0 s, its row says 100.0 s');
    expect(said(recording({ callStart: at(0), callEnd: at(100, { utc: null }) }), 200)).toBeNull();
    expect(said(recording({ callStart: at(100), callEnd: at(0) }), 200)).toBeNull();
    expect(said(recording({}), 200)).toBeNull();
    expect(said(recording(declared(0)), 200)).toBeNull();
  });

  test('rows that share their audio, and parts of a call, are not judged', () => {
    for (const status of ['shared-audio', 'split-audio'] as const)
      expect(said(recording({ ...declared(100), reconciliation: { status, rule: '' } }), 10)).toBeNull();
  });
});

describe('audio compared with the duration that the recorder states for the audio itself', () => {
  test.each([
    ['as long', 600, 600, null],
    ['off by 2 s', 60, 58, null],
    ['off by 1 %', 600, 594, null],
    ['shorter', 600, 593.9, 'P122 the audio lasts 593.9 s, 6.1 s less than the 600.0 s that the recorder measured for the audio itself'],
    ['longer', 60, 62.5, 'P122 the audio lasts 62.5 s, 2.5 s more than the 60.0 s that the recorder measured for the audio itself'],
  ])('%s', (_, row, heard, words) => {
    expect(said(recording(declared(row, 'audio')), heard)).toBe(words);
    // No event explains it: what was cut from the audio is not in its duration.
    expect(said(recording({ ...declared(row, 'audio'), ...event('pause', 'cut') }), heard)).toBe(words);
    expect(said(recording({ ...declared(row, 'audio'), reconciliation: { status: 'shared-audio', rule: '' } }), heard)).toBe(words);
  });
});
