import { writeFileSync } from 'node:fs';
import type { Rig } from './rig.ts';

/** A table of three messages. */
export const chat = [
  'time,from,to,text,channel',
  '2026-03-02 10:00:00,+46 8 465 004 01,+46 8 465 004 02,the amber lamp,sms',
  '2026-03-02 10:01:00,+46 8 465 004 03,+46 8 465 004 02,the violet ladder,sms',
  '2026-03-02 10:02:00,+46 8 465 004 01,+46 8 465 004 02,"the green, quiet door",sms',
  '',
].join('\r\n');

/** A mail with an attachment, which both have a word. */
const mail = (words: string): string =>
  `From: Ada <a@example.org>\r\nTo: b@example.org\r\nDate: Mon, 02 Mar 2026 11:00:00 +0100\r\nSubject: ${words}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n${words} inside\r\n--x\r\nContent-Type: text/plain; name=note.txt\r\nContent-Disposition: attachment; filename=note.txt\r\n\r\n${words} attached\r\n--x--\r\n`;

/** A vCon with two messages, an analysis of each, and a party who wrote the second one only. The number 1.50 shows that neighbours keep their bytes. */
export const vcon = `{
  "vcon": "0.0.2", "uuid": "018f0000-0000-8000-8000-000000000001", "created_at": "2026-03-02T09:00:00Z",
  "parties": [{ "tel": "tel:+46846500401" }, { "tel": "tel:+46846500405", "name": "Bo Crimson" }],
  "dialog": [
    { "type": "text", "start": "2026-03-02T09:00:00Z", "parties": [0], "body": "the copper bell", "duration": 1.50 },
    { "type": "text", "start": "2026-03-02T09:01:00Z", "parties": [1], "body": "the crimson kite" }
  ],
  "analysis": [{ "type": "summary", "dialog": 0, "body": "copper" }, { "type": "summary", "dialog": [1], "body": "crimson" }],
  "attachments": []
}
`;

/** Words of the messages that tests erase (`m1-3`, `m2-2` and `m3` of a case with `messageFiles`). */
export const gone = ['violet', '465 004 03', 'crimson', 'Crimson', '46846500405', 'scarlet'];
/** Words of their neighbours. */
export const kept = ['amber', 'quiet', 'copper'];

/** Names of the files, in the order in which a case gets them. */
export const messageFiles = ['chat.csv', 'talk.vcon', 'scarlet.eml', 'white.eml'] as const;

/** Writes the files of messages into the folder of a rig. */
export function writeMessageFiles(rig: Pick<Rig, 'path'>): void {
  const texts = [chat, vcon, mail('scarlet'), mail('white')];
  for (const [at, name] of messageFiles.entries()) writeFileSync(rig.path(name), texts[at] ?? '');
}
