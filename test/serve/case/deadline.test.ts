import { expect, test } from 'vitest';
import { parseCase } from '../../../src/archive/documents/case-json.ts';
import { pageCase } from '../../../src/serve/case/view.ts';

test('the page of a case shows its deadline, the days left, and whether a hand-over met it', () => {
  const stamp = { reason: 'x', at: '2026-01-01T00:00:00.000Z', by: null };
  const document = parseCase({
    format: 'longplay-case',
    version: 1,
    id: '20260101-00000000',
    archive: 'a',
    title: 't',
    createdAt: stamp.at,
    createdBy: null,
    country: null,
    subject: null,
    recordings: [],
    messages: [],
    deadlines: [{ due: '2026-01-31', ...stamp }],
  });
  if (typeof document === 'string') throw new Error(document);
  const at = (now: string, ...handedOver: string[]) =>
    pageCase(
      {
        caseEntries: () => handedOver.map((time, index) => ({ seq: index + 1, time, type: 'exported', detail: {}, erasedBy: null })),
        // Only the clock is read.
        caseTools: { now: () => now } as Parameters<typeof pageCase>[0]['caseTools'],
      },
      document,
    ).deadline;
  expect(at('2026-01-30T23:00:00.000Z')).toEqual({ due: '2026-01-31', daysLeft: 1, isMet: false });
  expect(at('2026-02-03T00:00:00.000Z')).toEqual({ due: '2026-01-31', daysLeft: -3, isMet: false });
  expect(at('2026-02-03T00:00:00.000Z', '2026-01-15T00:00:00.000Z')).toEqual({ due: '2026-01-31', daysLeft: -3, isMet: true });
});
