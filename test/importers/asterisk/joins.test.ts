import { describe, expect, it } from 'vitest';
import { asterisk } from '../../../importers/asterisk/importer.ts';
import { brief, importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { allColumns, cdrLine, celLine, exportTable, wav } from './rows.ts';

const sound = wav(80, 1000);
const other = wav(80, 2000);
const call = { start: '2026-11-24 22:39:52', end: '2026-11-24 22:40:01', duration: 9, uniqueid: '1795559992.6' };
const day = 'monitor/2026/11/24';
const file = 'in-1001-46701740605-20261124-223952-1795559992.6.wav';

/** Status and media by key. */
async function joined(files: Readonly<Record<string, string | Uint8Array>>) {
  const imported = await importAll(asterisk, memorySource(files));
  const recordings = Object.fromEntries(Object.entries(brief(imported)).map(([key, { status, media }]) => [key, [status, ...media]]));
  return { recordings, findings: imported.findings, tables: imported.tables.map((table) => table.byStatus), imported };
}

describe('rows and audio', () => {
  it('are joined by recordingfile, which holds only the base name, in any folder', async () => {
    const table = exportTable([{ ...call, recordingfile: 'x-1001.wav' }]);
    const { recordings, findings } = await joined({ 'cdr.csv': table, [`${day}/x-1001.wav`]: sound, [`${day}/X-1001.wav`]: sound });
    expect(recordings).toEqual({
      '1795559992.6': ['matched', `unknown ${day}/x-1001.wav`],
      'X-1001.wav': ['audio-without-row', `unknown ${day}/X-1001.wav`],
    });
    expect(findings).toEqual([]);
  });

  it('are joined by the uniqueid in the name, of the call or of any of its legs', async () => {
    const rows = cdrLine(call) + cdrLine({ ...call, uniqueid: '1795559993.7', linkedid: call.uniqueid, sequence: 1 });
    const leg = 'q-600-46701740605-20261124-223953-1795559993.7.wav';
    const { recordings } = await joined({ 'Master.csv': rows, [`${day}/${leg}`]: sound });
    expect(recordings).toEqual({ '1795559992.6': ['matched', `mixed ${day}/${leg}`] });
  });

  it('are joined by userfield, as Elastix writes it', async () => {
    const { recordings } = await joined({ 'Master.csv': cdrLine({ ...call, userfield: 'audio:g600-x.gsm' }), 'monitor/g600-x.gsm': sound });
    expect(recordings).toEqual({ '1795559992.6': ['matched', 'unknown monitor/g600-x.gsm'] });
  });

  it.each(['1552385704.12.amr', '1552385704.12.dat', 'take 7.rec', 'take7'])('are joined by userfield with any extension: %s', async (name) => {
    const { recordings, findings } = await joined({ 'Master.csv': cdrLine({ ...call, userfield: `audio:${name}` }), [`${day}/${name}`]: sound });
    expect(recordings).toEqual({ '1795559992.6': ['matched', `unknown ${day}/${name}`] });
    expect(findings).toEqual([]);
  });

  it('are joined if only letter case differs, and nothing is then missing', async () => {
    const table = exportTable([{ ...call, recordingfile: 'Take-A.WAV' }]);
    const { recordings, findings } = await joined({ 'cdr.csv': table, 'm/take-a.wav': sound });
    expect(recordings).toEqual({ '1795559992.6': ['matched', 'unknown m/take-a.wav'] });
    expect(findings).toEqual([]);
  });

  it('are joined by the file that CEL says MixMonitor writes, including sides, and a folder distinguishes files of one name', async () => {
    const event = celLine({
      type: 'APP_START',
      time: '1795559992.500000',
      uniqueid: call.uniqueid,
      app: 'MixMonitor',
      data: '/spool/b/talk.wav,ar(/spool/sides/a.wav)t(/spool/sides/b.wav),/usr/bin/post,x',
    });
    const { recordings, imported } = await joined({
      'Master.csv': cdrLine(call),
      'cel.csv': event,
      'spool/a/talk.wav': other,
      'spool/b/talk.wav': sound,
      'spool/sides/a.wav': sound,
      'spool/sides/b.wav': sound,
    });
    expect(recordings).toEqual({
      '1795559992.6': ['matched', 'mixed spool/b/talk.wav', 'in spool/sides/a.wav', 'out spool/sides/b.wav'],
      'a/talk.wav': ['audio-without-row', 'unknown spool/a/talk.wav'],
    });
    expect(imported.recordings[0]?.media.map((medium) => medium.audioStart?.utc)).toEqual(Array(3).fill('2026-11-24T22:39:52.500Z'));
  });

  it('are joined if a conversion changed only the extension, and the rule says so', async () => {
    const { recordings, imported } = await joined({ 'cdr.csv': exportTable([{ ...call, recordingfile: 'a.wav' }]), 'm/a.mp3': sound });
    expect(recordings).toEqual({ '1795559992.6': ['matched', 'unknown m/a.mp3'] });
    expect(imported.recordings[0]?.reconciliation.rule).toBe('recordingfile, with another extension');
  });

  it('stay one recording if a converted file is beside the old one', async () => {
    const { recordings, findings } = await joined({
      'Master.csv': cdrLine(call),
      [`${day}/${file}`]: sound,
      [`${day}/${file.replace('.wav', '.mp3')}`]: other,
    });
    expect(recordings['1795559992.6']?.[0]).toBe('matched');
    expect(findings).toEqual(['I111 1795559992.6']);
  });

  it('choose the folder of the day for a name without a date, a day later around midnight', async () => {
    const late = { ...call, start: '2026-11-24 23:59:58', uniqueid: '1795564798.1', recordingfile: '1001.wav' };
    const next = { ...call, start: '2026-11-27 10:00:00', uniqueid: '1795773600.9', recordingfile: '1001.wav' };
    const { recordings, findings } = await joined({
      'cdr.csv': exportTable([late, next]),
      'monitor/2026/11/25/1001.wav': sound,
      'monitor/2026/11/27/1001.wav': other,
    });
    expect(recordings).toEqual({
      '1795564798.1': ['matched', 'unknown monitor/2026/11/25/1001.wav'],
      '1795773600.9': ['matched', 'unknown monitor/2026/11/27/1001.wav'],
    });
    expect(findings).toEqual([]);
  });

  it('choose the folder of the day even if more files have the name than are compared', async () => {
    const folders = Array.from({ length: 90 }, (_, at) => new Date(Date.UTC(2026, 9, 1 + at)).toISOString().slice(0, 10).replaceAll('-', '/'));
    const files = Object.fromEntries(folders.map((folder, at) => [`monitor/${folder}/1001.wav`, wav(10 + at, 3)]));
    const { recordings } = await joined({ 'cdr.csv': exportTable([{ ...call, recordingfile: '1001.wav' }]), ...files });
    expect(recordings['1795559992.6']).toEqual(['matched', 'unknown monitor/2026/11/24/1001.wav']);
    expect(Object.values(recordings).map(([status]) => status)).toEqual(['matched', ...Array(89).fill('audio-without-row')]);
    const converted = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path.replace('.wav', '.mp3'), bytes]));
    const { recordings: others } = await joined({ 'cdr.csv': exportTable([{ ...call, recordingfile: '1001.wav' }]), ...converted });
    expect(others['1795559992.6']).toEqual(['matched', 'unknown monitor/2026/11/24/1001.mp3']);
  });

  it('are not joined across two machines with the same numbers and different names', async () => {
    const rows = cdrLine({ ...call, uniqueid: 'north-1795559992.6' }) + cdrLine({ ...call, uniqueid: 'south-1795559992.6' }) + cdrLine(call);
    const name = (id: string) => `in-1001-46701740605-20261124-223952-${id}.wav`;
    const { recordings } = await joined({
      'Master.csv': rows,
      [name('north-1795559992.6')]: sound,
      'south-1795559992.6-in.wav': sound,
      '1795559992.6.wav': sound,
    });
    expect(recordings).toEqual({
      '1795559992.6': ['matched', 'unknown 1795559992.6.wav'],
      'north-1795559992.6': ['matched', `mixed ${name('north-1795559992.6')}`],
      'south-1795559992.6': ['matched', 'in south-1795559992.6-in.wav'],
    });
  });
});

describe('many to many', () => {
  it('is one recording if the calls of a conference name one file', async () => {
    const conference = '8001-8001-always-20261124-223952-1795559992.6.wav';
    const participants = ['1795559992.6', '1795559995.8', '1795560010.2'].map((uniqueid, index) => ({
      ...call,
      uniqueid,
      src: `4670174060${index}`,
      dst: '8001',
      start: `2026-11-24 22:${index < 2 ? 39 : 40}:${['52', '55', '10'][index]}`,
      recordingfile: conference,
    }));
    const { recordings, tables, imported } = await joined({ 'cdr.csv': exportTable(participants), [`${day}/${conference}`]: sound });
    expect(recordings).toEqual({ [conference]: ['shared-audio', `mixed ${day}/${conference}`] });
    expect(tables).toEqual([{ 'shared-audio': 3 }]);
    const [recording] = imported.recordings;
    expect(recording?.callStart?.utc).toBe('2026-11-24T22:39:52.000Z');
    expect(recording?.correlation.map(({ value }) => value)).toEqual(['1795559992.6', '1795559995.8', '1795560010.2']);
    expect(recording?.parties.map(({ phone }) => phone?.raw)).toEqual(['46701740600', '8001', '46701740601', '46701740602']);
    expect(recording?.provenance.filter((ref) => ref.kind === 'row')).toHaveLength(3);
  });

  it('is a split call if one call has several files that are not sides', async () => {
    const second = 'out-0701740698-1001-20261124-223958-1795559992.6.wav';
    const { recordings } = await joined({ 'Master.csv': cdrLine(call), [file]: sound, [second]: other });
    expect(recordings).toEqual({ '1795559992.6': ['split-audio', `mixed ${file}`, `mixed ${second}`] });
  });

  it('is a complete call if a folder holds each side', async () => {
    const { recordings } = await joined({ 'Master.csv': cdrLine(call), [`in/${file}`]: sound, [`out/${file}`]: sound });
    expect(recordings).toEqual({ '1795559992.6': ['matched', `in in/${file}`, `out out/${file}`] });
  });

  it('counts the copy of a row in the table of its account, and not a second call', async () => {
    const line = cdrLine({ ...call, account: 'retail' });
    const { recordings, tables } = await joined({ 'cdr/100.csv': line, 'cdr/Master.csv': line + cdrLine({ ...call, uniqueid: '1795559999.8' }) });
    expect(Object.keys(recordings)).toEqual(['1795559992.6', '1795559999.8']);
    expect(tables).toEqual([{ 'duplicate-row': 1 }, { 'row-without-audio': 2 }]);
  });

  it('is one call if CDR names the legs and CEL the whole', async () => {
    const columns = { ...allColumns, newColumns: false };
    const rows = cdrLine(call, columns) + cdrLine({ ...call, uniqueid: '1795559993.7' }, columns);
    const events = celLine({ type: 'CHAN_START', time: '1795559993.1', uniqueid: '1795559993.7', linkedid: call.uniqueid });
    const { recordings, tables } = await joined({ 'Master.csv': rows, 'cel.csv': events });
    expect(recordings).toEqual({ '1795559992.6': ['row-without-audio'] });
    expect(tables).toEqual([{ 'row-without-audio': 2 }, { event: 1 }]);
  });
});

describe('an incomplete join', () => {
  it('is a row without audio, with the disposition and the missing file', async () => {
    const { recordings, findings, imported } = await joined({
      'cdr.csv': exportTable([
        { ...call, recordingfile: file },
        { ...call, uniqueid: '1795559999.8', disposition: 'BUSY' },
      ]),
    });
    expect(recordings).toEqual({ '1795559992.6': ['row-without-audio'], '1795559999.8': ['row-without-audio'] });
    expect(imported.recordings.map((recording) => recording.reconciliation.rule)).toEqual([
      'disposition ANSWERED; the file it names is not in the source',
      'disposition BUSY; no row names a file',
    ]);
    expect(findings).toEqual(['I112 export', 'I101 1795559992.6']);
  });

  it('has a direction without a file if a planned name or a route of FreePBX states it, and not by the name of a context', async () => {
    const id = (second: number): string => `17955600${String(second).padStart(2, '0')}.8`;
    const rows = [
      { recordingfile: `in-1001-46701740605-20261124-223952-${id(0)}.wav` },
      { recordingfile: `out-0701740605-1001-20261124-223952-${id(1)}.wav` },
      { recordingfile: `q-600-46701740605-20261124-223952-${id(2)}.wav`, did: '4600' },
      { did: '4600' },
      { did: '4600', outbound: '46850001' },
      { outbound: '46850001' },
      { recordingfile: 'x.wav' },
      { context: 'from-trunk' },
    ];
    const { imported } = await joined({ 'cdr.csv': exportTable(rows.map((row, at) => ({ ...call, ...row, uniqueid: id(at), linkedid: id(at) }))) });
    const found = new Map(imported.recordings.map(({ key, direction }) => [key, direction]));
    expect(rows.map((_, at) => found.get(id(at)))).toEqual([
      { value: 'inbound', raw: 'in' },
      { value: 'outbound', raw: 'out' },
      { value: 'inbound', raw: 'did' },
      { value: 'inbound', raw: 'did' },
      { value: 'inbound', raw: 'did' },
      { value: 'outbound', raw: 'outbound_cnum' },
      { value: 'unknown', raw: null },
      { value: 'unknown', raw: null },
    ]);
  });

  it('is audio without a row, with the content of its name, one recording per call', async () => {
    const { recordings, imported } = await joined({
      [`${day}/${file}`]: sound,
      'sides/1795559992.6-in.wav': sound,
      'sides/1795559992.6-out.wav': sound,
    });
    expect(recordings).toEqual({
      [file]: ['audio-without-row', `mixed ${day}/${file}`, 'in sides/1795559992.6-in.wav', 'out sides/1795559992.6-out.wav'],
    });
    const [recording] = imported.recordings;
    expect(recording?.callStart).toMatchObject({ raw: '20261124-223952', utc: '2026-11-24T22:39:52.000Z', certainty: 'exact', basis: 'epoch' });
    expect(recording?.direction).toEqual({ value: 'inbound', raw: 'in' });
    expect(recording?.parties.map(({ role, phone }) => [role, phone?.raw])).toEqual([
      ['caller', '46701740605'],
      ['callee', '1001'],
    ]);
  });

  it('keeps its folder in the key if base names repeat, whatever folders are above it', async () => {
    const files = { 'box/1/msg0001.wav': sound, 'box/2/msg0001.wav': wav(90, 5), 'box/2/msg0002.wav': sound };
    const keys = ['1/msg0001.wav', '2/msg0001.wav', 'msg0002.wav'];
    expect(Object.keys((await joined(files)).recordings).sort()).toEqual(keys);
    const deeper = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`a.tar!b/${path}`, bytes]));
    expect(Object.keys((await joined(deeper)).recordings).sort()).toEqual(keys);
  });

  it('is a copy if name and bytes equal those of another file', async () => {
    const { recordings, findings, imported } = await joined({ 'Master.csv': cdrLine(call), [`a/${file}`]: sound, [`b/${file}`]: sound });
    expect(recordings).toEqual({ '1795559992.6': ['matched', `mixed a/${file}`], [`copy b/${file}`]: ['duplicate-audio', `unknown b/${file}`] });
    expect(findings).toEqual([`I104 copy b/${file}`]);
    expect(imported.recordings[1]?.correlation).toEqual([{ name: 'copy-of', value: '1795559992.6' }]);
  });

  it('is ambiguous if two files of one name differ; both are kept with the row', async () => {
    const { recordings, findings, tables } = await joined({ 'Master.csv': cdrLine(call), [`a/${file}`]: sound, [`b/${file}`]: other });
    expect(recordings).toEqual({ '1795559992.6': ['ambiguous', `mixed a/${file}`, `mixed b/${file}`] });
    expect(findings).toEqual(['I103 1795559992.6']);
    expect(tables).toEqual([{ ambiguous: 1 }]);
  });

  it('is zero audio if every file is only a header, and a finding if only some are', async () => {
    const sides = { '1795559992.6-in.wav': wav(0), '1795559992.6-out.wav': wav(0) };
    expect((await joined({ 'Master.csv': cdrLine(call), ...sides })).recordings['1795559992.6']?.[0]).toBe('zero-audio');
    const half = await joined({ 'Master.csv': cdrLine(call), ...sides, '1795559992.6-in.wav': sound });
    expect(half.recordings['1795559992.6']?.[0]).toBe('matched');
    expect(half.findings).toEqual(['I105 1795559992.6']);
  });

  it('is an event without recording, counted', async () => {
    const events = celLine({ type: 'HANGUP', time: '1795559992.5', uniqueid: '1795559990.1' });
    const { tables } = await joined({ 'Master.csv': cdrLine(call), 'cel.csv': events });
    expect(tables).toEqual([{ 'row-without-audio': 1 }, { 'event-without-recording': 1 }]);
  });

  it('is audio known only from events: their call, without a row', async () => {
    const events = celLine({ type: 'ANSWER', time: '1795559992.5', uniqueid: call.uniqueid });
    const { recordings, tables } = await joined({ 'cel.csv': events, [file]: sound });
    expect(recordings).toEqual({ '1795559992.6': ['audio-without-row', `mixed ${file}`] });
    expect(tables).toEqual([{ event: 1 }]);
  });

  it('is two different rows with one uniqueid and sequence, as two machines write them', async () => {
    const rows = cdrLine({ ...call, sequence: 7 }) + cdrLine({ ...call, sequence: 7, dst: '1002' });
    expect((await joined({ 'Master.csv': rows })).findings).toEqual(['I108 1795559992.6']);
  });
});

describe('a name that many files have', () => {
  it('is joined with none of them by a row without further details: all are ambiguous', async () => {
    const mailboxes = Array.from({ length: 9 }, (_, box) => [`vm/${box}/msg0000.wav`, wav(10 + box, 7)] as const);
    const table = exportTable([{ ...call, recordingfile: 'msg0000.wav' }]);
    const { recordings, tables } = await joined({ 'cdr.csv': table, ...Object.fromEntries(mailboxes) });
    expect(Object.values(recordings).map(([status]) => status)).toEqual(Array(10).fill('ambiguous'));
    expect(tables).toEqual([{ ambiguous: 1 }]);
    const named = await joined({ 'cdr.csv': exportTable([{ ...call, recordingfile: '/spool/vm/3/msg0000.wav' }]), ...Object.fromEntries(mailboxes) });
    expect(named.recordings[call.uniqueid]).toEqual(['matched', 'unknown vm/3/msg0000.wav']);
  });
});

describe('rows without any id', () => {
  const columns = { uniqueid: false, userfield: false, newColumns: false };
  const row = cdrLine({ ...call, uniqueid: '' }, columns);

  it('get the only file whose name has their numbers and a time within two seconds', async () => {
    const { recordings, findings } = await joined({ 'Master.csv': row, [file.replace('223952', '223954')]: sound });
    const [media] = Object.values(recordings);
    expect(media).toEqual(['matched-by-window', `mixed ${file.replace('223952', '223954')}`]);
    expect(findings).toEqual(['I112 export']);
  });

  it.each(['223955', '223949', '233952'])('do not get a file of another time (%s)', async (time) => {
    const { recordings } = await joined({ 'Master.csv': row, [file.replace('223952', time)]: sound });
    expect(Object.values(recordings).map(([status]) => status)).toEqual(['row-without-audio', 'audio-without-row']);
  });

  it('are ambiguous, as are the files, if two files fit', async () => {
    const { recordings, findings } = await joined({ 'Master.csv': row, [file]: sound, [file.replace('1795559992.6', '1795559992.8')]: sound });
    expect(Object.values(recordings).map(([status]) => status)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
    expect(findings.map((found) => found.slice(0, 4))).toEqual(['I112', 'I106', 'I106', 'I106']);
  });

  it('get the file that has a copy in another folder', async () => {
    const { recordings } = await joined({ 'Master.csv': row, [`a/${file}`]: sound, [`b/${file}`]: sound });
    expect(Object.values(recordings)).toEqual([
      ['matched-by-window', `mixed a/${file}`],
      ['duplicate-audio', `unknown b/${file}`],
    ]);
  });

  it('are ambiguous, as is the file, if two rows fit it', async () => {
    const later = cdrLine({ ...call, uniqueid: '', start: '2026-11-24 22:39:53' }, columns);
    const { recordings } = await joined({ 'Master.csv': row + later, [file]: sound });
    expect(Object.values(recordings).map(([status]) => status)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
  });

  it('are one call if they are identical, and a finding reports it', async () => {
    const { recordings, findings, tables } = await joined({ 'Master.csv': row + row });
    expect(Object.values(recordings)).toEqual([['row-without-audio']]);
    expect(tables).toEqual([{ 'duplicate-row': 1, 'row-without-audio': 1 }]);
    expect(findings.map((found) => found.slice(0, 4))).toEqual(['I112', 'I107']);
  });
});

describe('events', () => {
  it('keep no dialled digits', async () => {
    const digit = { time: '1795559992.5', uniqueid: call.uniqueid };
    const events =
      celLine({ ...digit, type: 'DTMF', extra: '{"digit":"7","duration_ms":120}' }) +
      celLine({ ...digit, type: 'APP_START', app: 'SendDTMF', data: '4111' });
    const { imported } = await joined({ 'Master.csv': cdrLine(call), 'cel.csv': events });
    expect(imported.recordings[0]?.events.map(({ type, raw }) => [type, raw])).toEqual([
      ['dtmf', 'DTMF 1795559992.5 1795559992.6 (digits left out)'],
      ['tag', 'APP_START 1795559992.5 1795559992.6 (digits left out)'],
    ]);
  });

  it('have words of their own if the operator logged a pause of the recording', async () => {
    const pause = { type: 'USER_DEFINED', time: '1795559992.5', uniqueid: call.uniqueid };
    const events = ['REC_PAUSE', 'REC_RESUME', 'UNPAUSE', 'NOTE', 'MASK'].map((userType) => celLine({ ...pause, userType })).join('');
    const { imported } = await joined({ 'Master.csv': cdrLine(call), 'cel.csv': events });
    expect(imported.recordings[0]?.events.map((event) => `${event.type} ${event.mediaEffect}`)).toEqual([
      'pause unknown',
      'resume unknown',
      'resume unknown',
      'tag none',
      'mask unknown',
    ]);
  });

  it('name the files of the older Monitor()', async () => {
    const event = celLine({ type: 'APP_START', time: '1795559992.5', uniqueid: call.uniqueid, app: 'Monitor', data: 'wav,/spool/old,m' });
    const { recordings } = await joined({
      'Master.csv': cdrLine(call),
      'cel.csv': event,
      'old.wav': sound,
      'old-in.wav': sound,
      'old-out.wav': sound,
    });
    expect(recordings).toEqual({ '1795559992.6': ['matched', 'mixed old.wav', 'in old-in.wav', 'out old-out.wav'] });
    // Monitor deletes the sides once they are mixed, so nothing is missing.
    expect((await joined({ 'Master.csv': cdrLine(call), 'cel.csv': event, 'old.wav': sound })).findings).toEqual([]);
    expect((await joined({ 'Master.csv': cdrLine(call), 'cel.csv': event, 'old-in.wav': sound })).findings).toEqual(['I101 1795559992.6']);
  });
});
