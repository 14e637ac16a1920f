import { describe, expect, test } from 'vitest';
import { toolName, version } from '../../../src/core/base/version.ts';
import { createExaminationMemory } from '../../../src/verify/bags/examinations.ts';

const bag = '2024/20240501-00000000000000aa';
const landed = (digest: string) => ({ type: 'bag-landed', detail: { bag, tagManifestSha256: digest } });
const counts = { recordings: 3, audioMs: 20_000, media: 4, sounding: 2 };
const verified = (more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'bag-verified',
  detail: { bag, verdict: 'ok', ...counts, examined: version, entriesSha256: 'e1', ...more },
});
const started = (run: string, tool = toolName) => ({ type: 'verification-started', detail: { run, tool } });
const finished = (catalogSha256: string, run = 'r1') => ({ type: 'verification-finished', detail: { run, catalogSha256 } });

function memoryAfter(...entries: readonly { readonly type: string; readonly detail: Readonly<Record<string, unknown>> }[]) {
  const memory = createExaminationMemory();
  for (const entry of entries) memory.take(entry as Parameters<typeof memory.take>[0]);
  return memory;
}

describe('the memory of examinations', () => {
  test('has what a run found in the state of a bag that landed', () => {
    const found = memoryAfter(landed('d1'), verified()).of(bag);
    expect(found).toEqual({
      ...counts,
      landing: new Map([['tagmanifest-sha256.txt', { algorithm: 'sha256', digest: 'd1' }]]),
      entriesSha256: 'e1',
      catalogSha256: null,
    });
  });

  test.each([
    ['a bag that the log does not name', [verified()]],
    ['a landing without digests', [{ type: 'bag-landed', detail: { bag } }, verified()]],
    ['another version of longplay', [landed('d1'), verified({ examined: `${version}.1` })]],
    ['a run that does not say what it examined', [landed('d1'), verified({ examined: undefined })]],
    ['faults', [landed('d1'), verified({ verdict: 'faults' })]],
    ['faults after an examination', [landed('d1'), verified(), verified({ verdict: 'faults', examined: undefined })]],
    ['a replica', [landed('d1'), verified({ replica: 'far' })]],
    ['counts that are missing', [landed('d1'), verified({ sounding: undefined })]],
    ['no digest of the entries', [landed('d1'), verified({ entriesSha256: undefined })]],
    ['another landing', [landed('d1'), verified(), landed('d2')]],
    ['the same landing again', [landed('d1'), verified(), landed('d1')]],
    ...[
      ...[
        'bag-intended',
        'bag-withdrawn',
        'bag-set-aside',
        'bag-rehashed',
        'bag-repaired',
        'file-repaired',
        'deleted',
        'bag-gone',
        'erasure-intended',
      ],
    ].map((type): [string, { type: string; detail: Record<string, unknown> }[]] => [type, [landed('d1'), verified(), { type, detail: { bag } }]]),
  ])('has nothing for %s', (_, entries) => {
    expect(memoryAfter(...entries).of(bag)).toBe(null);
  });

  test('keeps an examination when a later run could not reach the bag', () => {
    const later = verified({ verdict: 'unreachable', examined: undefined, entriesSha256: undefined });
    expect(memoryAfter(landed('d1'), verified(), later).of(bag)?.entriesSha256).toBe('e1');
  });

  test('names the catalog with which an examination was compared, until its entries are others', () => {
    const known = [landed('d1'), started('r1'), verified(), finished('c1')];
    expect([memoryAfter(...known).catalog(), memoryAfter(...known).of(bag)?.catalogSha256]).toEqual(['c1', 'c1']);
    expect(memoryAfter(...known, verified()).of(bag)?.catalogSha256).toBe('c1');
    expect(memoryAfter(...known, verified({ entriesSha256: 'e2' })).of(bag)?.catalogSha256).toBe(null);
    expect(memoryAfter(...known, verified(), finished('c2')).of(bag)?.catalogSha256).toBe('c2');
  });

  test('does not believe a comparison of the catalog by another version, or by a run beside which another one began', () => {
    const compared = (...runs: readonly ReturnType<typeof started>[]) => memoryAfter(landed('d1'), ...runs, verified(), finished('c1')).catalog();
    expect(compared(started('r1'))).toBe('c1');
    expect([compared(), compared(started('r1', 'longplay 0.0.1')), compared(started('r1'), started('r2'))]).toEqual([null, null, null]);
  });
});
