import { createHash } from 'node:crypto';
import { cdrLine } from '../importers/asterisk/rows.ts';
import { tone } from '../importers/make-mapping-samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/**
 * The sample `samples/cases/deal-4711`: what an exchange (Asterisk in Stockholm), a dealer board (FINOS) and a mailbox hold about one deal. The customer calls, and both systems
 * record that call under one id; she confirms by mail; the dealer calls back, and nothing records it; the dealer covers with a counterparty on the board; a chat has a row in an
 * ambiguous hour. All numbers are reserved for fiction. Every run makes the same bytes.
 */
export function caseSample(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  files.set('pbx/monitor/2025/10/26/in-1001-46701740605-20251026-101500-1761470100.0.wav', tone(440, 4));
  files.set('pbx/cdr-csv/Master.csv', text(rows.join('')));
  const first = tone(523, 3);
  const second = tone(660, 2);
  files.set('board/deal-1.wav', first);
  files.set(
    'board/deal-1.json',
    text(record('fd5cee0f-4711', '2025-10-26T09:15:01Z', '2025-10-26T09:15:04Z', '+46701740605', 'Åsa Öberg', 'deal-1.wav', first)),
  );
  files.set('board/deal-2.wav', second);
  files.set(
    'board/deal-2.json',
    text(record('fd5cee0f-4712', '2025-10-26T10:40:00Z', '2025-10-26T10:40:02Z', '+447700900012', 'Bo Ekström', 'deal-2.wav', second)),
  );
  for (const [name, mail] of Object.entries(mails)) files.set(`mail/${name}`, text(mail.replaceAll('\n', '\r\n')));
  files.set('chat.csv', text(chat));
  return files;
}

const rows = [
  cdrLine({
    src: '46701740605',
    dst: '1001',
    clid: '"Åsa Öberg" <46701740605>',
    start: '2025-10-26 10:15:00',
    answer: '2025-10-26 10:15:00',
    end: '2025-10-26 10:15:04',
    duration: 4,
    billsec: 4,
    uniqueid: '1761470100.0',
    userfield: 'deal=4711',
    sequence: 0,
  }),
  // The call back: answered, six seconds of talk, and no file.
  cdrLine({
    src: '1001',
    dst: '0701740605',
    context: 'from-internal',
    clid: '"Dealer One" <1001>',
    start: '2025-10-26 11:05:00',
    answer: '2025-10-26 11:05:00',
    end: '2025-10-26 11:05:06',
    duration: 6,
    billsec: 6,
    uniqueid: '1761473100.4',
    sequence: 4,
  }),
];

function record(id: string, start: string, end: string, number: string, name: string, file: string, bytes: Uint8Array): string {
  const participants = [
    { member: { name: 'Dealer One', groupName: 'Desk 4', firmName: 'Firm A' }, address: 'sip:1001@board.example', involvement: 'source' },
    { member: { name, groupName: 'Customers', firmName: 'Firm B' }, address: number, involvement: 'destination' },
  ];
  const comFiles = [{ fileName: file, checksum: { hash: createHash('md5').update(bytes).digest('hex') } }];
  // The board receives the call's id in the exchange.
  const universalID = id.endsWith('4711') ? '1761470100.0' : 'board-4712';
  return `${JSON.stringify({ communicationRecord: { type: 'Dialtone', comUUID: id, universalID, direction: 'outgoing', startTime: start, endTime: end }, participants, comFiles }, null, 2)}\n`;
}

const mails: Readonly<Record<string, string>> = {
  '1-confirm.eml': `From: =?utf-8?q?=C3=85sa_=C3=96berg?= <asa.oberg@customer.example>
To: "Dealer One" <dealer.one@bank.example>
Date: Sun, 26 Oct 2025 10:30:00 +0100
Message-ID: <4711-1@customer.example>
Subject: Deal 4711
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/html; charset=utf-8

<p>I confirm deal 4711.<br>Call me at +46 70-174 06 05.</p><script>alert('never')</script><img src="https://tracker.example/x.png">
--part
Content-Type: text/csv; name="terms.csv"
Content-Disposition: attachment; filename="../../terms.csv"
Content-Transfer-Encoding: base64

ZGVhbCxhbW91bnQKNDcxMSwxMDAwMAo=
--part--
`,
  '2-answer.eml': `From: "Dealer One" <dealer.one@bank.example>
To: =?utf-8?q?=C3=85sa_=C3=96berg?= <asa.oberg@customer.example>
Cc: =?utf-8?q?Bo_Ekstr=C3=B6m?= <bo.ekstrom@counterparty.example>
Date: Sun, 26 Oct 2025 11:10:00 +0100
Message-ID: <4711-2@bank.example>
In-Reply-To: <4711-1@customer.example>
Subject: Re: Deal 4711
Content-Type: text/plain; charset=utf-8

As said on the phone. Bo Ekström (+44 7700 900012) takes the other side.
`,
};

const chat = `time;from;to;text;channel
2025-10-26 02:30:10;Dealer One;Bo Ekström;"Can you do 10,000?";chat
2025-10-26 11:39:00;Bo Ekström;Dealer One;Call me on the board;chat
`;
