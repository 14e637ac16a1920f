import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formats } from '../../../formats/index.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { createMediaJudge } from '../../../src/media/identify/media-judge.ts';
import { root } from '../../cli/rig.ts';
import { never } from '../medium-rig.ts';

const judge = createMediaJudge(formats);
const folder = join(root, 'samples/formats');

async function verdictOn(bytes: Uint8Array, path: string): Promise<[is: string, kind: string | null]> {
  const verdict = await judge.judgeContent(memoryReader(bytes, path), path, never);
  return [verdict.is, verdict.is === 'medium' ? verdict.kind : null];
}

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const padded = (head: string, size = 600): Uint8Array => Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(size)]);

test('every extension of every format indicates a medium, in capitals and with a trailing blank; captures are distinguished', () => {
  for (const { id, extensions } of formats)
    for (const ending of extensions) {
      const kind = ['pcap', 'pcapng', 'voipmonitor-packed'].includes(id) ? 'pcap' : 'audio';
      expect([ending, judge.kindOfName(`a/call${ending}`), judge.kindOfName(`call${ending.toUpperCase()} `)]).toEqual([ending, kind, kind]);
    }
  expect(judge.kindOfName('spool.tar!call.pcap#12')).toBe('pcap');
  for (const name of ['call', 'call.txt', 'call.dat', '.wav', 'wav', 'call.wav.bak']) expect([name, judge.kindOfName(name)]).toEqual([name, null]);
});

test('a sample of each container is a medium under any name', async () => {
  for (const name of ['wave-ok.wav', 'au-mulaw.au', 'ogg-opus.opus', 'flac.flac', 'mp4-aac.m4a', 'amr-nb.amr', 'raw-g729.g729', 'raw-gsm.gsm'])
    for (const path of ['call.dat', 'call.bin', 'call.rec', 'call.aud', 'call.txt', 'call', 'call.wav ', 'calls\ufffd.\ufffd'])
      expect([name, path, ...(await verdictOn(readFileSync(join(folder, name)), path))]).toEqual([name, path, 'medium', 'audio']);
  expect(await verdictOn(readFileSync(join(folder, 'pcap-call.pcap')), 'call.dat')).toEqual(['medium', 'pcap']);
});

test('a sample that a format recognises is never classified as another kind of file', async () => {
  const others: string[] = [];
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const [is] = await verdictOn(bytes, name);
    if (is === 'other') others.push(name);
  }
  expect(others).toEqual([]);
});

test('texts in four encodings, images, documents and programs are not audio', async () => {
  const kinds: readonly (readonly [string, Uint8Array])[] = [
    ['no audio: 0 bytes', new Uint8Array(0)],
    ['no audio: 3 bytes only', latin1('\xef\xbb\xbf')],
    ['no audio: text', latin1('Id;Start;Agent\r\n1;2019-03-12;x\r\n')],
    ['no audio: text', Buffer.from('Läs mig: det här är en text om samtal\n'.repeat(200), 'utf8')],
    ['no audio: text', latin1('L\xe4s mig: det h\xe4r \xe4r en text om samtal\n'.repeat(200))],
    ['no audio: text', Buffer.from('\ufeffLäs mig: det här är en text\r\n', 'utf16le')],
    ['no audio: a PDF document', padded('%PDF-1.7\n')],
    ['no audio: an OLE2 file (Office document, Thumbs.db, MSI)', padded('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
    ['no audio: a JPEG image', padded('\xff\xd8\xff\xe0\0\x10JFIF')],
    ['no audio: a WebP image', padded('RIFF\x50\x02\0\0WEBPVP8 ')],
    ['no audio: an SQLite database', padded('SQLite format 3\0')],
    ['no audio: a program (ELF)', readFileSync(process.execPath).subarray(0, 100_000)],
    ['no audio: a Windows program', padded(`MZ${'\0'.repeat(0x3a)}\x80\0\0\0${'\0'.repeat(0x40)}PE\0\0`)],
  ];
  for (const [reason, bytes] of kinds) {
    const verdict = await judge.judgeContent(memoryReader(bytes, 'x'), 'x', never);
    expect({ ...verdict }).toEqual({ is: 'other', reason });
  }
});

test('unrecognised bytes may be audio, and so may archives that are not opened', async () => {
  // Encrypted: evenly distributed.
  const even = Uint8Array.from({ length: 40_000 }, (_, i) => (i * 2_654_435_761) >>> 24);
  expect(await judge.judgeContent(memoryReader(even, 'x'), 'x', never)).toEqual({ is: 'unknown', reason: 'no format recognises these 40000 bytes' });
  expect(await judge.judgeContent(memoryReader(padded('Rar!\x1a\x07\x01\0'), 'x'), 'x', never)).toEqual({
    is: 'unknown',
    reason: 'a RAR archive, which is not opened: it may contain audio',
  });
});
