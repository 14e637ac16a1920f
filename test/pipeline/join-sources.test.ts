import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importers } from '../../importers/index.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import { emptyRecording, type Recording } from '../../src/core/model/recording.ts';
import type { PipelineEvent } from '../../src/pipeline/events/events.ts';
import { joinCalls } from '../../src/pipeline/read/join-calls.ts';
import { openSources } from '../../src/pipeline/read/open-sources.ts';
import { type ReadRequest, readSource } from '../../src/pipeline/read/read-source.ts';
import { followSource } from '../../src/pipeline/read/source-notes.ts';
import { openCallTable } from '../../src/store/jobs/call-table.ts';
import { openLedger } from '../../src/store/jobs/ledger.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { cdrLine, wav } from '../importers/asterisk/rows.ts';
import { media } from '../importers/media.ts';
import { processorMs } from '../processor-ms.ts';
import { plannedIn } from '../store/jobs/planned.ts';

const signal = new AbortController().signal;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'join-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const iso = (seconds: number): string => new Date(Date.UTC(2026, 0, 5, 9) + seconds * 1_000).toISOString();
const call = (key: string, seconds: number, more: Partial<Recording>): Recording => ({
  ...emptyRecording('generic', 'documented', key),
  callStart: parseTime(iso(seconds), { format: 'iso', zone: null }),
  reconciliation: { status: more.media === undefined ? 'row-without-audio' : 'matched', rule: '' },
  ...more,
});
const audio = (path: string): Recording['media'] => [{ path, kind: 'audio', side: 'unknown', channels: [], audioStart: null }];
const id = (value: string): Pick<Recording, 'correlation'> => ({ correlation: [{ name: 'sip-call-id', value }] });
const caller = (raw: string): Pick<Recording, 'parties'> => ({
  parties: [{ role: 'caller', phone: { raw, e164: null, extension: null, sip: null, damage: null }, name: null, agentId: null, device: null }],
});

function joined(parts: readonly (readonly Recording[])[]): { calls: Record<string, string[]>; findings: Finding[] } {
  const table = openCallTable(folder);
  try {
    for (const [part, recordings] of parts.entries()) for (const recording of recordings) table.add(recording, part);
    const calls: Record<string, string[]> = {};
    const findings: Finding[] = [];
    for (const item of joinCalls(
      table,
      parts.map((_, part) => `part ${part}`),
      'all',
    )) {
      if ('code' in item) findings.push(item);
      else {
        calls[item.recording.key] = item.recording.accounts.map((account) => `${account.key} by ${account.joinedBy}`);
        findings.push(...item.recording.findings);
      }
    }
    return { calls, findings };
  } finally {
    table.close();
  }
}

describe('descriptions of one call', () => {
  it('are joined by an id, also through a description without audio, and to all segments', () => {
    const { calls, findings } = joined([
      [call('cdr', 0, { correlation: [...id('a@x').correlation, { name: 'ucid', value: '7' }] })],
      [call('segment 1', 0, { ...id('a@x'), media: audio('1.wav') }), call('segment 2', 60, { ...id('a@x'), media: audio('2.wav') })],
      [call('trading', 0, { correlation: [{ name: 'ucid', value: '7' }] }), call('alone', 0, {})],
    ]);
    expect(calls).toEqual({ 'segment 1': ['cdr by id', 'trading by id'], 'segment 2': ['cdr by id', 'trading by id'], alone: [] });
    expect(findings.map(({ code, place }) => `${code} ${place}`)).toEqual(['P194 segment 2', 'P194 segment 2']);
  });

  it('without any audio belong to the export that was named first', () => {
    expect(joined([[call('a', 0, id('q'))], [call('b', 0, id('q'))], [call('c', 0, id('q'))]]).calls).toEqual({ a: ['b by id', 'c by id'] });
  });

  it('remain two if both have audio', () => {
    const { calls, findings } = joined([
      [call('a', 0, { ...id('q'), media: audio('a.wav') })],
      [call('b', 0, { ...id('q'), media: audio('b.wav') })],
    ]);
    expect(calls).toEqual({ a: [], b: [] });
    expect(findings.map(({ code }) => code)).toEqual(['P193']);
  });

  it('are not joined by an id that every row has', () => {
    const recorded = Array.from({ length: 40 }, (_, at) => call(`r${at}`, at * 60, { ...id('trunk'), media: audio(`${at}.wav`) }));
    const { calls, findings } = joined([recorded, [call('cdr', 0, id('trunk'))]]);
    expect(calls.cdr).toEqual([]);
    expect(findings.map(({ code }) => code)).toEqual(['P191']);
  });

  it('are joined by number and time once the clock offsets are known, and by nothing less', () => {
    const recorded = Array.from({ length: 8 }, (_, at) =>
      call(`r${at}`, at * 60, { ...(at < 6 ? id(`c${at}`) : {}), ...caller('+442079460017'), media: audio(`${at}.wav`) }),
    );
    // The exchange's clock is 90 s behind: without the offset, r7 would take the row of r6.
    const rows = Array.from({ length: 8 }, (_, at) =>
      call(`c${at}`, at * 60 - 90, { ...(at < 6 ? id(`c${at}`) : {}), ...caller(at === 6 ? '020 7946 0017' : '+442079460017') }),
    );
    const { calls, findings } = joined([recorded, rows]);
    expect(calls).toMatchObject({ r5: ['c5 by id'], r6: ['c6 by window'], r7: ['c7 by window'] });
    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'P190 the clock of part 1 is 90.0 s behind that of part 0: median of 6 pairs, nine of ten within 0.0 s of it',
    ]);
  });

  it('that fit several recordings equally are joined to none', () => {
    const recorded = [0, 1].map((at) => call(`r${at}`, at, { ...caller('+442079460017'), media: audio(`${at}.wav`) }));
    const { calls, findings } = joined([recorded, [call('row', 0, caller('+442079460017'))]]);
    expect(calls).toEqual({ r0: [], r1: [], row: [] });
    expect(findings.map(({ code }) => code)).toEqual(['P192']);
  });

  it('without a recording of their own go together to the recording that fits one of them by number and time', () => {
    const { calls } = joined([
      [call('cdr', 0, { ...id('q'), ...caller('+442079460017') })],
      [call('siprec', 0, id('q'))],
      [call('r', 1, { ...caller('+442079460017'), media: audio('r.wav') })],
    ]);
    expect(calls).toEqual({ r: ['cdr by window', 'siprec by window'] });
  });

  it('are one if a third links them, although none has audio', () => {
    const both = { correlation: [...id('q').correlation, { name: 'ucid', value: '7001' }] };
    expect(joined([[call('a', 0, id('q'))], [call('b', 0, both)], [call('c', 0, { correlation: [{ name: 'ucid', value: '7001' }] })]]).calls).toEqual(
      {
        a: ['b by id', 'c by id'],
      },
    );
  });

  it('are not joined by a placeholder value', () => {
    for (const nothing of ['0', '00000', '-', 'null', '(null)', 'N/A', 'none', 'unknown', '00000000-0000-0000-0000-000000000000']) {
      const { calls } = joined([[call('r', 0, { ...id(nothing), media: audio('r.wav') })], [call('c', 900, id(nothing))]]);
      expect(calls, nothing).toEqual({ r: [], c: [] });
    }
  });

  it('of two recorders that number their calls from one are not joined across days', () => {
    const counted = (value: string): Partial<Recording> => ({ sourceKeys: [{ name: 'id', value }] });
    const [other, same] = [call('two 7', 90_000, counted('7')), call('two 8', 3_600, counted('8'))];
    const uuid = '5a42abbe-e14d-4a9b-8eee-c3f260c690ab';
    const { calls } = joined([
      ['7', '8', uuid].map((value) => call(`one ${value}`, 0, { ...counted(value), media: audio(`${value}.wav`) })),
      [other, same, call('wrong clock', 90_000, counted(uuid))],
    ]);
    expect(calls).toEqual({ 'one 7': [], 'one 8': ['two 8 by id'], [`one ${uuid}`]: ['wrong clock by id'], 'two 7': [] });
  });

  it('that share an id by the thousands are resolved in a moment', () => {
    const recorded = Array.from({ length: 4_000 }, (_, at) => call(`r${at}`, at * 60, { ...id('trunk'), media: audio(`${at}.wav`) }));
    const rows = Array.from({ length: 4_000 }, (_, at) => call(`c${at}`, at * 60, id('trunk')));
    const began = processorMs();
    const { calls, findings } = joined([recorded, rows]);
    expect(processorMs() - began).toBeLessThan(10_000);
    expect(Object.keys(calls)).toHaveLength(8_000);
    expect(findings.map(({ code, message }) => `${code} ${message.split(' ')[0]}`)).toEqual(['P191 4000']);
  });

  it('that contradict each other are reported without their values', () => {
    const declared = (ms: number): Pick<Recording, 'durationDeclared'> => ({ durationDeclared: { ms, raw: String(ms), unit: 'ms' } });
    const { findings } = joined([
      [call('r', 0, { ...id('q'), ...declared(60_000), direction: { value: 'inbound', raw: null }, media: audio('a.wav') })],
      [call('c', 7, { ...id('q'), ...declared(90_000), direction: { value: 'outbound', raw: null } })],
    ]);
    expect(findings.map(({ message }) => message)).toEqual([
      'by part 1 the call starts 7.0 s later, is 90.0 s long instead of 60.0 s, is outbound instead of inbound',
    ]);
  });
});

describe('several exports in one import', () => {
  const mapping = `[source]\nzone = "UTC"\n[table]\nfiles = "calls.csv"\n[columns]\nkey = "id"\nstart = "start"\n[columns.correlation]\nlinkedid = "linked"\n[join]\ncolumn = "file"\nmatch = "name"\n`;
  const request: ReadRequest = {
    site: 'default',
    importer: null,
    zone: 'UTC',
    encoding: null,
    mapping: { name: 'm.toml', text: mapping },
    joinSources: true,
  };

  async function read(sources: readonly string[], given: Partial<ReadRequest> = {}) {
    await using opened = await openSources(
      sources.map((name) => join(folder, name)),
      folder,
      signal,
    );
    const ledger = openLedger(opened.scratch);
    try {
      const events: PipelineEvent[] = [];
      const reading = readSource(
        { opened, ledger, notes: followSource(opened.source) },
        { ...request, ...given },
        { importers, media, salt: 's', known: () => null, clockMs: Date.now() },
        signal,
      );
      let next = await reading.next();
      for (; next.done !== true; next = await reading.next()) events.push(next.value);
      return { ...next.value, events, recordings: plannedIn(ledger).map(({ recording }) => recording) };
    } finally {
      ledger.close();
    }
  }

  function exported(): void {
    for (const name of ['recorder', 'cdr']) mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, 'recorder/calls.csv'),
      'id,start,linked,file\n1,2026-01-05 09:00:00,1767603600.1,a.wav\n2,2026-01-05 09:05:00,,b.wav\n',
    );
    for (const name of ['a', 'b']) writeFileSync(join(folder, `recorder/${name}.wav`), wav(80));
    const rows = [
      cdrLine({ start: '2026-01-05 09:00:00', uniqueid: '1767603600.1', sequence: 1 }),
      cdrLine({ start: '2026-01-05 10:00:00', uniqueid: '1767607200.2', sequence: 2 }),
    ];
    writeFileSync(join(folder, 'cdr/Master.csv'), rows.join(''));
  }

  it('makes one recording of both, and every row is accounted for', async () => {
    exported();
    const { importer, reconciliation, recordings } = await read(['recorder', 'cdr']);
    expect(importer).toBe('generic+asterisk');
    expect(recordings.map(({ key, accounts }) => [key, accounts.map((account) => account.importer)])).toEqual([
      ['1', ['asterisk']],
      ['2', []],
      ['1767607200.2', []],
    ]);
    expect(recordings[0]?.provenance.map(({ path }) => path)).toEqual(['recorder/calls.csv', 'cdr/Master.csv']);
    expect(reconciliation.tables.map(({ path, byStatus }) => [path, byStatus])).toEqual([
      ['cdr/Master.csv', { matched: 1, 'row-without-audio': 1 }],
      ['recorder/calls.csv', { matched: 2 }],
    ]);
    expect(reconciliation.recordings).toEqual({ matched: 2, 'row-without-audio': 1 });
  });

  it('counts a row about several recordings once', async () => {
    exported();
    writeFileSync(
      join(folder, 'recorder/calls.csv'),
      'id,start,linked,file\n1,2026-01-05 09:00:00,1767603600.1,a.wav\n2,2026-01-05 09:00:05,1767603600.1,b.wav\n',
    );
    const { reconciliation, recordings } = await read(['recorder', 'cdr']);
    expect(recordings.map(({ accounts }) => accounts.length)).toEqual([1, 1, 0]);
    expect(reconciliation.tables.map(({ path, byStatus }) => [path, byStatus])).toEqual([
      ['cdr/Master.csv', { matched: 1, 'row-without-audio': 1 }],
      ['recorder/calls.csv', { matched: 2 }],
    ]);
  });

  it('takes importers by the names of the sources, and refuses invalid names', async () => {
    exported();
    const { importer } = await read(['recorder', 'cdr'], { importer: 'recorder=loose-files,cdr=asterisk', mapping: null });
    expect(importer).toBe('loose-files+asterisk');
    await expect(read(['recorder', 'cdr'], { importer: 'recoder=generic' })).rejects.toThrow("no source is named 'recoder'");
    await expect(read(['recorder'])).rejects.toThrow('--join-sources needs two sources or more');
    await expect(read(['recorder', 'cdr'], { mapping: { name: 'm.toml', text: mapping.replace('calls.csv', 'none.csv') } })).rejects.toThrow(
      'm.toml fits none of 2 sources',
    );
  });
});
