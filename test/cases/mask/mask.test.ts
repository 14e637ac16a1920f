import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskFor } from '../../../src/cases/mask/mask.ts';
import { createNameIndex } from '../../../src/cases/mask/name-forms.ts';
import type { CaseMessage } from '../../../src/cases/messages/message.ts';
import { nameWordsOf } from '../../../src/cases/messages/party-marks.ts';
import { personOf } from '../../../src/core/identity/person.ts';
import type { Party } from '../../../src/core/model/recording.ts';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { root } from '../../cli/rig.ts';

const names = fc.constantFrom('Bo Ekström', 'Éric Dùpont', 'Maria de la Cruz', 'Łukasz Żuk', "O'Brien, Pat", 'Trader Zwei');
const numbers = fc.integer({ min: 600, max: 699 }).map((end) => `+447700900${end}`);
const others = fc.record({ name: names, number: numbers, agentId: fc.integer({ min: 70_000, max: 99_999 }).map((id) => `ag${id}`) });
const own = { name: 'Åsa Öberg', number: '+46701740605' };
const person = personOf([own.number, own.name], '46');

function documentWith(party: Party, hidden: string): RecordingDocument {
  const { kind: _kind, media: _media, findings: _findings, ...recording } = emptyRecording('asterisk', 'verified', `key ${hidden}`);
  const pair = { name: hidden, value: hidden };
  return {
    format: 'longplay-recording',
    version: 1,
    recordingId: '00000000-0000-8000-8000-000000000000',
    supersedes: null,
    fingerprint: hidden,
    site: hidden,
    source: hidden,
    tool: 'longplay',
    recording: {
      ...recording,
      sourceKeys: [pair],
      correlation: [pair],
      direction: { value: 'inbound', raw: hidden },
      parties: [party, { role: 'caller', phone: parsePhone(own.number), name: own.name, agentId: null, device: null }],
      org: [pair],
      tags: [pair],
      extra: [pair],
      quality: [pair],
      group: { id: hidden, index: null, count: null, previous: hidden, next: hidden },
      retention: { policyRaw: hidden, expiresAt: null, legalHoldRaw: hidden, lockRaw: hidden, deletedAtSource: null },
      events: [{ type: 'tag', at: null, lengthMs: null, mediaEffect: 'none', raw: hidden }],
      provenance: [{ kind: 'row', path: hidden, row: 1, sha256: null, text: hidden }],
      reconciliation: { status: 'matched', rule: hidden, reason: hidden },
    },
    media: [],
    joined: null,
    sources: [],
    findings: [{ kind: 'finding', code: 'I101', place: hidden, message: hidden }],
  };
}

/** Traces of another person that must not remain: all words of the name of three letters and more, the number without its first digits, the id. */
function tracesOf({ name, number, agentId }: { name: string; number: string; agentId: string }): string[] {
  const words = name.split(/[\s,]+/).filter((word) => word.length > 2);
  return [...words, number.slice(3), agentId].map((text) => text.toLowerCase());
}

test('masking leaves no trace of other persons in an exported recording or message, in any member', () => {
  fc.assert(
    fc.property(others, fc.constantFrom('party', 'number', 'name', 'id'), (other, known) => {
      const hidden = `${other.name} ${other.number} ${other.agentId}`;
      const party: Party = {
        role: 'agent',
        phone: known === 'name' || known === 'id' ? null : parsePhone(other.number),
        name: known === 'number' || known === 'id' ? null : other.name,
        agentId: known === 'party' || known === 'id' ? other.agentId : null,
        device: known === 'party' ? `SIP/${other.agentId}` : null,
      };
      const spaced = other.number.replace(/(\d{4})/, '$1 ').replace('+', '00');
      const message: CaseMessage = {
        number: 1,
        time: null,
        from: { name: other.name, address: 'someone.else@bank.example' },
        to: [{ name: own.name, address: own.number }],
        channel: 'mail',
        subject: `About ${other.name}`,
        text: `${own.name} asked ${other.name}'s colleague ${other.name.toUpperCase()}s; call ${spaced} or ${own.number}, mail someone.else@bank.example, id ${other.agentId}.`,
        attachments: [{ path: 'attachment-1.pdf', name: hidden, mediaType: 'application/pdf', sizeBytes: 1 }],
      };
      const document = documentWith({ ...party, agentId: other.agentId }, hidden);
      const mask = maskFor(person, [document], [message]);
      const text = JSON.stringify([mask.document(document), mask.message(message), mask.text(hidden)]).toLowerCase();
      for (const trace of [...tracesOf(other), 'someone.else', spaced.slice(4)]) expect([trace, text.includes(trace)]).toEqual([trace, false]);
      // The requester's own data all remain.
      for (const mine of [own.name.toLowerCase(), own.number]) expect(text).toContain(mine);
    }),
  );
});

describe('free text', () => {
  const people = ['Наталья Королёва', 'Bo Ekström', 'Jürgen Groß', 'Łukasz Żółć', "Pat O'Brien", 'Kalle Virtanen', 'Maria de la Cruz'];
  const words = createNameIndex();
  for (const name of people) for (const word of nameWordsOf({ role: 'unknown', phone: null, name, agentId: null, device: null })) words.add(word);
  const mask = maskFor(person, [], [], { words, ids: new Set(['1001', 'agent-8']) });

  test.each([
    ['Ring ０７０１７４０６０７, 070_174_06_07 or 070\u2009174\u200906\u200907', 'Ring [number], [number] or [number]'],
    ['0701,740,607 070|174|06|07', '[number] [number]'],
    ['12345 070|174|06|07', '[number][number]'],
    ['Письмо от Натальи Королёвой', 'Письмо от [name] [name]'],
    ['Ekst\u00adröms bil, EKSTROEM, Ekstro\u0308m', '[name] bil, [name], [name]'],
    ['Juergen Gross, GROSS', '[name] [name], [name]'],
    ['u Łukasza Żółcia, Zolc', 'u [name] [name], [name]'],
    ['OBrien, O\u2019Brien', '[name], [name]\u2019[name]'],
    ['Virtasen auto', '[name] auto'],
    ['Maria de la Cruz drives de facto to la Paz', '[name] [name] [name] [name] drives de facto to la Paz'],
    ['call 1001, agent-8', 'call [number], [name]'],
    ['from bo.ek@bank.example', 'from [address]'],
    ['https://crm.example/?q=J%C3%BCrgen%20Gro%C3%9F', '[encoded]'],
    ['Gro&szlig; &#71;&#114;&#111;&#223;', '[encoded] [encoded]'],
    [`token ${Buffer.from('Jürgen Groß').toString('base64')}, ${Buffer.from('Groß').toString('hex')}`, 'token [encoded], [encoded]'],
    [Buffer.from(Buffer.from('Jürgen Groß').toString('base64')).toString('base64'), '[encoded]'],
    [Buffer.from('Jürgen', 'utf16le').toString('base64'), '[encoded]'],
    [
      'a?q=%C3%85sa%20%C3%96berg&n=1 and R%26D, yesterday afternoon, deadbeefdeadbeef',
      'a?q=%C3%85sa%20%C3%96berg&n=1 and R%26D, yesterday afternoon, deadbeefdeadbeef',
    ],
    ['😀 Groß😀ok', '😀 [name]😀ok'],
    // The person's own text, and text about nobody.
    ['Åsa Öbergs mail, Asa Oeberg, +46 (0)70-174 06 05, 070_174_06_05', 'Åsa Öbergs mail, Asa Oeberg, +46 (0)70-174 06 05, 070_174_06_05'],
    ['09:30, 10:45, 11:00 and 070,174,06,05', '09:30, 10:45, 11:00 and 070,174,06,05'],
    ['on 2025-10-26 at 10:30 for 400 EUR', 'on 2025-10-26 at 10:30 for 400 EUR'],
  ])('%s is handed out as %s', (text, masked) => {
    expect(mask.text(text)).toBe(masked);
  });
});

test('one other person has one label in all recordings, however each writes the number', () => {
  const party = (raw: string, name: string | null): Party => ({ role: 'agent', phone: parsePhone(raw), name, agentId: null, device: null });
  const documents = [party('+46701740610', 'Bo Ek'), party('070-174 06 10', null), party('+46701740611', null)].map((one) => documentWith(one, 'x'));
  const mask = maskFor(person, documents, []);
  expect(documents.map((document) => mask.document(document).recording.parties[0]?.name)).toEqual(['other1', 'other1', 'other2']);
});

test('every member that a document may have is listed either as handed out or as withheld', () => {
  // A new member of recording.json needs a decision here: is it personal data?
  const schema = readFileSync(join(root, 'docs/reference/recording.schema.json'), 'utf8');
  const members = Object.keys((JSON.parse(schema) as { properties: { recording: { properties: object } } }).properties.recording.properties).sort();
  const masked = Object.keys(
    maskFor(person, [], []).document(documentWith({ role: 'agent', phone: null, name: null, agentId: null, device: null }, 'x')).recording,
  ).sort();
  expect(members.filter((name) => !masked.includes(name))).toEqual([]);
});
