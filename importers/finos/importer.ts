import { baseName } from '../../src/core/base/safe-path.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { NameValue } from '../../src/core/model/recording.ts';
import { flattenJson } from '../../src/tables/flatten.ts';
import { type Json, objectOf, objectsOf, textOf } from '../../src/tables/vcon-document.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { nameKey, pathParts, stemKey } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';
import { stemOf } from '../vcon/dialog.ts';
import { type CallRecord, cloud9Facts, finosFacts, hexOf, type NamedFile, readCallRecord, timeIn } from './record.ts';

const common: Pick<Shape, 'unit' | 'role' | 'key' | 'claims'> = { unit: 'call records', role: 'call', key: keyOf, claims: claimsOf };

/** Imports call metadata of trading floors: the FINOS Voice Metadata Standard, its forerunner by ComChain, and the records of Cloud9. */
export const finos = familyImporter({
  id: 'finos',
  title: 'FINOS Voice Metadata (ComChain), call records of Cloud9',
  grade: 'source-exact',
  facts: [
    'finos/voice-metadata-standard 0ad9a60, callmetadata.schema.json: members, enumerations, checksums (MD5 where no type is given)',
    'finos/voice-metadata-standard 0ad9a60, examples/vendors/ComChain: Cisco and NICE, file as `data`; examples/vendors/Cloud9: dialtone, ringdown, shoutdown',
  ],
  tested: ['the examples of finos/voice-metadata-standard 0ad9a60', 'samples/finos, synthetic'],
  shapes: [
    {
      name: 'call record',
      ...common,
      at: {
        kind: 'document',
        file: /\.(?:json|txt|md|multipart)$/i,
        holds:
          /^(?:\u00ef\u00bb\u00bf)?\s*\{[\s\S]*(?:"communicationRecord"\s*:|comchainalliance\.org\/schema|finos\.org\/schemas\/callmetadata|"callRecordType"\s*:)|^\s*-{2,}\S+\s[\s\S]*"callRecordType"\s*:/i,
        as: 'plain',
        pairs: (text) => {
          const read = readCallRecord(typeof text === 'string' ? text : '');
          return read === null ? [] : [['record', JSON.stringify(read)]];
        },
      },
    },
    // Several records in one file, one per line or in a list.
    { name: 'call records', ...common, at: { kind: 'table', columns: ['communicationrecord.comuuid'], file: /\.(?:json|jsonl|ndjson)$/i } },
  ],
  describe,
});

function recordOf(record: JoinedRecord): CallRecord | null {
  if (record.number > 0) return readCallRecord(JSON.stringify(record.value));
  // Written by `pairs`.
  return JSON.parse(record.peek(['record']) ?? 'null') as CallRecord | null;
}

/**
 * Returns the key of a record: the telephone system's id, which a call and its recordings share and which restarts after some time; a record without an id
 * stands alone.
 */
function keyOf(record: JoinedRecord): string {
  const read = recordOf(record);
  // A record without an id uses the digest of its text.
  const own = read?.key ?? `record-${record.sha256.slice(0, 16)}`;
  const { csID, startTime } = objectOf(read?.body.communicationRecord);
  const [id, day] = [textOf(csID), textOf(startTime)?.slice(0, 10)];
  const device = textOf(objectOf(read?.body.deviceInfo).deviceID);
  return id === null || device === null || day === undefined ? own : `${id} ${device} ${day}`;
}

function claimsOf(record: JoinedRecord): readonly Claim[] {
  const { path } = record;
  const files = recordOf(record)?.files ?? [];
  const claims = files.flatMap((file): Claim[] => {
    const written = pathOf(file);
    return [
      { key: nameKey(file.name), by: 'file name in the call record', path: written },
      { key: stemKey(file.name), by: 'file name in the call record without extension', strength: 'other-name', path: written },
    ];
  });
  return record.number > 0 ? claims : [...claims, { key: stemKey(path), by: 'name of the call record', strength: 'other-name', path }];
}

/** Returns the path in a record: a folder, an address, or a path with the name. */
function pathOf({ name, location }: NamedFile): string {
  const place = location === null ? '' : /^[a-z]+:\/\//i.test(location) && URL.canParse(location) ? new URL(location).pathname : location;
  return pathParts(place).at(-1) === name ? place : `${place}/${name}`;
}

/** Kinds of communication that have no audio. */
const silent: readonly string[] = ['SMS', 'IM', 'Audit', 'Transcription'];

function describe(call: Call, context: Context): readonly Described[] {
  const read = call.records.map((record) => ({ record, said: recordOf(record) }));
  for (const { record, said } of read) if (said !== null) takeAll(record);
  const known = read.flatMap(({ record, said }) => (said === null ? [] : [{ record, said }]));
  if (known.length === 0) {
    return [
      {
        key: call.key,
        status: 'parse-error',
        findings: call.records.map(({ place }) => finding('I274', place, 'it has no readable communication or call')),
      },
    ];
  }
  // The recorder's record describes the file, and the telephone system's record describes the call.
  const withFiles = known.filter(({ said }) => said.files.length > 0);
  const about = known.filter(({ said }) => said.files.length === 0);
  const left = new Set(call.files);
  const units = (withFiles.length > 0 ? withFiles : known.slice(0, 1)).map(({ record, said }) => {
    const named = new Map<ClaimedFile, NamedFile>();
    for (const file of said.files) {
      const found = [...left].find(({ path, stored }) => isNamed(stored ?? path, file.name));
      if (found === undefined) continue;
      left.delete(found);
      named.set(found, file);
    }
    return { record, said, named };
  });
  const keys = new Map<string, number>();
  // A row counts in one recording; a document that describes the call is kept with each of its recordings.
  const recordsOf = (index: number): readonly JoinedRecord[] => {
    const others = new Set(units.flatMap(({ record }, other) => (other === index ? [] : [record])));
    return call.records.filter((record) => !others.has(record) && (index === 0 || record === units[index]?.record || record.number === 0));
  };
  const made = units.map(({ said, named }, index): Described => {
    const others = about.filter(({ said: other }) => other !== said).map(({ said: other }) => saidOf(other, context.zone));
    const own = saidOf(said, context.zone);
    const id = said.key ?? call.key ?? 'record';
    const times = (keys.get(id) ?? 0) + 1;
    keys.set(id, times);
    const expires = said.files.flatMap(({ archiveDate }) => timeIn(archiveDate, context.zone) ?? [])[0] ?? null;
    const type = textOf(objectOf(said.body.communicationRecord).type);
    const grades = [...objectsOf(said.body.comFiles), objectOf(said.body.data)].flatMap(({ quality }) => textOf(quality) ?? []);
    return {
      key: times === 1 ? id : `${id} (${times})`,
      ...own,
      callStart: own.callStart ?? others[0]?.callStart ?? null,
      callEnd: own.callEnd ?? others[0]?.callEnd ?? null,
      parties: own.parties.length > 0 ? own.parties : (others[0]?.parties ?? []),
      // Indexes of parties refer to the record that lists the parties.
      events: own.parties.length > 0 ? own.events : (others[0]?.events ?? []),
      org: unique([...own.org, ...others.flatMap(({ org }) => org)]),
      correlation: unique([...own.correlation, ...others.flatMap(({ correlation }) => correlation)]),
      sourceKeys: unique([...own.sourceKeys, ...others.flatMap(({ sourceKeys }) => sourceKeys)]),
      quality: grades.map((value) => ({ name: 'quality', value })),
      retention: expires === null ? null : { policyRaw: null, expiresAt: expires, legalHoldRaw: null, lockRaw: null, deletedAtSource: null },
      extra: extraOf([said, ...about.map((each) => each.said)]),
      // A file that is claimed only by its record's name belongs to the first recording.
      files: [...named.keys(), ...(index === 0 ? left : [])],
      stated: [...named].flatMap(([{ path }, { checksum }]) =>
        checksum === null ? [] : [{ path, sizeBytes: null, digest: { algorithm: checksum.algorithm, value: hexOf(checksum.hash) } }],
      ),
      records: recordsOf(index),
      ...(type !== null && silent.includes(type) ? { absence: 'not-recorded-by-design' as const } : {}),
    };
  });
  if (made.length < 2 || call.key === null) return made;
  const id = call.key;
  return made.map((one, index) => ({
    ...one,
    group: { id, index, count: made.length, previous: made[index - 1]?.key ?? null, next: made[index + 1]?.key ?? null },
  }));
}

function saidOf({ kind, body }: CallRecord, zone: string | null) {
  return kind === 'finos' ? finosFacts(body, zone) : cloud9Facts(body, zone);
}

/** Takes all values of a record: each is either in `extra` or in a field of its own. */
function takeAll(record: JoinedRecord): void {
  record.take(['record']);
  if (record.number > 0) for (const { name } of record.rest()) record.take([name]);
}

function isNamed(path: string, name: string): boolean {
  const [own, wanted] = [baseName(path).normalize('NFC'), name.normalize('NFC')];
  return own === wanted || stemOf(own).toLowerCase() === stemOf(wanted).toLowerCase();
}

function unique(pairs: readonly NameValue[]): NameValue[] {
  return pairs.filter(({ name, value }, index) => pairs.findIndex((one) => one.name === name && one.value === value) === index);
}

/** Returns the values that have no field in a recording. */
function extraOf(records: readonly CallRecord[]): NameValue[] {
  const without = (one: Json, names: readonly string[]): Json => Object.fromEntries(Object.entries(one).filter(([name]) => !names.includes(name)));
  return unique(
    records.flatMap(({ body }) => {
      const call = without(objectOf(body.communicationRecord), [
        'comUUID',
        'universalID',
        'csID',
        'direction',
        'startTime',
        'endTime',
        'activeDuration',
      ]);
      const properties = objectsOf(body.additionalProperty).flatMap(({ name, value }): [string, string][] => {
        const [known, text] = [textOf(name), textOf(value)];
        return known === null || text === null ? [] : [[known, text]];
      });
      const participants = objectsOf(body.participants).map((one) => ({
        ...without(one, ['address', 'involvement', 'events', 'joinTime', 'exitTime']),
        member: without(objectOf(one.member), ['name', 'groupName', 'firmName']),
      }));
      const rest = { ...without(body, ['$schema', 'additionalProperty']), communicationRecord: call, participants };
      return [...flattenJson(rest), ...properties].map(([name, value]) => ({ name, value }));
    }),
  );
}
