import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finding } from '../../../src/core/findings/finding.ts';
import { emptyRecording, type ReconciliationStatus, type Recording, reconciliationStatuses } from '../../../src/core/model/recording.ts';
import type { StoredMedium } from '../../../src/core/model/recording-document.ts';
import { settle, statusAfter } from '../../../src/pipeline/read/settle-status.ts';
import { recordingDocument } from '../../archive/recording-documents.ts';

const documents = fc.sample(recordingDocument, { numRuns: 200, seed: 3 });
const some = documents.flatMap(({ media }) => media).find(({ measurement }) => measurement !== null);
const measured = some?.measurement;
if (some === undefined || measured === undefined || measured === null) throw new Error('no medium with samples');

function medium(more: Partial<StoredMedium>): StoredMedium {
  const original = { path: 'original-1.wav', sizeBytes: 100, sha256: '', sha512: '' };
  return {
    ...(some as StoredMedium),
    kind: 'audio',
    original,
    state: 'ok',
    accessReason: null,
    codec: null,
    measurement: null,
    findings: [],
    ...more,
  };
}
const heard = (seconds: number): StoredMedium =>
  medium({ measurement: { ...measured, samples: seconds * 8_000, sampleRateHz: 8_000, durationMs: seconds * 1_000 } });
const closed = medium({ state: 'undecodable', accessReason: 'encrypted', findings: [finding('F330', 'a.ds2', 'no password')] });
const unknown = medium({ state: 'unknown', accessReason: 'unknown format' });
const empty = medium({
  original: { path: 'original-1.wav', sizeBytes: 0, sha256: '', sha512: '' },
  state: 'header-only',
  accessReason: 'no samples',
});
const nothingDecoded = medium({ state: 'undecodable', accessReason: 'no samples', findings: [finding('M120', 'a.wav', '0 samples')] });
const headerOnly = medium({ state: 'header-only', accessReason: 'no samples' });
const damaged = medium({ state: 'damaged', accessReason: 'no samples', findings: [finding('F304', 'a.m4a', 'no index')] });

function joinedAs(status: ReconciliationStatus, seconds: number | null = null): Recording {
  return {
    ...emptyRecording('test', 'verified', '1'),
    durationDeclared: seconds === null ? null : { ms: seconds * 1_000, raw: `${seconds}`, unit: 's' },
    reconciliation: { status, rule: 'file name' },
  };
}

describe('the final status of a recording', () => {
  test.each([
    ['sound', [heard(3)], 'matched', null],
    ['no file at all', [], 'matched', null],
    ['a screen recording alone', [medium({ kind: 'screen' })], 'matched', null],
    ['an encrypted file', [closed], 'encrypted-no-key', '1 of 1 audio file: encrypted'],
    ['an unknown file', [unknown], 'unreadable-audio', '1 of 1 audio file: unknown format'],
    ['a damaged file', [damaged], 'unreadable-audio', '1 of 1 audio file: no samples'],
    ['one side of two unknown', [heard(3), unknown], 'unreadable-audio', '1 of 2 audio files: unknown format'],
    ['one encrypted, one unknown', [closed, unknown], 'encrypted-no-key', '1 of 2 audio files: encrypted'],
    ['0 bytes', [empty], 'zero-audio', '1 of 1 audio file: 0 bytes'],
    ['only headers, and coded bytes without a sample', [headerOnly, nothingDecoded], 'zero-audio', '2 of 2 audio files: no samples'],
    ['one side of two without sound', [heard(3), headerOnly], 'matched', null],
  ] as const)('after %s', (_, media, status, reason) => {
    expect(settle(joinedAs('matched'), media)).toEqual({ status, rule: 'file name', joined: 'matched', reason });
  });

  test('is decided by the length if the join is certain, and by the join if not', () => {
    const long = [heard(30)];
    const reason = 'the audio lasts 30.0 s, its row says 10.0 s';
    for (const status of reconciliationStatuses) {
      const isSure = status === 'matched' || status === 'matched-by-window';
      expect(settle(joinedAs(status, 10), long)).toEqual({
        status: isSure ? 'audio-length-differs' : status,
        rule: 'file name',
        joined: status,
        reason: isSure ? reason : null,
      });
    }
    // A short side is reported with its file; the call is as long as its longest side.
    expect(settle(joinedAs('matched', 30), [heard(30), heard(3)]).status).toBe('matched');
    // Undecodable audio has no length.
    expect(settle(joinedAs('matched', 30), [unknown]).status).toBe('unreadable-audio');
  });

  test('is one of the sixteen, and never claims sound that is absent', () => {
    expect(new Set(reconciliationStatuses).size).toBe(16);
    const outcome = fc.constantFrom('heard', 'empty', 'closed', 'unreadable');
    fc.assert(
      fc.property(fc.constantFrom(...reconciliationStatuses), fc.array(outcome, { maxLength: 4 }), (status, outcomes) => {
        const after = statusAfter(status, outcomes);
        expect(reconciliationStatuses).toContain(after);
        if (outcomes.length > 0 && !outcomes.includes('heard')) expect(['zero-audio', 'unreadable-audio', 'encrypted-no-key']).toContain(after);
        if (outcomes.every((one) => one === 'heard')) expect(after).toBe(status);
      }),
    );
  });
});
