import { describe, expect, test } from 'vitest';
import { partiesMeant } from '../../../src/cases/edit/decide.ts';
import { personOf } from '../../../src/core/identity/person.ts';
import { emptyRecording, type Party } from '../../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';

const person = personOf(['+46 8 465 004 17'], '46');
const other = '+46846500418';

/** Role and number of a party. */
type Given = readonly [role: Party['role'], number: string];

/** Returns a recording with these parties. */
function recordingOf(...parties: readonly Given[]): RecordingDocument {
  const { kind: _kind, media: _media, findings: _findings, ...recording } = emptyRecording('asterisk', 'verified', 'key');
  return {
    format: 'longplay-recording',
    version: 1,
    recordingId: '00000000-0000-8000-8000-000000000000',
    supersedes: null,
    fingerprint: 'x',
    site: 'x',
    source: 'x',
    tool: 'longplay',
    recording: {
      ...recording,
      parties: parties.map(([role, number]) => ({ role, phone: parsePhone(number), name: null, agentId: null, device: null })),
    },
    media: [],
    joined: null,
    sources: [],
    findings: [],
  };
}

describe('without a role, a decision is about', () => {
  const own = '+46846500417';
  const meant = (decision: 'is' | 'is-not', ...parties: readonly Given[]): readonly (string | null)[] =>
    partiesMeant(recordingOf(...parties), person, { decision, party: null });

  test('the one party that matches, and is refused if none or several do', () => {
    expect(meant('is', ['caller', other], ['callee', own])).toEqual(['parties[1]']);
    expect(() => meant('is', ['caller', other])).toThrow(expect.objectContaining({ code: 'C160' }));
    expect(() => meant('is', ['caller', own], ['callee', own])).toThrow(expect.objectContaining({ code: 'C160' }));
  });

  test('the recording, if it says that it is not about the person', () => {
    expect(meant('is-not', ['caller', own], ['callee', own])).toEqual([null]);
  });
});

test('a role that several parties have confirms none of them, and excludes each of them', () => {
  const document = recordingOf(['customer', other], ['customer', '+46846500419'], ['agent', other]);
  expect(() => partiesMeant(document, person, { decision: 'is', party: 'customer' })).toThrow(expect.objectContaining({ code: 'C160' }));
  expect(partiesMeant(document, person, { decision: 'is', party: 'parties[1]' })).toEqual(['parties[1]']);
  expect(partiesMeant(document, person, { decision: 'is', party: 'agent' })).toEqual(['parties[2]']);
  expect(partiesMeant(document, person, { decision: 'is-not', party: 'customer' })).toEqual(['parties[0]', 'parties[1]']);
});

test('a recording that concerns the person as a whole has no party that is the person', () => {
  const document = recordingOf(['caller', '+46846500418'], ['agent', '+46846500419']);
  expect(partiesMeant(document, person, { decision: 'concerns', party: null })).toEqual([null]);
  expect(() => partiesMeant(document, person, { decision: 'concerns', party: 'agent' })).toThrow(expect.objectContaining({ code: 'U312' }));
});
