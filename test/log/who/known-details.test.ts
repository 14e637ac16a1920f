import { expect, test } from 'vitest';
import { knownDetails } from '../../../src/log/who/known-details.ts';

const entry = { seq: 3, time: 't', detail: { detailsSha256: 'd' }, erasedBy: null };
const reader = (found: Readonly<Record<string, unknown>> | null) => ({ of: async () => found });

test('details that are not known are erased only if an entry of the log says so', async () => {
  expect(await knownDetails(entry, reader({ text: 'a' }))).toEqual({ details: { text: 'a' }, unknown: null });
  expect(await knownDetails({ ...entry, erasedBy: 7 }, reader({ text: 'a' }))).toEqual({ details: null, unknown: { why: 'erased', erasedBy: 7 } });
  expect(await knownDetails(entry, reader(null))).toEqual({ details: null, unknown: { why: 'lost', erasedBy: null } });
  expect(await knownDetails(entry, reader({ sealed: true }))).toEqual({ details: null, unknown: { why: 'closed', erasedBy: null } });
  expect(await knownDetails({ ...entry, detail: {} }, reader(null))).toEqual({ details: null, unknown: { why: 'none', erasedBy: null } });
});
