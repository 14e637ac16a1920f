import { expect, test } from 'vitest';
import type { CaseDecision } from '../../../src/archive/documents/case-json.ts';
import { knownParties } from '../../../src/cases/person/known-parties.ts';
import { recordingEntry } from '../../../src/cases/timeline/entry.ts';
import { gapsOf } from '../../../src/cases/timeline/gaps.ts';
import type { People, RegisteredValue } from '../../../src/core/identity/people.ts';
import type { Party } from '../../../src/core/model/recording.ts';
import type { RecordingDocument, StoredMedium } from '../../../src/core/model/recording-document.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { parseTime } from '../../../src/tables/values/time.ts';
import { plainDocument } from '../../archive/plain-document.ts';

const time = (text: string) => parseTime(text, { zone: null, format: 'iso' });
const party = (number: string | null, name: string | null, agentId: string | null = null): Party => ({
  role: 'unknown',
  phone: number === null ? null : parsePhone(number),
  name,
  agentId,
  device: null,
});

/** A minute of a call, with or without audio. */
function call(number: number, sound: boolean, parties: readonly Party[], site = 'default', at = '2025-10-06T09:00'): RecordingDocument {
  const said = {
    callStart: time(`${at}:00Z`),
    callEnd: time(`${at}:59Z`),
    parties,
    reconciliation: { status: sound ? 'matched' : 'row-without-audio', rule: '' },
  };
  const media = [{ audioStart: null, measurement: { durationMs: 60_000 }, codec: null, side: 'mixed', path: 'a.wav' }] as unknown as StoredMedium[]; // the members that a time line reads
  return { ...plainDocument(number, said as Partial<RecordingDocument['recording']>), site, media: sound ? media : [] };
}

function lost(
  documents: readonly RecordingDocument[],
  {
    subject = null,
    decisions = [],
    people = null,
  }: { subject?: readonly string[] | null; decisions?: readonly CaseDecision[]; people?: People | null } = {},
): number {
  const known = knownParties({ country: '46', subject, decisions }, people);
  return gapsOf(
    documents.map((document) => recordingEntry(document, known)),
    [],
    known,
  ).lost;
}

test('calls of one of two namesakes cover no gap of the other, whether a number, an id or a third call distinguishes them', () => {
  const anna = [party('+46701740605', 'Anna Berg')];
  expect(lost([call(1, false, anna), call(2, true, [party('070-174 06 05', 'Berg, Anna')])])).toBe(0);
  expect(lost([call(1, false, [party(null, 'Anna Berg')]), call(2, true, [party(null, 'Berg, Anna')])])).toBe(0);
  expect(lost([call(1, false, anna), call(2, true, [party('+46701740699', 'Anna Berg')])])).toBe(1);
  expect(lost([call(1, false, [party(null, 'Anna Berg', 'agent-7')]), call(2, true, [party(null, 'Anna Berg', 'agent-9')])])).toBe(1);
  expect(
    lost([
      call(1, false, [party(null, 'Anna Berg')]),
      call(2, true, [party(null, 'Anna Berg')]),
      ...['+46701740605', '+46701740699'].map((number, at) => call(3 + at, true, [party(number, 'Anna Berg')], 'default', '2025-10-07T09:00')),
    ]),
  ).toBe(1);
  // One desk, two persons.
  expect(lost([call(1, false, [party('+468100100', 'Anna Berg')]), call(2, true, [party('+468100100', 'Bo Ek')])])).toBe(1);
});

test('a decision joins identities that nothing else joins, and separates those that a number joins', () => {
  const rows = [call(1, false, [party(null, null, 'line 3'), party('+46701740611', null)]), call(2, true, [party('+46701740605', 'Anna Berg')])];
  const [asked, decided] = rows as [RecordingDocument, RecordingDocument];
  const decide = (recordingId: string, decision: 'is' | 'is-not'): CaseDecision => ({
    recordingId,
    party: 'parties[0]',
    decision,
    reason: 'her voice',
    at: '',
    by: null,
  });
  const subject = ['+46701740605', 'Anna Berg'];
  expect(lost(rows, { subject })).toBe(1);
  expect(lost(rows, { subject, decisions: [decide(asked.recordingId, 'is')] })).toBe(0);
  const same = [call(3, false, [party('+46701740605', null)]), decided];
  expect(lost(same, { subject })).toBe(0);
  expect(lost(same, { subject, decisions: [decide(same[0]?.recordingId ?? '', 'is-not')] })).toBe(1);
});

test('a register joins an extension and a name within its period, separates the same extension at two sites, and gives a site its country', () => {
  const value = (kind: RegisteredValue['kind'], text: string, site: string | null = null): RegisteredValue => ({
    ...{ kind, text, site, place: `${kind}s 1` },
    period: kind === 'extension' ? { fromMs: Date.UTC(2025, 8, 1), toMs: Date.UTC(2025, 9, 26) } : null,
  });
  const people: People = {
    countries: { london: '44' },
    persons: [
      { key: 'anna', values: [value('name', 'Anna Berg'), value('extension', '1001', 'stockholm')] },
      { key: 'bo', values: [value('name', 'Bo Ek'), value('extension', '1001', 'london')] },
      { key: 'cia', values: [value('number', '+447700900123'), value('name', 'Cia Alm')] },
    ],
    lines: [],
  };
  const rows = [call(1, false, [party('1001', null)], 'stockholm'), call(2, true, [party(null, 'Anna Berg')], 'london')];
  expect([lost(rows), lost(rows, { people })]).toEqual([1, 0]);
  const sites = [call(1, false, [party('1001', null)], 'stockholm'), call(2, true, [party('1001', null)], 'london')];
  expect([lost(sites), lost(sites, { people })]).toEqual([0, 1]);
  const late = [
    call(1, false, [party('1001', null)], 'stockholm', '2025-11-03T09:00'),
    call(2, true, [party(null, 'Anna Berg')], 'london', '2025-11-03T09:00'),
  ];
  expect(lost(late, { people })).toBe(1);
  const foreign = [call(1, false, [party('07700900123', null)], 'london'), call(2, true, [party('+447700900123', null)])];
  expect([lost(foreign), lost(foreign, { people })]).toEqual([1, 0]);
});
