import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { CaseMessage, MessageList } from '../../../src/cases/messages/message.ts';
import { createMessageList } from '../../../src/cases/messages/message-list.ts';
import { prepareMessages } from '../../../src/cases/messages/prepare-messages.ts';
import { canonicalJson } from '../../../src/core/base/canonical-json.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { findingTable } from '../../../src/core/findings/finding-table.ts';

const never = new AbortController().signal;
const { messagesPerFile, messageListBytes } = limits;
afterEach(() => {
  Object.assign(limits, { messagesPerFile, messageListBytes });
});

const message = (number: number, text: string, name: string | null): CaseMessage => ({
  number,
  time: null,
  from: { name, address: null },
  to: [],
  channel: 'chat',
  subject: null,
  text,
  attachments: [],
});

test('a list written message by message has the bytes of one written whole', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.option(fc.string())), { maxLength: 20 }), (parts) => {
      const messages = parts.map(([text, name], index) => message(index + 1, text, name));
      const writer = createMessageList();
      for (const one of messages) expect(writer.add(one)).toBe(true);
      const whole: MessageList = { format: 'longplay-messages', version: 1, messages };
      const empty = '{\n  "format": "longplay-messages",\n  "messages": [],\n  "version": 1\n}\n';
      expect(Buffer.from(writer.finish()).toString('utf8')).toBe(messages.length === 0 ? empty : `${canonicalJson(whole, 2)}\n`);
    }),
  );
});

const table = (rows: number) =>
  Buffer.from(`time,from,to,text\n${Array.from({ length: rows }, (_, row) => `2025-03-12T10:00:00Z,a,b,text ${row}\n`).join('')}`, 'utf8');
const vcon = (texts: number) => {
  const dialog = Array.from({ length: texts }, () => ({ type: 'text', start: '2025-03-12T10:00:00Z', parties: [0], body: 'x', encoding: 'none' }));
  return Buffer.from(JSON.stringify({ vcon: '0.4.0', uuid: '01900000-0000-8000-8000-000000000000', parties: [{ name: 'Anna' }], dialog }), 'utf8');
};

test.each([
  ['a table', 'chat.csv', table],
  ['a vCon', 'chat.vcon', vcon],
])('messages of %s beyond the limit are counted, and an error states how many were omitted', async (_, name, file) => {
  Object.assign(limits, { messagesPerFile: 5 });
  const prepare = (messages: number) =>
    prepareMessages({ kind: 'messages', given: { name, bytes: file(messages) }, times: { zone: null, format: 'iso' }, scratch: tmpdir() }, never);
  expect(await prepare(5)).toMatchObject({ messages: 5, leftOut: 0, findings: [] });
  const cut = await prepare(12);
  expect(cut).toMatchObject({ messages: 5, leftOut: 7, findings: [{ code: 'C131' }] });
  expect(findingTable.get('C131')?.severity).toBe('error');
  expect(cut.findings[0]?.message).toContain('7 of 12 messages were left out');
  // The original is complete all the same.
  expect(cut.files[0]?.bytes.length).toBe(file(12).length);
});

test('a list that would exceed its size limit omits further messages and reports it', async () => {
  Object.assign(limits, { messageListBytes: 4_000 });
  const given = { name: 'chat.csv', bytes: table(100) };
  const prepared = await prepareMessages({ kind: 'messages', given, times: { zone: null, format: 'iso' }, scratch: tmpdir() }, never);
  expect(prepared.messages).toBeGreaterThan(0);
  expect(prepared.messages + prepared.leftOut).toBe(100);
  expect(prepared.files.find(({ path }) => path === 'messages.json')?.bytes.length).toBeLessThanOrEqual(4_000);
  expect(prepared.findings.map(({ code }) => code)).toEqual(['C131']);
});
