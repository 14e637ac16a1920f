import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig } from './rig.ts';
import { sound, url } from './vcon-parts.ts';

// A text that names somebody is no proof that they took part: only a party of a call, or an address in the header of a message, is certain.

let rig: Rig;
const person = ['+15550101', 'clara.quist@example.com'];

const conversation = (id: number, more: object): string =>
  JSON.stringify({
    vcon: '0.4.0',
    uuid: `019f15a6-0000-8000-8000-0000000000${id}`,
    created_at: '2026-05-04T10:00:00Z',
    parties: [{ tel: 'tel:+15550104' }, { tel: 'tel:+15550102' }],
    dialog: [sound('2026-05-04T11:00:00Z', [0, 1], id * 20)],
    analysis: [],
    attachments: [],
    ...more,
  });
const text = { mediatype: 'text/plain', encoding: 'base64url' };

/** Calls of two others that name the person in one place each, one call of the person, and one that shares a key with it. */
const calls = {
  'analysis.vcon': conversation(31, { analysis: [{ type: 'summary', dialog: 0, vendor: 'x', ...text, body: url('call +15550101 back') }] }),
  'attachment.vcon': conversation(32, { attachments: [{ purpose: 'n', party: 0, dialog: 0, ...text, body: url('+15550101') }] }),
  'text.vcon': conversation(33, { dialog: [{ type: 'text', start: '2026-05-04T11:00:00Z', parties: [0, 1], ...text, body: url('ask +15550101') }] }),
  'subject.vcon': conversation(34, { subject: 'complaint of clara.quist@example.com' }),
  'own.vcon': conversation(35, {
    parties: [{ tel: 'tel:+15550101' }, { tel: 'tel:+15550102' }],
    group: [{ uuid: '019f15a6-0000-8000-8000-000000000038' }],
  }),
  'later.vcon': conversation(38, {}),
};

const mail = (from: string, body: string): string =>
  `From: ${from}\r\nTo: Bo <bo@example.org>\r\nDate: Mon, 04 May 2026 11:00:00 +0200\r\nSubject: terms\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n${body}\r\n`;

/** Files of messages, each with the certainty of the one message that names the person. */
const messages: readonly (readonly [name: string, content: string, found: string])[] = [
  ['body.eml', mail('Cy <cy@example.org>', 'write to clara.quist@example.com'), 'uncertain'],
  ['from.eml', mail('clara.quist@example.com', 'as agreed'), 'certain'],
  ['text.csv', 'time,from,to,text\n2026-05-04 10:00:00,+15550104,+15550102,+15550101\n', 'uncertain'],
  ['cell.csv', 'time,from,to,text,desk\n2026-05-04 10:00:00,+15550104,+15550102,hello,+15550101\n', 'uncertain'],
  ['to.csv', 'time,from,to,text\n2026-05-04 10:00:00,+15550104,+15550101,hello\n', 'certain'],
  [
    'dialog.vcon',
    conversation(36, { dialog: [{ type: 'text', start: '2026-05-04T11:00:00Z', parties: [0, 1], ...text, body: url('ask +15550101') }] }),
    'uncertain',
  ],
  [
    'party.vcon',
    conversation(37, {
      parties: [{ tel: 'tel:+15550101', mailto: 'mailto:desk@example.org' }, { tel: 'tel:+15550102' }],
      dialog: [{ type: 'text', start: '2026-05-04T11:00:00Z', parties: [0, 1], ...text, body: url('hello') }],
    }),
    'certain',
  ],
];

beforeAll(async () => {
  rig = createRig();
  mkdirSync(rig.path('source'));
  for (const [name, content] of Object.entries(calls)) writeFileSync(rig.path('source', name), content);
  for (const [name, content] of messages) writeFileSync(rig.path(name), content);
  expect((await rig.run(['import', 'source', '--into', 'archive'])).code).toBe(0);
});
afterAll(async () => await rig?.[Symbol.asyncDispose]());

type Value = { readonly recordingId: string; readonly sureness: string; readonly case: string; readonly hits: readonly { readonly field: string }[] };

async function found(kind: string): Promise<readonly Value[]> {
  const { code, lines } = await rig.json(['subject', 'archive', ...person]);
  expect(code).toBe(0);
  return lines.flatMap(({ of, value }) => (of === kind ? [value as Value] : [])); // as it is printed
}

test('a call is certain only if the person is a party of it', async () => {
  const all = await found('subject');
  expect(all.map(({ sureness, hits }) => `${sureness} ${hits[0]?.field}`).sort()).toEqual([
    'certain parties[0].number',
    'uncertain source-1.json',
    'uncertain source-1.json',
    'uncertain source-1.vcon',
    'uncertain tags.subject',
  ]);
});

test.each(messages)('a message is certain only if the header names the person: %s', async (name, _content, sureness) => {
  const { summary } = await rig.json(['case', 'new', 'archive', '--title', 'Deal']);
  const id = String(summary.id);
  expect((await rig.run(['case', 'messages', 'archive', id, rig.path(name), '--zone', 'UTC'])).code).toBe(0);
  const all = (await found('subject-message')).filter((one) => one.case === id);
  expect(all.map((one) => one.sureness)).toEqual([sureness]);
});

test('a request to erase takes the calls and messages of the person, and names those that only mention them', async () => {
  const { summary } = await rig.json(['subject', 'archive', ...person, '--case', 'Request 17', '--uncertain']);
  const request = ['erase', 'request', 'archive', '--from-case', String(summary.caseId), '--ground', 'subject-request', '--reason', 'x'];
  const asked = await rig.json(request);
  const [own] = (await found('subject')).filter(({ sureness }) => sureness === 'certain');
  expect([asked.code, asked.summary]).toEqual([3, expect.objectContaining({ recordings: 1, undecided: 4 + 4 })]);
  const left = asked.lines.flatMap(({ code, place }) => (code === 'E135' ? [String(place)] : []));
  expect(left.filter((place) => !place.startsWith('cases/')).length).toBe(4);
  expect(left).not.toContain(own?.recordingId);
});

test('a request leaves out a call that is in the case only because it shares a key with a call of the person', async () => {
  const { summary } = await rig.json(['subject', 'archive', ...person, '--case', 'Request 18']);
  const id = String(summary.caseId);
  expect((await rig.json(['case', 'add', 'archive', id, '--correlated'])).summary).toMatchObject({ added: 1, recordings: 2 });
  const asked = await rig.json(['erase', 'request', 'archive', '--from-case', id, '--ground', 'subject-request', '--reason', 'x']);
  expect([asked.code, asked.summary]).toEqual([3, expect.objectContaining({ recordings: 1, undecided: 1 })]);
});
