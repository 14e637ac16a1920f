import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { listVcon } from '../../../src/source/members/vcon.ts';
import { listed, never, temporaryFolder } from '../rig.ts';

const audio = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => (index * 37) % 251));
const inline = (bytes: Buffer, more: object = {}) => ({
  type: 'recording',
  mediatype: 'audio/x-wav',
  encoding: 'base64url',
  body: bytes.toString('base64url'),
  ...more,
});
const vcon = (dialog: unknown, more: object = {}): string => JSON.stringify({ vcon: '0.4.0', uuid: 'x', parties: [], dialog, ...more });

async function names(text: string): Promise<string[]> {
  const found: string[] = [];
  const bytes = Buffer.from(text);
  for await (const { name, size } of listVcon(memoryReader(bytes, 'a.vcon'), never)) found.push(`${Buffer.from(name).toString()} ${size}`);
  return found;
}

describe('a vCon as a container', () => {
  it('gives the recordings inside it byte for byte, of any length, and the document unchanged', async () => {
    for (const length of [1, 2, 3, 4, 65_535, 300_001]) {
      using folder = temporaryFolder();
      const text = vcon([{ type: 'text', body: 'Hello', encoding: 'none' }, inline(audio(length), { filename: 'x.GSM' }), inline(audio(7))]);
      folder.file('in/a.vcon', text);
      const { entries, findings, contents } = await listed(`${folder.path}/in`);
      expect(entries).toEqual([`a.vcon!dialog-1.gsm ${length}`, 'a.vcon!dialog-2.wav 7', `a.vcon!vcon.json ${text.length}`]);
      expect(findings).toEqual([]);
      expect(contents.get('a.vcon!dialog-1.gsm')?.equals(audio(length))).toBe(true);
      expect(contents.get('a.vcon!vcon.json')?.toString()).toBe(text);
    }
  });

  it('is recognised by its name, or by its version if it is called JSON; one without a recording inside stays a file', async () => {
    using folder = temporaryFolder();
    folder.file('in/named.VCON', vcon([inline(audio(3))], { vcon: undefined }));
    folder.file('in/version.json', `\ufeff${vcon([inline(audio(3))])}`);
    folder.file('in/other.json', vcon([inline(audio(3))], { vcon: undefined }));
    folder.file('in/outside.vcon', vcon([{ type: 'recording', url: 'https://vcon.example/a.wav' }]));
    const { entries } = await listed(`${folder.path}/in`);
    expect(entries.map((entry) => entry.replace(/ \d+$/, ''))).toEqual([
      'named.VCON!dialog-0.wav',
      'named.VCON!vcon.json',
      'other.json',
      'outside.vcon',
      'version.json!dialog-0.wav',
      'version.json!vcon.json',
    ]);
    // Given directly, its members have no prefix.
    expect((await listed(`${folder.path}/in/named.VCON`)).entries.map((entry) => entry.split(' ')[0])).toEqual(['dialog-0.wav', 'vcon.json']);
  });

  it('ignores what is not a recording: text, another encoding, an escape, a body elsewhere, a length that is invalid in base64', async () => {
    const body = audio(6).toString('base64url');
    for (const dialog of [
      [inline(audio(6), { type: 'text' })],
      [inline(audio(6), { encoding: 'none' })],
      [inline(audio(6), { encoding: undefined })],
      [{ deeper: inline(audio(6)) }],
      [[inline(audio(6))]],
      { 0: inline(audio(6)) },
      [inline(audio(6), { body: `${body} ` })],
      [inline(audio(6), { body: 'AAAAA' })],
      [inline(audio(6), { body: '' })],
      [inline(audio(6), { body: 'AA=A' })],
    ])
      expect(await names(vcon(dialog)), JSON.stringify(dialog)).toEqual([]);
    expect(await names(vcon([], { attachments: [inline(audio(6))], x: { dialog: [inline(audio(6))] } }))).toEqual([]);
    expect(await names(vcon([inline(audio(6))]).replace(body, body.replace('A', '\\u0041')))).toEqual(body.includes('A') ? [] : expect.any(Array));
    // Padding and the other alphabet are read, too; early documents have no type.
    expect((await names(vcon([inline(audio(4), { body: audio(4).toString('base64'), type: undefined, encoding: 'base64' })])))[1]).toBe(
      'dialog-0.wav 4',
    );
  });

  it('gives the complete parts of a truncated text, and ends on any text', async () => {
    const text = vcon([inline(audio(30)), inline(audio(30))]);
    expect((await names(text.slice(0, text.lastIndexOf('"body"') + 12))).map((name) => name.split(' ')[0])).toEqual(['vcon.json', 'dialog-0.wav']);
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.string({ maxLength: 6 }), fc.boolean(), async (at, put, cut) => {
        for (const name of await names(text.slice(0, at) + put + (cut ? '' : text.slice(at))))
          expect(name).toMatch(/^(?:vcon\.json|dialog-\d+(?:\.wav)?) \d+$/);
      }),
    );
    expect(await names('{"dialog":['.repeat(200))).toEqual([]);
  });
});
