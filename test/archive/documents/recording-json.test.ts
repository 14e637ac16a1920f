import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecordingJson, writeRecordingJson } from '../../../src/archive/documents/recording-json.ts';
import { recordingSchema } from '../../../src/archive/documents/recording-schema.ts';
import { limits } from '../../../src/core/base/limits.ts';
import type { RecordingDocument } from '../../../src/core/model/recording-document.ts';
import { recordingDocument } from '../recording-documents.ts';

const samples = fc.sample(recordingDocument, { numRuns: 20, seed: 7 });
const [sample] = samples;
if (sample === undefined) throw new Error('no sample');
/** Members that archives of earlier versions lack, as listed in docs/reference/archive-format.md. */
const laterMembers = [
  ...['joined.decoded', 'media.access.decoded', 'media.declared'],
  ...['media.doubts', 'media.pronom', 'media.startOffsetMs', 'recording.durationDeclared.of', 'recording.events.callOffsetMs'],
  ...['recording.events.mediaOffsetMs', 'recording.events.party', 'recording.group', 'recording.quality', 'recording.reconciliation.joined'],
  ...['recording.reconciliation.reason', 'recording.retention'],
];
const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), 'utf8');
const plain = (document: RecordingDocument): unknown => JSON.parse(JSON.stringify(document));

describe('recording.json', () => {
  it('is read back as it was written, for any document that the type allows', () => {
    fc.assert(
      fc.property(recordingDocument, (document) => {
        const { document: back, problems } = parseRecordingJson(writeRecordingJson(document));
        expect(problems).toEqual([]);
        expect(back).toEqual(plain(document));
      }),
      { numRuns: 150 },
    );
  });

  it('has the same bytes in any order of its members, and ends in a line feed', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([name, member]) => [name, reversed(member)]),
            )
          : value;
    fc.assert(
      fc.property(recordingDocument, (document) => {
        const bytes = writeRecordingJson(document);
        // Reverses the members of a document, which keeps its meaning.
        expect(writeRecordingJson(reversed(document) as RecordingDocument)).toEqual(bytes);
        expect(bytes.at(-1)).toBe(0x0a);
      }),
      { numRuns: 30 },
    );
  });

  it('is refused if any member is missing, at any depth, except those that were added later', () => {
    const accepted = new Set<string>();
    const refused = new Set<string>();
    for (const one of samples) {
      const paths: (string | number)[][] = [];
      const walk = (value: unknown, path: (string | number)[]): void => {
        if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index]);
        else if (typeof value === 'object' && value !== null)
          for (const [name, member] of Object.entries(value)) {
            paths.push([...path, name]);
            walk(member, [...path, name]);
          }
      };
      walk(plain(one), []);
      for (const path of paths) {
        const copy = plain(one);
        // Every step except the last is an object or array, as `walk` went through it.
        const holder = path.slice(0, -1).reduce((value, step) => (value as Record<string | number, unknown>)[step], copy) as Record<
          string | number,
          unknown
        >;
        delete holder[path.at(-1) ?? ''];
        const name = path.filter((step) => typeof step === 'string').join('.');
        (parseRecordingJson(bytesOf(copy)).document === null ? refused : accepted).add(name);
      }
    }
    expect(refused.size).toBeGreaterThan(100);
    expect([...accepted].sort()).toEqual(laterMembers);
    expect([...accepted].filter((name) => refused.has(name))).toEqual([]);
  });

  it.each([
    ['an unknown member', { ...sample, more: 1 }, /the document must NOT have additional properties/],
    ['a member called __proto__', JSON.parse(`{"__proto__":1,${JSON.stringify(sample).slice(1)}`), /additional properties/],
    ['another format', { ...sample, format: 'x' }, /\/format must be equal to constant/],
    [
      'a path that leads out of the bag',
      { ...sample, sources: [{ path: '../x', sizeBytes: 1, sha256: '0'.repeat(64), sha512: '0'.repeat(128) }] },
      /\/sources\/0\/path must match pattern/,
    ],
    [
      'a negative size',
      { ...sample, sources: [{ path: 'x', sizeBytes: -1, sha256: '0'.repeat(64), sha512: '0'.repeat(128) }] },
      /sizeBytes must be >= 0/,
    ],
    ['a newer version', { ...sample, version: 3 }, /it is of version 3, this program supports versions 1 and 2/],
    ['version 2 without an amendment', { ...sample, version: 2 }, /version 2 has revision and amends/],
    ['version 1 with a revision', { ...sample, revision: 2 }, /version 1 has neither/],
    [
      'version 1 with a file of another bag',
      { ...sample, sources: [{ path: 'x', bag: '2019/20190312-0123456789abcdef', sizeBytes: 1, sha256: '0'.repeat(64), sha512: '0'.repeat(128) }] },
      /a document of version 1 names a file of another bag/,
    ],
    [
      'a bag path that leads out of the archive',
      { ...sample, sources: [{ path: 'x', bag: '../../etc', sizeBytes: 1, sha256: '0'.repeat(64), sha512: '0'.repeat(128) }] },
      /\/sources\/0\/bag must match pattern/,
    ],
    ['no object', [], /must be object/],
    ['null', null, /must be object/],
  ])('with %s is refused with the reason', (_, value, reason) => {
    const { document, problems } = parseRecordingJson(bytesOf(value));
    expect(document).toBeNull();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(reason);
  });

  it('with any bytes never throws and never quotes them', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseRecordingJson(bytes).document === null));
    expect(parseRecordingJson(Buffer.from('{"name":"Ebba 070-1740605"')).problems).toEqual(['it is not JSON']);
    expect(parseRecordingJson(Buffer.from([0xff])).problems[0]).toMatch(/not UTF-8/);
    expect(parseRecordingJson(Buffer.from(`${'['.repeat(200_000)}`)).document).toBeNull();
    expect(parseRecordingJson(new Uint8Array(limits.recordingJsonBytes + 1)).problems[0]).toMatch(/more than/);
  });

  it('is never written if it could not be read back', () => {
    // Only a bug would make a negative size; the type allows it.
    const wrong: RecordingDocument = { ...sample, sources: [{ path: 'x', sizeBytes: -1, sha256: '', sha512: '' }] };
    expect(() => writeRecordingJson(wrong)).toThrow(/recording\.json of/);
  });

  it('has a schema in docs that equals the one in code', () => {
    const docs: unknown = JSON.parse(readFileSync(new URL('../../../docs/reference/recording.schema.json', import.meta.url), 'utf8'));
    expect(docs).toEqual(JSON.parse(JSON.stringify(recordingSchema)));
  });
});
