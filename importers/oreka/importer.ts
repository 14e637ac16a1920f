import type { NameValue } from '../../src/core/model/recording.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { nameKey, stemKey } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';
import { describeTape, segmentOf, stageOf, tapeValue, unfinished } from './describe.ts';
import { holdsList, holdsTape, tapeListLine, tapeMessage } from './message.ts';
import { isCapture, isTapePath, tapeName, tapeStemOf } from './names.ts';

/**
 * Columns that identify tables of tapes: every such table has at least one of them, besides those that other programs have as well. Hibernate writes names with
 * and without underscores.
 */
const signs = ['portname', 'port_name', 'localentrypoint', 'local_entry_point', 'expirytimestamp', 'expiry_timestamp'];
const tapeUnit = { name: 'tape', unit: 'orktape rows', role: 'call' } as const;
const segmentUnit = { name: 'segment', unit: 'orksegment rows', role: 'call' } as const;
const tapeRow = { key: (row: JoinedRecord) => rowKey(row.peek(['id'])), links: linksByFile };
const segmentRow = { key: (row: JoinedRecord) => rowKey(segmentOf(row)) };

const segmentShapes = ['tape_id', 'tape', 'tapeid', 'rectape_id', 'orktape_id'].flatMap((tape) =>
  ['tapeoffset', 'tape_offset'].map((offset): Shape => ({ ...segmentUnit, at: { kind: 'table', columns: ['id', tape, offset] }, ...segmentRow })),
);
const tapeShapes = signs.map((sign): Shape => ({ ...tapeUnit, at: { kind: 'table', columns: ['id', 'filename', 'timestamp', sign] }, ...tapeRow }));

/**
 * Imports Oreka (OrkAudio and OrkTrack, OrecX): the messages about its tapes in logs, the tables of tapes and segments, the tree of hours, and unfinished
 * captures.
 */
export const oreka = familyImporter({
  id: 'oreka',
  title: 'Oreka, OrkAudio, OrecX (tape messages in logs, orktape and orksegment, tree of hours)',
  grade: 'source-exact',
  facts: [
    'voiceip/oreka: orkbasecxx/messages/TapeMsg.cpp and serializers/SingleLineSerializer.cpp (messages), AudioTape.cpp (names, begin and length, list of tapes)',
    'voiceip/oreka: orkbasej net.sf.oreka.Direction, persistent.OrkTape and OrkSegment (tables, ordinals of the direction); no export of a run available',
  ],
  tested: ['samples/oreka, written from the source code of the program', 'no run of it was available'],
  shapes: [
    {
      name: 'message',
      unit: 'tape messages',
      role: 'call',
      at: { kind: 'log', file: /\.(?:log|txt|out)(?:[-._]\d[\w.-]*)?$/i, holds: holdsTape, pairs: tapeMessage },
      key: (message) => {
        const recid = message.peek(['recid']);
        return recid === null ? fileKey(message) : `recid ${recid}`;
      },
      links: (message) => (stageOf(message) === 'ready' ? linksByFile(message) : []),
    },
    {
      name: 'list',
      unit: 'lines of the list of tapes',
      role: 'call',
      at: { kind: 'log', file: /\.(?:log|txt|out)(?:[-._]\d[\w.-]*)?$/i, holds: holdsList, pairs: tapeListLine },
      key: fileKey,
    },
    ...segmentShapes,
    ...tapeShapes,
    { ...tapeUnit, at: { kind: 'table', columns: ['id', 'filename'], named: /^(?:ork|rec)tape$/i }, ...tapeRow },
    { ...segmentUnit, at: { kind: 'table', columns: ['id', 'timestamp'], named: /^(?:ork|rec)segment$/i }, ...segmentRow },
  ],
  namesFile: isTapePath,
  claims: (_key, records) => {
    const isSettled = records.some(isFinal);
    return records.filter(({ shape }) => shape !== 'segment').flatMap((record) => claims(record, isSettled));
  },
  describe: describeTape,
  describeFile: (file, { zone }) => {
    const name = tapeName(file.path, zone);
    const org: NameValue[] = name === null ? [] : [{ name: 'port', value: name.port }];
    return { key: null, callStart: name?.start ?? null, org, ...unfinished([file], file.path) };
  },
});

function rowKey(id: string | null): string | null {
  return id === null ? null : `tape ${id}`;
}

/** Returns the key that all records of one finished file share. */
function fileKey(record: JoinedRecord): string | null {
  const filename = tapeValue(record, 'filename');
  return filename === null ? null : `file ${tapeStemOf(filename)}`;
}

function linksByFile(record: JoinedRecord): readonly string[] {
  const key = fileKey(record);
  return key === null ? [] : [key];
}

/**
 * Returns true if a record names the file that a tape received. A tape that is not ready has only announced its name, and another tape may have received the
 * file: in a DST fold, two tapes of a port may begin at the same local time.
 */
function isFinal(record: JoinedRecord): boolean {
  return record.shape !== 'message' || stageOf(record) === 'ready';
}

/**
 * Claims the finished file under its name or under another extension, the capture of its name, and the capture under the id, which is its name during the call.
 * @param isSettled true if a record of the call names its file: names announced before do not count
 */
function claims(record: JoinedRecord, isSettled: boolean): readonly Claim[] {
  const filename = tapeValue(record, 'filename');
  const recid = record.peek(['recid']);
  const found: Claim[] = recid === null ? [] : [{ key: stemKey(`${recid}.mcf`), by: 'capture named by the recid' }];
  const isReady = isFinal(record);
  if (filename === null || (isSettled && !isReady)) return found;
  const stem = tapeStemOf(filename);
  const weaker = { strength: 'other-name', path: filename } as const;
  if (isReady) found.push({ key: nameKey(filename), by: 'file name in the record', path: filename });
  else found.push({ key: nameKey(filename), by: 'file name announced in the record', ...weaker });
  found.push({ key: stemKey(`${stem}.wav`), by: 'file name in the record, with another extension', ...weaker });
  found.push({ key: nameKey(`${stem}.mcf`), by: 'capture of the same name', fits: isCapture, ...(isReady ? {} : weaker) });
  return found;
}
