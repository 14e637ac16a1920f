import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import { checkTemplate, freeStem, nameOf } from '../../../src/pipeline/export/names.ts';

function documentOf(said: Partial<RecordingDocument['recording']>): RecordingDocument {
  const recording = { ...emptyRecording('made', 'experimental', 'key/1'), ...said };
  // Members without a part in names are omitted.
  return {
    recordingId: '1f0c2a9e-0000-8000-8000-000000000000',
    supersedes: null,
    site: 'here',
    fingerprint: '',
    recording,
    media: [
      {
        path: 'a',
        audioStart: null,
        original: { sizeBytes: 1 },
        codec: { id: 'gsm' },
        measurement: { durationMs: 187_400 },
        access: null,
        findings: [],
      },
    ],
    joined: null,
    findings: [],
  } as unknown as RecordingDocument;
}

const known = documentOf({
  callStart: {
    ...{ raw: '', utc: '2019-03-12T09:15:04.000Z', local: null, offsetMin: 0, zone: null },
    ...{ precision: 's', basis: 'epoch', certainty: 'exact', candidates: [] },
  },
  direction: { value: 'inbound', raw: null },
  parties: [{ role: 'agent', phone: null, name: 'Åsa Öberg', agentId: 'a1', device: null }],
  group: { id: 'g7', index: 1, count: 2, previous: null, next: null },
  reconciliation: { status: 'matched', rule: '' },
});

test('every field of the documentation has its value, and no undocumented field is accepted', () => {
  const page = readFileSync(new URL('../../../docs/how-to/search.md', import.meta.url), 'utf8');
  const fields = /--name-template` takes `([^`]*)`/.exec(page)?.[1] ?? '';
  checkTemplate(fields);
  expect(nameOf(known, '2019/20190312-4f2a', fields)).toBe(
    '2019-03-12 091504Z 2019 03 12 inbound  Åsa Öberg Åsa Öberg 3m07s gsm 1f0c2a9e key/1 g7 20190312-4f2a made here matched',
  );
  expect(nameOf(documentOf({}), 'undated/1', '{date}{time}{year}{month}{day}{agent}{group}')).toBe('undatedundatedundatedundated');
  // An ambiguous local time, and a clock without a zone: the local time, marked.
  const clock = {
    raw: '',
    utc: null,
    local: '2025-10-26T02:30:10.000',
    offsetMin: null,
    zone: 'Europe/Stockholm',
    precision: 's',
    basis: 'epoch',
  } as const;
  for (const candidates of [['2025-10-26T00:30:10.000Z', '2025-10-26T01:30:10.000Z'], []]) {
    const document = documentOf({ callStart: { ...clock, certainty: 'ambiguous-fold', candidates } });
    expect(nameOf(document, '', '{date}_{time}_{day}')).toBe('2025-10-26_023010-local_26');
  }
  for (const [template, hint] of [
    ['{agnet}', 'did you mean agent?'],
    ['{Date}', 'did you mean date?'],
    ['{}', 'the fields are'],
    ['{date', 'write fields as'],
    ['date}', 'write fields as'],
    ['{da{te}}', 'write fields as'],
  ] as const)
    expect(() => checkTemplate(template), template).toThrow(expect.objectContaining({ code: 'U134', hint: expect.stringContaining(hint) }));
});

test('for any names of callers and recorders, file names are valid on Windows and elsewhere, and unique', () => {
  const devices = [
    'CON',
    'nul.txt',
    'LPT1',
    'com²',
    'aux.',
    'CONIN$',
    'a/../b',
    '..',
    'C:\\x',
    'x'.repeat(400),
    'ö'.repeat(300),
    '\ud800',
    'a\0b',
    '',
    ' ',
    'Å',
    'å',
    'A\u030a',
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...devices)), { maxLength: 20 }), (wanted) => {
      const taken = new Set<string>();
      const stems = wanted.map((name) => freeStem(name, ['.opus'], taken));
      for (const stem of stems) {
        expect(stem).not.toMatch(/[<>:"/\\|?*\p{Cc}\p{Cs}]|[. ]$|^[. -]/u);
        expect(stem).not.toMatch(/^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i);
        expect(Buffer.byteLength(`${stem}.opus`)).toBeLessThan(200);
      }
      expect(new Set(stems.map((stem) => stem.normalize('NFC').toLowerCase())).size).toBe(stems.length);
    }),
  );
});
