import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { importers } from '../../importers/index.ts';
import { LongplayError } from '../../src/core/base/error.ts';
import { openAccount } from '../../src/pipeline/read/account.ts';
import type { Newest } from '../../src/store/catalog/lookup.ts';
import { openLedger } from '../../src/store/jobs/ledger.ts';
import type { PlannedRecording } from '../../src/store/jobs/plan.ts';
import { processorMs } from '../processor-ms.ts';
import { plannedIn } from '../store/jobs/planned.ts';
import { wav } from './asterisk/rows.ts';
import { type Imported, importAll } from './import-all.ts';
import { memoryFilesOfFolder, memorySource } from './memory-source.ts';

type Files = Readonly<Record<string, Uint8Array>>;
type Edit = (files: Files) => Files;

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ofFolder = (name: string) => async (): Promise<Files> => memoryFilesOfFolder(join(samples, name));

const rtpId = 'a%2Fb%40pbx.example-00112233445566aa';
/** Input of each importer: the sample of the project, or a small export written here. */
const exports: Readonly<Record<string, () => Promise<Files>>> = {
  asterisk: ofFolder('asterisk-normal'),
  freeswitch: ofFolder('freeswitch'),
  generic: ofFolder('generic-csv'),
  'sidecar-xml': ofFolder('sidecar-xml'),
  siprec: ofFolder('siprec'),
  voipmonitor: ofFolder('voipmonitor'),
  'nice-trading': async () => ({
    'cvs.csv': bytes(
      ['CVSKEY;CVSUSR;CVSCHN;CVSSDT;CVSEDT;UtcStartTime;UtcEndTime;CVSDIR;CVSC00;CVSC01;CVSLCT']
        .concat(
          [1, 2, 3].map(
            (key) =>
              `${key};dealer7;12;2019-10-27 02:15:0${key};2019-10-27 02:16:00;2019-10-27 01:15:0${key};2019-10-27 01:16:00;IN;2001;2002;2019-10-2${key}\\CH1_1_85.wav`,
          ),
        )
        .join('\r\n'),
    ),
    'voice/2019-10-21/CH1_1_85.wav': wav(1),
    'voice/2019-10-22/CH1_1_85.wav': wav(2),
    'voice/2019-10-23/CH1_1_85.wav': wav(3),
  }),
  rtpengine: async () => ({
    [`metadata/rtpengine-meta-${rtpId}.txt`]: bytes(
      `/var/spool/rtpengine/pcaps/${rtpId}.pcap\n\nTimestamp started ms: 1766451600123.456\n\nTimestamp terminated ms(first): 1766451660124.000\n\ncall start time: 2025-12-23T02:00:00\ncall end time: 2025-12-23T02:01:00\n\ncaller:2001|callee:2002\n`,
    ),
    [`pcaps/${rtpId}.pcap`]: wav(4),
    'calls.csv': bytes('id,call_id,start_timestamp,end_timestamp,status\n1,c@x,1766451600.1,1766451660.2,completed\n2,d@x,1766451700.1,,recording\n'),
    'streams.csv': bytes('id,call,local_filename,full_filename,file_format,output_type\n1,1,c%40x-00112233445566ab-mix,,wav,mixed\n'),
    'metakeys.csv': bytes('id,call,key,value\n1,1,agent,Trader\n2,9,agent,Trader\n'),
    'c%40x-00112233445566ab-mix.wav': wav(5),
  }),
  'loose-files': async () => ({ 'a.wav': wav(1), 'b/a.wav': wav(2), 'b/a.xml': bytes('<a/>') }),
};

const isText = (path: string): boolean => /\.(csv|txt|xml|json|sql|toml|tsv|sip|meta)$/i.test(path);
const pick = <Value>(values: readonly Value[], at: number): Value | undefined => values[at % Math.max(1, values.length)];

/** The same files with one of them changed, by its position in the list. */
function changed(files: Files, at: number, change: (path: string, content: Uint8Array) => Files, textOnly = false): Files {
  const entries = Object.entries(files);
  const found = pick(textOnly ? entries.filter(([path]) => isText(path)) : entries, at);
  if (found === undefined) return files;
  const { [found[0]]: _gone, ...others } = files;
  return { ...others, ...change(...found) };
}
const rewritten = (at: number, change: (content: Uint8Array) => Uint8Array, textOnly = true): Edit => {
  return (files) => changed(files, at, (path, content) => ({ [path]: change(content) }), textOnly);
};
const lines = (at: number, change: (all: readonly string[]) => readonly string[]): Edit =>
  rewritten(at, (content) => Buffer.from(change(Buffer.from(content).toString('latin1').split('\n')).join('\n'), 'latin1'));

const place = fc.nat({ max: 1_000 });
const edits: fc.Arbitrary<{ readonly what: string; readonly edit: Edit }> = fc.oneof(
  place.map((at) => ({ what: `drop ${at}`, edit: (files: Files) => changed(files, at, () => ({})) })),
  fc.tuple(place, fc.constantFrom('a/', 'b/c/', 'x.tar!', 'z.zip!1/', 'é/', 'copy of ')).map(([at, folder]) => ({
    what: `double ${at} under ${folder}`,
    edit: (files: Files) => changed(files, at, (path, content) => ({ [path]: content, [folder + path]: content })),
  })),
  fc.tuple(fc.nat({ max: 3 }), fc.constantFrom('a/', 'x.tar!')).map(([, folder]) => ({
    what: `double all under ${folder}`,
    edit: (files: Files) => ({ ...files, ...Object.fromEntries(Object.entries(files).map(([path, content]) => [folder + path, content])) }),
  })),
  place.map((at) => ({ what: `upper ${at}`, edit: (files: Files) => changed(files, at, (path, content) => ({ [path.toUpperCase()]: content })) })),
  fc.constantFrom('x.tar!', 'deep/er/x.tar.gz!y.zip!').map((prefix) => ({
    what: `all inside ${prefix}`,
    edit: (files: Files) => Object.fromEntries(Object.entries(files).map(([path, content]) => [prefix + path, content])),
  })),
  fc.tuple(place, fc.double({ min: 0, max: 1, noNaN: true })).map(([at, share]) => ({
    what: `cut ${at} at ${share}`,
    edit: rewritten(at, (content) => content.subarray(0, Math.floor(content.length * share)), false),
  })),
  fc.tuple(place, fc.nat({ max: 7 })).map(([at, turn]) => ({
    what: `shuffle lines of ${at} by ${turn}`,
    edit: lines(at, (all) =>
      all
        .map((line, index) => [(index * (turn * 2 + 3)) % 17, line] as const)
        .sort(([a], [b]) => a - b)
        .map(([, line]) => line),
    ),
  })),
  place.map((at) => ({ what: `double lines of ${at}`, edit: lines(at, (all) => all.flatMap((line) => [line, line])) })),
  fc.tuple(place, fc.integer({ min: 2, max: 5 })).map(([at, every]) => ({
    what: `thin lines of ${at} by ${every}`,
    edit: lines(at, (all) => all.filter((_, index) => index % every !== 1)),
  })),
  fc
    .tuple(place, fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }))
    .map(([at, flips]) => ({
      what: `flip bytes of ${at}: ${JSON.stringify(flips)}`,
      edit: rewritten(at, (content) => {
        const copy = Uint8Array.from(content);
        for (const [share, value] of flips) if (copy.length > 0) copy[Math.floor(share * (copy.length - 1))] = value;
        return copy;
      }),
    })),
  place.map((at) => ({ what: `BOM on ${at}`, edit: rewritten(at, (content) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), content])) })),
  fc.tuple(place, fc.boolean()).map(([at, marked]) => ({
    what: `UTF-16 ${at} ${marked}`,
    edit: rewritten(at, (content) => Buffer.from(`${marked ? '\ufeff' : ''}${Buffer.from(content).toString('utf8')}`, 'utf16le')),
  })),
  place.map((at) => ({ what: `CRLF ${at}`, edit: lines(at, (all) => all.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : `${line}\r`))) })),
  place.map((at) => ({ what: `empty ${at}`, edit: rewritten(at, () => new Uint8Array(0), false) })),
);

/** A plan covers everything with a file that an importer reported, and the next import plans nothing more. */
async function assertKept(files: Files, { recordings, tables, files: roles }: Imported): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kept-'));
  const archived = new Map<string, PlannedRecording>();
  const known = (id: string): Newest | null => {
    const found = archived.get(id);
    if (found === undefined) return null;
    return {
      recordingId: id,
      fingerprint: found.fingerprint,
      firstId: id,
      firstFingerprint: found.fingerprint,
      ...{ importer: found.recording.importer, site: 'site', key: found.recording.key },
      status: 'matched',
      joined: 'matched',
      revision: 1,
      described: '',
      bag: '2019/20190312-0123456789abcdef',
      earlier: [],
      reason: null,
      doubtful: 0,
      sound: 'yes' as const,
      durationMs: null,
    };
  };
  try {
    for (const run of [1, 2]) {
      const ledger = openLedger(folder);
      for (const [path, { length }] of Object.entries(files)) ledger.entry(path, length);
      const account = openAccount(ledger, { salt: 'salt', site: 'site', known: known, comparison: null, amendments: null });
      const codes: string[] = [];
      for (const item of [...recordings, ...tables, ...roles]) codes.push(...(await account.take(item)).map(({ code }) => code));
      expect(codes.filter((code) => ['P101', 'P102', 'P103'].includes(code))).toEqual([]);
      const planned = plannedIn(ledger);
      const { toImport, byBucket } = account.finish().reconciliation;
      ledger.close();
      expect(byBucket.reduce((sum, bucket) => sum + bucket.files, 0)).toBe(Object.keys(files).length);
      expect(toImport).toBe(run === 1 ? planned.length : 0);
      for (const one of planned) archived.set(one.recordingId, one);
    }
    const kept = new Set([...archived.values()].flatMap(({ recording }) => recording.media.map(({ path }) => path)));
    expect(recordings.flatMap(({ media }) => media.map(({ path }) => path)).filter((path) => !kept.has(path))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it.each(Object.keys(exports))('%s accounts for its own export however it is damaged, copied, renamed or re-encoded', async (id) => {
  const importer = importers.find((one) => one.id === id);
  const make = exports[id];
  if (importer === undefined || make === undefined) throw new Error(`there is no importer ${id}`);
  const whole = await make();
  const mapping = join(samples, 'generic-csv/mapping.toml');
  const options = {
    zone: 'Europe/Stockholm',
    mapping: id === 'generic' && existsSync(mapping) ? { name: 'mapping.toml', text: readFileSync(mapping, 'utf8') } : null,
  };
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 4 }), async (several) => {
      const files = several.reduce((all, { edit }) => edit(all), whole);
      const began = processorMs();
      try {
        await assertKept(files, await importAll(importer, memorySource(files), options, 'repeat'));
      } catch (error) {
        if (!(error instanceof LongplayError && error.kind === 'usage'))
          throw new Error(`${several.map(({ what }) => what).join('; ')}: ${error instanceof Error ? error.stack : error}`);
      }
      expect(processorMs() - began).toBeLessThan(20_000);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});
