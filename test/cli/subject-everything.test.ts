import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, holding } from './erasure-rig.ts';
import { createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';
import { sound, tone, url } from './vcon-parts.ts';

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

const person = ['+15550101', 'Clara Quist', 'clara.quist@example.com'];
/** Words of the person, and of a neighbour in the same files. */
const hers = ['+15550101', 'Clara', 'clara.quist'];
/** Two calls and two messages in one vCon: of the person, and of a neighbour. */
const vcon = {
  vcon: '0.4.0',
  uuid: '019f15a6-0000-8000-8000-0000000000a1',
  created_at: '2026-05-04T10:00:00Z',
  parties: [
    { tel: 'tel:+15550101', name: 'Clara Quist', mailto: 'clara.quist@example.com' },
    { tel: 'tel:+15550102', name: 'Desk Ten' },
    { tel: 'tel:+15550103', name: 'Doris Nyman', mailto: 'doris@example.org' },
  ],
  dialog: [sound('2026-05-04T08:00:00Z', [0, 1], 440), sound('2026-05-04T09:00:00Z', [2, 1], 660)],
  analysis: [{ type: 'transcript', dialog: 1, vendor: 'x', mediatype: 'text/plain', encoding: 'base64url', body: url('Doris spoke of Clara Quist') }],
  attachments: [
    { purpose: 'notes', party: 1, dialog: 0, start: '2026-05-04T08:00:00Z', mediatype: 'text/plain', encoding: 'none', body: 'call Clara back' },
  ],
};

/** A vCon with one call whose parties are others; only a transcript in base64url names the person. */
const spoken = {
  vcon: '0.4.0',
  uuid: '019f15a6-0000-8000-8000-0000000000a2',
  created_at: '2026-05-04T10:00:00Z',
  parties: [{ tel: 'tel:+15550104' }, { tel: 'tel:+15550102' }],
  dialog: [sound('2026-05-04T11:00:00Z', [0, 1], 880)],
  analysis: [{ type: 'transcript', dialog: 0, vendor: 'x', mediatype: 'text/plain', encoding: 'base64url', body: url('my number is +15550101') }],
  attachments: [],
};

const mail = (head: readonly string[], body: readonly string[]): string =>
  [...head, 'Date: Mon, 04 May 2026 11:00:00 +0200', 'Subject: terms', 'MIME-Version: 1.0', ...body, ''].join('\r\n');
const plain = ['Content-Type: text/plain', '', 'as agreed'];
const others = ['From: Bo <bo@example.org>', 'To: Cy <cy@example.org>'];
const html = (encoding: string, body: string): readonly string[] => [
  'Content-Type: multipart/alternative; boundary=x',
  '',
  '--x',
  'Content-Type: text/plain',
  '',
  'see the other part',
  '--x',
  'Content-Type: text/html; charset=iso-8859-1',
  `Content-Transfer-Encoding: ${encoding}`,
  '',
  body,
  '--x--',
];

/** Mails that name the person in one place each, and where they are found. */
const mails: readonly (readonly [name: string, text: string, field: RegExp])[] = [
  ['reply', mail([...others, 'Reply-To: Clara <clara.quist@example.com>'], plain), /^reply-to/],
  ['sender', mail([...others, 'Sender: clara.quist@example.com'], plain), /^(?:sender|header)/],
  ['encoded', mail([...others, 'Reply-To: =?utf-8?Q?Clara_Quist?= <x@example.org>'], plain), /^(?:reply-to|header)/],
  ['name', mail(['From: Clara Quist', 'To: Bo <bo@example.org>'], plain), /^(?:from|header)/],
  ['quoted', mail(others, html('quoted-printable', '<p>Cl&#97;ra <b>Qu=69st</b></p>')), /^html/],
  ['base64', mail(others, html('base64', Buffer.from('<a href="tel:%2B15550101">call</a>').toString('base64'))), /^html/],
];

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('source/day.vcon'), JSON.stringify(vcon));
  writeFileSync(rig.path('source/spoken.vcon'), JSON.stringify(spoken));
  for (const [name, text] of mails) writeFileSync(rig.path(`${name}.eml`), text);
  for (const kind of ['open', 'sealed']) {
    expect((await run('import', 'source', '--into', kind, `--${kind}`)).code).toBe(0);
    await approver(rig, kind, `${kind}.pem`);
  }
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

type Value = {
  readonly recordingId: string;
  readonly start: string;
  readonly key: string;
  readonly case: string;
  readonly type: string;
  readonly note: string;
  readonly sureness: string;
  readonly hits: readonly { readonly field: string }[];
};

/** Returns the findings of a run, one per line, as a terminal shows them. */
function told(lines: readonly Record<string, unknown>[]): string {
  return lines.flatMap(({ type, code, place, message }) => (type === 'finding' ? [`${code} ${place}: ${message}`] : [])).join('\n');
}

/** Asks for the person. @returns the results by kind */
async function asked(archive: string, ...args: readonly string[]) {
  const { code, lines, summary } = await rig.json(['subject', archive, ...person, ...args]);
  const results = (kind: string): Value[] => lines.flatMap(({ of, value }) => (of === kind ? [value as Value] : [])); // as it is printed
  return { code, summary, told: told(lines), results };
}

async function opened(archive: string, title: string, files: readonly string[] = []): Promise<string> {
  const { summary } = await rig.json(['case', 'new', archive, '--title', title]);
  const id = String(summary.id);
  for (const name of files) expect((await run('case', 'messages', archive, id, rig.path(name))).code).toBeLessThan(4);
  return id;
}

describe.each(['open', 'sealed'] as const)('everything about a person, in an archive that is %s', (kind) => {
  test('is found in decoded texts of vCons; only the recording of which it is a party is certain', async () => {
    const { code, results } = await asked(kind);
    const found = results('subject').map(({ sureness, hits }) => `${sureness} ${hits[0]?.field}`);
    expect([code, found.sort()]).toEqual([0, ['certain parties[0].number', 'uncertain source-1.json', 'uncertain source-1.json']]);
  });

  test.each(mails)('is found in a mail: %s', async (name, _text, field) => {
    const id = await opened(kind, 'Deal', [`${name}.eml`]);
    const { results } = await asked(kind);
    const found = results('subject-message').filter((one) => one.case === id);
    expect(found.map(({ key }) => key)).toEqual(['m1-1']);
    expect(found[0]?.hits.map((hit) => hit.field)).toEqual(expect.arrayContaining([expect.stringMatching(field)]));
    expect((await run('case', 'delete', kind, id, '--reason', 'x')).code).toBe(0);
  });

  test('is named in titles and words of searches of cases, and in notes; erasing them is a command that works', async () => {
    const other = await opened(kind, 'Deal');
    expect((await run('case', 'add', kind, other, '--party', '+15550101')).code).toBe(0);
    const titled = await opened(kind, 'Talk with Clara Quist');
    const [one] = (await asked(kind)).results('subject');
    expect((await run('note', 'add', kind, one?.recordingId ?? '', 'ask clara.quist@example.com')).code).toBe(0);
    const { results, summary } = await asked(kind);
    const cases = new Map(results('subject-case').map((each) => [each.case, each.hits.map((hit) => hit.field)]));
    expect(cases.get(other)).toEqual(expect.arrayContaining([expect.stringMatching(/^searches\[0\]\.words$/)]));
    expect(cases.get(titled)).toEqual(['title']);
    const [note] = results('subject-log').filter(({ type }) => type === 'note-added');
    expect(note).toMatchObject({ sureness: 'certain', hits: [{ field: 'text' }] });
    expect(summary).toMatchObject({ inCases: { certain: 1, uncertain: 1 }, notSearched: { outdatedCases: 0 } });
    expect((await run('note', 'erase', kind, note?.note ?? '', '--reason', 'x', '--yes')).code).toBe(0);
    for (const id of [other, titled]) expect((await run('case', 'delete', kind, id, '--reason', 'x')).code).toBe(0);
    const after = await asked(kind);
    expect([after.results('subject-case'), after.results('subject-log').filter(({ type }) => type === 'note-added')]).toEqual([[], []]);
  });

  test('is erased with decisions only: what nobody decided stays and is named, and a vCon goes from all its recordings', async () => {
    const deal = await opened(kind, 'Deal', ['reply.eml', 'name.eml']);
    expect((await run('case', 'add', kind, deal, '--party', '+15550101')).code).toBe(0);
    const made = await asked(kind, '--case', 'Request 17', '--uncertain');
    const about = String(made.summary.caseId);
    const doubtful = made.results('subject').filter(({ sureness }) => sureness === 'uncertain');
    const startsAt = (hour: string): string => doubtful.find(({ start }) => start.includes(`T${hour}:`))?.recordingId ?? '';
    // The other call of the same vCon, and a call of two others with the number in its transcript.
    const [neighbour, spokenOf] = [startsAt('09'), startsAt('11')];
    const request = ['erase', 'request', kind, '--from-case', about, '--ground', 'subject-request', '--reason', 'x'];
    const first = await rig.json(request);
    expect([first.code, first.summary]).toEqual([3, expect.objectContaining({ recordings: 1, messages: 2, undecided: 3 })]);
    for (const id of [neighbour, spokenOf])
      expect(told(first.lines)).toContain(`E135 ${id}: is not part of the request: in case ${about} it is not certain whose it is`);
    expect(told(first.lines)).toMatch(/E135 cases\/\S+: 1 message of (m\d) is not part of the request: it is not certain whom it concerns/);
    expect(told(first.lines)).toContain(`E137 ${neighbour}: its source-1.json is a vCon`);
    expect(told(first.lines)).toContain(`E138 cases/${about}: it names the person in searches[0].words, subject[0]`);
    const [, item = ''] = /1 message of (m\d) is not part of the request: it is not certain/.exec(told(first.lines)) ?? [];
    expect((await run('erase', 'withdraw', kind, String(first.summary.request), '--reason', 'again')).code).toBe(0);
    expect((await run('case', 'review', kind, about, item, '--state', 'relevant', '--reason', 'hers')).code).toBe(0);
    // What the neighbour says of the person goes with the whole vCon; without this decision an excerpt with it stays.
    expect((await run('case', 'decide', kind, about, neighbour, '--concerns', '--erase', 'source-1.json', '--reason', 'she is named')).code).toBe(0);
    const second = await rig.json([...request, spokenOf]);
    expect([second.code, second.summary]).toEqual([0, expect.objectContaining({ recordings: 2, messages: 4, undecided: 0 })]);
    const id = String(second.summary.request);
    expect((await run('erase', 'approve', kind, id, '--key-file', `${kind}.pem`, '--now', 'urgent')).code).toBe(0);
    const done = await run('erase', 'run', kind);
    expect([done.code, done.stderr]).toEqual([0, expect.not.stringMatching(/E1(?:04|07|19)/)]);
    // The words of the search that found the erased recordings are gone from the case; the case about the person keeps its subject.
    expect((await asked(kind)).results('subject-case').map((each) => each.case)).toEqual([about]);
    for (const each of [deal, about]) expect((await run('case', 'delete', kind, each, '--reason', 'x')).code).toBe(0);
    const after = await asked(kind);
    expect([after.results('subject'), after.results('subject-message'), after.results('subject-case')]).toEqual([[], [], []]);
    // The neighbour's call is there, with its sound, and nothing of the person is left beside it.
    const out = rig.path(`out-${kind}`);
    expect((await run('export', kind, '--out', out, '--text', '+15550103')).code).toBeLessThan(4);
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.some(({ name }) => /\.opus$/.test(name))).toBe(true);
    expect(holding(out, [...hers, url(tone(440)).slice(0, 2_000)])).toEqual([]);
    if (kind === 'open') expect(holding(join(rig.path(kind), 'bags'), hers)).toEqual([]);
    const verified = await run('verify', kind, '--play');
    expect([verified.code, verified.stdout]).toEqual([0, expect.not.stringMatching(/[CE]1\d\d/)]);
  });

  test('is not completely searched if a case is in an older state', async () => {
    const id = await opened(kind, 'Deal');
    const before = readFileSync(rig.path(kind, 'cases', id, 'case.json'));
    expect((await run('case', 'messages', kind, id, rig.path('reply.eml'))).code).toBeLessThan(4);
    writeFileSync(rig.path(kind, 'cases', id, 'case.json'), before);
    const { code, summary, told: findings } = await asked(kind);
    expect(code).toBeGreaterThanOrEqual(4);
    expect(findings).toContain('C125');
    const { outdatedCases, unreadableMessages } = summary.notSearched as { outdatedCases: number; unreadableMessages: number }; // as it is printed
    expect(outdatedCases + unreadableMessages).toBeGreaterThan(0);
  });
});
