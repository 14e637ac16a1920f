import { expect, test } from 'vitest';
import { createErasureDebts, debtFindings } from '../../../src/log/history/erasure-debts.ts';
import type { LoggedStep } from '../../../src/log/history/logged-step.ts';

type Entry = readonly [type: string, detail: LoggedStep['detail']];

/** Returns which replicas have pending erasures, and which of them have not followed the request whose last entry is the last of these. */
function owing(...entries: readonly Entry[]): readonly [all: readonly string[], request: readonly string[]] {
  const debts = createErasureDebts();
  for (const [at, [type, detail]] of entries.entries()) debts.take({ seq: at + 1, time: '2026-12-01T12:00:00.000Z', type, detail });
  return [[...debts.of.keys()], debts.owing(entries.length)];
}

const added: Entry = ['replica-added', { replica: 'second' }];
const sealed: Entry = ['bag-landed', { bag: '2026/a', making: '00' }];
const fromPages: Entry = ['recordings-erased', { request: '11', marks: 'a', pages: '00:2' }];
const fromBag: Entry = ['recordings-erased', { request: '11', marks: 'a', bag: '2026/a' }];
const executed: Entry = ['erasure-executed', { request: '11', recordings: 1 }];
const carried: Entry = ['erasure-carried', { replica: 'second', bags: 0 }];

test('a replica of a sealed archive has nothing pending for recordings whose secrets were destroyed, even if that was repeated', () => {
  expect(owing(sealed, added, fromPages, executed)).toEqual([[], []]);
  const report: Entry = ['report-erased', { job: 'x' }];
  expect(owing(sealed, added, report, fromPages, executed)).toEqual([['second'], ['second']]);
  expect(owing(sealed, added, report, fromPages, executed, carried)).toEqual([[], []]);
  // All copies of the keyring were rolled back, and the next run has destroyed the secrets again: the replica has nothing of them.
  expect(owing(sealed, added, report, fromPages, executed, carried, fromPages)).toEqual([[], []]);
  // Nor for recordings that were in no bag any more.
  expect(owing(sealed, added, ['recordings-erased', { request: '11', marks: 'a' }], executed)).toEqual([[], []]);
});

test('a replica of a sealed archive has pending what was erased from a case: it has only states of the case whose secrets are destroyed', () => {
  const messages: Entry = ['messages-erased', { request: '11', case: 'c', messages: 1, marks: 'a' }];
  const changed = (deed: string): Entry => ['case-changed', { case: 'c', deed, page: '01' }];
  expect(owing(sealed, added, messages)).toEqual([['second'], ['second']]);
  expect(owing(sealed, added, messages, changed('messages-erased'), executed)).toEqual([['second'], ['second']]);
  expect(owing(sealed, added, messages, changed('messages-erased'), executed, carried)).toEqual([[], []]);
  // Messages that a backup brought back are in the ledger already.
  expect(owing(sealed, added, changed('messages-erased'))).toEqual([['second'], ['second']]);
  expect(owing(sealed, added, changed('recordings-erased'), fromPages, executed)).toEqual([['second'], ['second']]);
  expect(owing(sealed, added, changed('recordings-erased'), fromPages, executed, carried)).toEqual([[], []]);
  expect(owing(sealed, added, changed('messages-added'))).toEqual([[], []]);
});

test('an erasure is pending for a replica of an open archive until the replica has carried it out, and again for restored data', () => {
  expect(owing(added, fromBag, executed)).toEqual([['second'], ['second']]);
  expect(owing(added, fromBag, executed, carried)).toEqual([[], []]);
  expect(owing(added, fromBag, executed, carried, fromBag)).toEqual([['second'], ['second']]);
  expect(owing(fromBag, executed, added)).toEqual([['second'], ['second']]);
  expect(owing(added, fromBag, executed, ['replica-removed', { replica: 'second' }])).toEqual([[], []]);
  // A recording that the archive had lost may still be on the replica.
  expect(owing(added, ['recordings-erased', { request: '11', marks: 'a' }], executed)).toEqual([['second'], ['second']]);
});

test('a sealing is pending for a replica until the replica has followed, in addition to erasures', () => {
  const begun: Entry = ['sealing-begun', { page: '00', bags: 1 }];
  const resealed: Entry = ['bag-landed', { bag: '2026/a', making: '00', seals: true }];
  const finished: Entry = ['sealing-finished', { bags: 1 }];
  const owed = (...entries: readonly Entry[]): readonly unknown[] => {
    const debts = createErasureDebts();
    for (const [at, [type, detail]] of entries.entries()) debts.take({ seq: at + 1, time: '2026-12-01T12:00:00.000Z', type, detail });
    return [...debts.of.values()].map((debt) => [debt.erases, debt.seals, [...debtFindings(debt)].map(({ code }) => code).join(' ')]);
  };
  expect(owed(added, begun)).toEqual([[false, true, 'K218']]);
  // It followed while the archive was being sealed, and lacks what was sealed later.
  expect(owed(added, begun, carried, resealed)).toEqual([[false, true, 'K218']]);
  expect(owed(added, begun, resealed, finished, carried)).toEqual([]);
  expect(owed(added, fromBag, executed, begun, finished)).toEqual([[true, true, 'E120 K218']]);
  expect(owed(begun, resealed, finished, added)).toEqual([[false, true, 'K218']]);
  // It still has the open bag of a recording whose secrets were destroyed since.
  expect(owing(added, begun, resealed, finished, fromPages, executed)).toEqual([['second'], ['second']]);
  // A bag that was created sealed is pending for no replica.
  expect(owed(added, sealed)).toEqual([]);
});
