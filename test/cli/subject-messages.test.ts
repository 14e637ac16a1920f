import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, holding, judgeCertificate } from './erasure-rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

const person = ['+46846500401', 'ada@example.org', 'Ada Lind'];

const chat = [
  'time,from,to,text,channel,desk',
  '2026-03-02 10:00:00,+46 8 465 004 01,+46 8 465 004 02,the amber lamp,sms,',
  '2026-03-02 10:01:00,+46 8 465 004 03,Bo Crimson,the violet ladder,sms,',
  '2026-03-02 10:02:00,+46 8 465 004 03,+46 8 465 004 02,"the green, quiet door",sms,asked by +46846500401',
  'not a time,,,,,',
  '2026-03-02 10:03:00,+46 8 465 004 03,+46 8 465 004 02,Ada Lind has the ochre key,sms,',
  '',
].join('\r\n');

const mail = (from: string, words: string): string =>
  `From: ${from}\r\nTo: Bo Crimson <bo@example.org>\r\nDate: Mon, 02 Mar 2026 11:00:00 +0100\r\nSubject: ${words}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n${words} inside\r\n--x\r\nContent-Type: text/plain; name=note.txt\r\nContent-Disposition: attachment; filename=note.txt\r\n\r\n${words} attached\r\n--x--\r\n`;

const vcon = JSON.stringify({
  vcon: '0.0.2',
  uuid: '018f0000-0000-8000-8000-000000000001',
  created_at: '2026-03-02T09:00:00Z',
  parties: [{ tel: 'tel:+46846500401' }, { tel: 'tel:+46846500405', name: 'Bo Crimson' }],
  dialog: [
    { type: 'text', start: '2026-03-02T09:00:00Z', parties: [0], body: 'the copper bell' },
    { type: 'text', start: '2026-03-02T09:01:00Z', parties: [1], body: 'the crimson kite' },
  ],
  analysis: [
    { type: 'summary', dialog: 0, body: 'copper' },
    { type: 'summary', dialog: [1], body: 'kite of crimson' },
    { type: 'summary', body: 'the whole talk, by Bo' },
  ],
  attachments: [],
});

/** Words of the messages of the person that are certain, and of all others. */
const theirs = ['amber', 'copper', 'scarlet'];
const others = ['violet', 'quiet door', 'crimson', 'turquoise', 'ochre'];

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  for (const kind of ['open', 'sealed']) {
    const how = ['--into', kind, '--zone', 'Europe/Stockholm', '--no-keep-tables', `--${kind}`];
    expect((await run('import', asterisk.folder, ...how)).code).toBe(0);
    expect((await run('erase', 'make-key', `${kind}.pem`)).code).toBe(0);
    expect((await run('erase', 'add-approver', kind, `${kind}.pem`, '--name', 'anna')).code).toBe(0);
  }
  for (const [name, text] of [
    ['chat.csv', chat],
    ['talk.vcon', vcon],
    ['scarlet.eml', mail('Ada <ada@example.org>', 'scarlet')],
    ['white.eml', mail('Cy <cy@example.org>', 'turquoise')],
  ] as const)
    writeFileSync(rig.path(name), text);
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

/** Opens a case with files of messages. @returns its id */
async function opened(archive: string, names: readonly string[]): Promise<string> {
  const { summary } = await rig.json(['case', 'new', archive, '--title', 'Deal']);
  const id = String(summary.id);
  for (const name of names) expect((await run('case', 'messages', archive, id, rig.path(name), '--zone', 'Europe/Stockholm')).code).toBeLessThan(4);
  return id;
}

/** Returns the messages that a search finds, by case and key, with how sure each is. */
async function found(
  archive: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly keys: Record<string, string>; readonly summary: Record<string, unknown> }> {
  const { code, lines, summary } = await rig.json(['subject', archive, ...person, ...args]);
  const rows = lines.flatMap(({ of, value }) => {
    const { case: id, key, sureness, hits } = (value ?? {}) as { case: string; key: string; sureness: string; hits: { field: string }[] }; // as it is printed
    return of === 'subject-message' ? [[`${id}:${key}`, `${sureness} ${hits[0]?.field}`] as const] : [];
  });
  return { code, keys: Object.fromEntries(rows), summary };
}

describe.each(['open', 'sealed'] as const)('messages about a person, in an archive that is %s', (kind) => {
  let [deal, other, about] = ['', '', ''];

  test('are found in all cases, and what is not certain is listed for a person to look at', async () => {
    deal = await opened(kind, ['chat.csv', 'talk.vcon', 'scarlet.eml', 'white.eml']);
    other = await opened(kind, ['chat.csv']);
    const { code, keys, summary } = await found(kind);
    expect([code, keys]).toEqual([
      0,
      {
        [`${deal}:m1-2`]: 'certain from',
        [`${deal}:m1-4`]: 'uncertain row',
        [`${deal}:m1-6`]: 'uncertain text',
        [`${deal}:m2-1`]: 'certain from',
        [`${deal}:m3-1`]: 'certain from',
        [`${other}:m1-2`]: 'certain from',
        [`${other}:m1-4`]: 'uncertain row',
        [`${other}:m1-6`]: 'uncertain text',
      },
    ]);
    expect(summary).toMatchObject({ inMessages: { certain: 4, uncertain: 4 }, notSearched: { closedMessages: 0, unreadableMessages: 0 } });
    const { stdout } = await run('subject', kind, ...person);
    expect(stdout).toMatch(new RegExp(`In messages of cases:[\\s\\S]*${deal}:m1-6 .*sms .*NO .*text`));
    expect(stdout).not.toMatch(new RegExp(others.join('|')));
  });

  test('come into the case about the person without the messages of others, and are handed over masked', async () => {
    const made = await rig.json(['subject', kind, ...person, '--case', 'Request 17', '--out', `masked-${kind}`, '--mask']);
    expect([made.code, made.summary]).toEqual([expect.any(Number), expect.objectContaining({ copiedMessages: 3 })]);
    about = String(made.summary.caseId);
    const { lines } = await rig.json(['case', 'timeline', kind, about]);
    expect(
      lines
        .flatMap(({ value }) => (String((value as { key?: string } | undefined)?.key).startsWith('m') ? [(value as { key: string }).key] : []))
        .sort(),
    ).toEqual(['m1-2', 'm2-1', 'm3-1']); // as it is listed
    expect((await run('case', 'export', kind, about, '--out', `plain-${kind}`)).code).toBeLessThan(4);
    expect(holding(rig.path(`plain-${kind}`), ['violet', 'kite', 'turquoise', 'ochre', 'by Bo'])).toEqual([]);
    const text = readdirSync(rig.path(`masked-${kind}`), { recursive: true, withFileTypes: true })
      .flatMap((entry) => (entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name), 'utf8')] : []))
      .join('\n');
    expect(theirs.filter((word) => !text.includes(word))).toEqual([]);
    expect(holding(rig.path(`masked-${kind}`), [...others, 'Bo Crimson', '465 004 03', '46846500403', 'bo@example.org'])).toEqual([]);
  });

  test('are erased with the recordings of the case: in every case that has them, certified, and their neighbours stay', async () => {
    expect((await run('case', 'messages', kind, about, rig.path('white.eml'))).code).toBe(0);
    const asked = await run('erase', 'request', kind, '--from-case', about, '--ground', 'error', '--reason', 'x');
    expect([asked.code, asked.stderr]).toEqual([
      0,
      expect.stringContaining(`E135 cases/${about}: 1 message of m4 is not part of the request: a user added it to the case; --message ${about}:m4`),
    ]);
    expect(asked.stdout).toContain('7 messages');
    const request = await approved(rig, kind, ['--from-case', about], `${kind}.pem`);
    const done = await run('erase', 'run', kind);
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('Erased 7 messages from cases.')]);
    const after = await found(kind);
    expect([after.code, after.keys]).toEqual([
      0,
      {
        [`${deal}:m5-4`]: 'uncertain row',
        [`${deal}:m5-6`]: 'uncertain text',
        [`${other}:m2-4`]: 'uncertain row',
        [`${other}:m2-6`]: 'uncertain text',
      },
    ]);
    const sealed = kind === 'sealed';
    for (const id of [deal, other, about]) expect(holding(rig.path(kind, 'cases', id), sealed ? [...theirs, ...others] : theirs)).toEqual([]);
    const { stdout } = await run('case', 'timeline', kind, deal);
    expect(['violet', 'quiet door', 'crimson', 'turquoise', 'ochre'].filter((word) => !stdout.includes(word))).toEqual([]);
    expect((await run('erase', 'certificate', kind, request, '--out', `certificate-${kind}`)).code).toBe(0);
    const certificate = JSON.parse(readFileSync(rig.path(`certificate-${kind}`, 'certificate.json'), 'utf8')) as { messageMarks: unknown[] }; // as it was written
    expect(certificate.messageMarks.length).toBe(7);
    await judgeCertificate(rig, kind, rig.path(`certificate-${kind}`));
    const verified = await run('verify', kind, '--play');
    expect([verified.code, verified.stdout]).toEqual([0, expect.not.stringMatching(/[CE]1\d\d/)]);
  });

  test('are withheld from the case about the person if they are privileged, and left out if not relevant', async () => {
    expect((await run('case', 'messages', kind, deal, rig.path('scarlet.eml'))).code).toBeLessThan(4);
    const fresh = await opened(kind, ['scarlet.eml', 'chat.csv']);
    expect((await run('case', 'review', kind, fresh, 'm1', '--state', 'privileged', '--reason', 'counsel')).code).toBe(0);
    const { summary } = await rig.json(['subject', kind, ...person, '--case', 'Request 18', '--uncertain']);
    const id = String(summary.caseId);
    expect(summary.copiedMessages).toBe(4);
    expect((await run('case', 'export', kind, id, '--out', `withheld-${kind}`)).code).toBeLessThan(4);
    expect(holding(rig.path(`withheld-${kind}`), ['scarlet'])).toEqual([]);
    const shown = await run('case', 'show', kind, id);
    expect(shown.code).toBe(0);
    expect((await run('case', 'review', kind, id, 'm3', '--state', 'not-relevant', '--reason', 'a namesake')).code).toBe(0);
    const asked = await run('erase', 'request', kind, '--from-case', id, '--ground', 'error', '--reason', 'x');
    expect(asked.stderr).toMatch(/E135 cases\/\S+: 2 messages of m3 are not part of the request: it was reviewed as not relevant/);
  });
});

test('a case that cannot be opened is named as not searched', async () => {
  const id = await opened('sealed', ['chat.csv']);
  const { document } = JSON.parse(readFileSync(rig.path('sealed/cases', id, 'case.json'), 'utf8')) as { document: { page: string } }; // as it was written
  for (const pages of [join(rig.keyring, 'pages'), rig.path('keyring-copy/pages')])
    for (const name of readdirSync(pages)) if (name.startsWith(document.page)) rmSync(join(pages, name));
  const { code, summary } = await found('sealed');
  expect([code, summary.notSearched]).toEqual([5, expect.objectContaining({ closedMessages: 1, unreadableMessages: 0 })]);
  const { stdout, stderr } = await run('subject', 'sealed', ...person);
  expect([stdout, stderr]).toEqual([
    expect.stringContaining('cannot be opened now'),
    expect.stringContaining(`K103 cases/${id}: its messages were not searched`),
  ]);
  // The page is in no copy: what is printed leads to the loss being acknowledged, and the case can be deleted.
  const shown = await run('case', 'show', 'sealed', id);
  expect([shown.code, shown.stderr]).toEqual([
    5,
    expect.stringContaining('if no copy has the page: longplay keyring report-loss ARCHIVE --reason TEXT'),
  ]);
  expect((await run('case', 'list', 'sealed')).stdout).toContain('1 case could NOT be read; the findings say why.');
  expect((await run('keyring', 'report-loss', 'sealed', '--reason', 'the disk')).code).toBe(0);
  expect((await run('case', 'delete', 'sealed', id, '--reason', 'its page is lost')).code).toBe(0);
  expect((await found('sealed')).code).toBe(0);
  writeFileSync(rig.path('open/cases', await opened('open', ['chat.csv']), 'messages/1/messages.json'), '{}');
  expect(await found('open')).toMatchObject({ code: 4, summary: { notSearched: { closedMessages: 0, unreadableMessages: 1 } } });
});
