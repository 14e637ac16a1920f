import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textOfHtml } from '../../src/cases/messages/html-text.ts';
import type { CaseMessage } from '../../src/cases/messages/message.ts';
import { mailTime, readMail } from '../../src/cases/messages/read-mail.ts';
import { type ReadMessages, readMessageTable, readMessageVcon } from '../../src/cases/messages/read-messages.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll('\n', '\r\n'), 'utf8');
const never = new AbortController().signal;
/** The result of a reader, with its messages. */
async function gathered(read: (take: (message: CaseMessage) => void) => ReadMessages | Promise<ReadMessages>) {
  const messages: CaseMessage[] = [];
  return { ...(await read((message) => void messages.push(message))), messages };
}
const table = (text: string, zone: string | null = null) =>
  gathered((take) => readMessageTable({ name: 'chat.csv', bytes: Buffer.from(text, 'utf8') }, { zone, format: 'iso' }, tmpdir(), take, never));

describe('a mail', () => {
  test('has its sender, receivers, time and text; an attached mail stays a file, and no file name leads out of the folder', async () => {
    const mail = `From: =?utf-8?q?=C3=85sa?= <asa@a.example>
To: Team: Bo <bo@b.example>, cy@c.example;
Date: Wed, 12 Mar 2025 10:15:00 +0100
Subject: =?utf-8?b?UsOkdHQ=?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html

<p>One</p><style>p{}</style><p>Two &amp; <b>three</b></p>
--x
Content-Type: message/rfc822

Subject: inner

inner text
--x
Content-Type: text/plain; name="../../etc/passwd"
Content-Disposition: attachment; filename="../../etc/passwd"

x
--x--
`;
    const { messages, attachments, findings } = await gathered((take) => readMail({ name: 'a.eml', bytes: bytes(mail) }, take));
    expect(findings).toEqual([]);
    expect(messages).toMatchObject([
      {
        from: { name: 'Åsa', address: 'asa@a.example' },
        to: [
          { name: 'Bo', address: 'bo@b.example' },
          { name: null, address: 'cy@c.example' },
        ],
        subject: 'Rätt',
        text: expect.stringMatching(/^One\n+Two & three$/),
        time: { utc: '2025-03-12T09:15:00.000Z', certainty: 'exact', raw: 'Wed, 12 Mar 2025 10:15:00 +0100' },
      },
    ]);
    expect(attachments.map(({ path }) => path)).toEqual(['attachment-1.bin', 'attachment-2.bin']);
    expect(Buffer.from(attachments[0]?.bytes ?? []).toString()).toContain('inner text');
  });

  test.each([
    ['Wed, 12 Mar 2025 10:15:00 +0100', '2025-03-12T09:15:00.000Z', 'exact'],
    ['12 Mar 2025 10:15 GMT', '2025-03-12T10:15:00.000Z', 'exact'],
    ['Wed, 12 Mar 2025 10:15:00 -0500 (EST)', '2025-03-12T15:15:00.000Z', 'exact'],
    // No time zone is assumed.
    ['Wed, 12 Mar 2025 10:15:00', null, 'unzoned'],
    ['Wed, 12 Mar 2025 10:15:00 CEST', null, 'unzoned'],
    ['Wed, 31 Feb 2025 10:15:00 +0100', null, 'unreadable'],
    ['yesterday', null, 'unreadable'],
  ])('has the time of its Date header: %s', (raw, utc, certainty) => {
    expect(mailTime(raw)).toMatchObject({ raw, utc, certainty });
  });

  test('with any bytes is read or refused with a finding, and nothing is thrown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          fc.string({ maxLength: 400 }).map((text) => bytes(`From: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n${text}`)),
        ),
        async (any) => {
          const { messages, findings } = await gathered((take) => readMail({ name: 'any.eml', bytes: any }, take));
          expect(messages.length + findings.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a table of messages', () => {
  test('is read by its column names; a local time without a zone has no UTC time, and an ambiguous one has both', async () => {
    const rows = 'Time,From,To,Text\n2025-10-26 02:30:10,anna,"bo; cy","one, two"\n2025-10-26T10:00:00Z,bo,anna,three\n';
    const unzoned = await table(rows);
    expect(unzoned.messages.map(({ time, to, text, channel }) => [time?.certainty, to.length, text, channel])).toEqual([
      ['unzoned', 2, 'one, two', 'message'],
      ['exact', 1, 'three', 'message'],
    ]);
    expect(unzoned.findings.map(({ code }) => code)).toEqual(['C112']);
    const zoned = await table(rows, 'Europe/Stockholm');
    expect(zoned.messages[0]?.time).toMatchObject({ utc: null, candidates: ['2025-10-26T00:30:10.000Z', '2025-10-26T01:30:10.000Z'] });
  });

  test('without a required column, or without rows, is refused', async () => {
    expect(await table('time,from,text\n2025-10-26T10:00:00Z,a,b\n')).toMatchObject({
      messages: [],
      findings: [{ code: 'C111', message: expect.stringContaining('to') }],
    });
    expect((await table('')).findings.map(({ code }) => code)).toEqual(['C111']);
  });
});

test('the texts of a vCon are messages; its recordings and encrypted parts are not', async () => {
  const vcon = {
    vcon: '0.4.0',
    uuid: '01900000-0000-8000-8000-000000000000',
    parties: [{ name: 'Anna', mailto: 'mailto:anna@a.example' }, { tel: '+46701740605' }],
    dialog: [
      { type: 'recording', start: '2025-03-12T09:00:00Z', parties: [0, 1], body: 'AAAA', encoding: 'base64url' },
      { type: 'text', start: '2025-03-12T09:01:00Z', parties: [1, 0], body: '<p>Hello</p>', mediatype: 'text/html' },
      {
        type: 'text',
        start: '2025-03-12T09:02:00Z',
        parties: [0, 1],
        originator: 1,
        body: Buffer.from('Hej').toString('base64url'),
        encoding: 'base64url',
      },
      { type: 'text', start: '2025-03-12T09:03:00Z', parties: [0], url: 'https://a.example/x' },
    ],
  };
  const { messages, findings } = await gathered((take) => readMessageVcon({ name: 'a.vcon', bytes: Buffer.from(JSON.stringify(vcon)) }, null, take));
  expect(messages.map(({ number, from, to, text, time }) => [number, from?.address, to.map(({ address }) => address), text, time?.utc])).toEqual([
    [2, '+46701740605', ['anna@a.example'], 'Hello', '2025-03-12T09:01:00.000Z'],
    [3, '+46701740605', ['anna@a.example'], 'Hej', '2025-03-12T09:02:00.000Z'],
  ]);
  expect(findings.map(({ code, place }) => [code, place])).toEqual([['C112', 'a.vcon dialog 3']]);
  expect(
    readMessageVcon({ name: 'b.vcon', bytes: Buffer.from('{"ciphertext":"x","recipients":[]}') }, null, () => undefined).findings.map(
      ({ code }) => code,
    ),
  ).toEqual(['C111']);
});

test('of HTML only what a person reads is left, in time that grows with its length alone', () => {
  expect(textOfHtml('<div>a<br>b</div><script>alert(1)</script>c &#229; &#x2028; &lt;b&gt; 1 < 2')).toBe('a\nb\nc å \u2028 <b> 1 < 2');
  expect(textOfHtml('<script>never closed <b>x')).toBe('');
  expect(textOfHtml('<!-- x -->y<!-- z')).toBe('y');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '/', 'b', '&', ';', '!', '-', '"', ' ', 'script'), maxLength: 300 }), (html) => {
      expect(textOfHtml(html).length).toBeLessThanOrEqual(html.length);
    }),
  );
});
