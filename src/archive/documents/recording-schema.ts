// JSON Schema (draft 2020-12) of recording.json, archive formats 1 and 2. docs/reference/recording.schema.json is this object as text; tests
// compare the two, and the schema with the type RecordingDocument.
import { grades } from '../../core/model/grade.ts';
import { reconciliationStatuses } from '../../core/model/recording.ts';
import { amendmentCauses } from '../../core/model/recording-document.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const number: Schema = { type: 'number' };
const count: Schema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const positive: Schema = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
const integer: Schema = { type: 'integer' };
const hex = (digits: number): Schema => ({ type: 'string', pattern: `^[0-9a-f]{${digits}}$` });
const uuid: Schema = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
/** Schema of a base name in the recording's folder. */
const plainName: Schema = { type: 'string', pattern: '^[a-z0-9][a-z0-9.-]{0,119}$' };

/**
 * Returns a schema that also accepts null. Null comes first, because most members are null and a validator stops at the first match. For a plain type, null is
 * added as a second type.
 */
const or = (schema: Schema, value: null): Schema =>
  Object.keys(schema).join() === 'type' ? { type: [schema.type, 'null'] } : { anyOf: [{ const: value }, schema] };
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...values: readonly (string | null)[]): Schema => ({ enum: values });
const ref = (name: keyof typeof definitions): Schema => ({ $ref: `#/$defs/${name}` });
/**
 * Returns the schema of an object. Members are required: an unknown value is null, never absent. Members that an earlier version did not write are optional.
 */
const object = (properties: Readonly<Record<string, Schema>>, description?: string, optional: readonly string[] = []): Schema => ({
  ...(description === undefined ? {} : { description }),
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
  additionalProperties: false,
});

/** Schema of a bag's name: the year of its first call, and the name within the year. */
const bagName: Schema = { type: 'string', pattern: '^([0-9]{4}|undated)/([0-9]{8}|undated)-[0-9a-f]{16}$' };

const digested = { sizeBytes: count, sha256: hex(64), sha512: hex(128) };
const storedFile = {
  path: plainName,
  bag: bagName,
  ...digested,
  sealed: object(digested, 'The age file that the bag has instead, with `.age` added to its name. The members beside are of the plain file.'),
  erased: object(
    { on: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }, request: { type: 'string', pattern: '^[0-9a-f]{1,64}$' } },
    'When and on which request the file was erased alone: it does not exist any more.',
  ),
};
const status = oneOf(...reconciliationStatuses);
const role = oneOf('caller', 'callee', 'agent', 'supervisor', 'customer', 'ivr', 'unknown');

const duration: Schema = or(object({ ms: number, raw: text, unit: text, of: oneOf('audio', 'call') }, undefined, ['of']), null);
const direction: Schema = object({ value: oneOf('inbound', 'outbound', 'internal', 'tandem', 'unknown'), raw: or(text, null) });

const definitions = {
  nameValue: object({ name: text, value: text }),
  finding: object(
    { kind: { const: 'finding' }, code: { type: 'string', pattern: '^[A-Z][0-9]{3}$' }, place: text, message: text },
    'Something that must be known; `longplay explain CODE` tells more.',
  ),
  time: object(
    {
      raw: text,
      utc: or(text, null),
      local: or(text, null),
      offsetMin: or(number, null),
      zone: or(text, null),
      precision: oneOf('ms', 's', 'min', 'day'),
      basis: oneOf('explicit-offset', 'epoch', 'utc-column', 'zone-assumed', 'name', 'unknown'),
      certainty: oneOf('exact', 'assumed', 'ambiguous-fold', 'nonexistent', 'sentinel', 'unzoned', 'unreadable'),
      candidates: list(text),
    },
    'A point in time as the recorder wrote it (`raw`), and what is known of it. `utc` is null unless it is known.',
  ),
  phone: object(
    {
      raw: text,
      e164: or(text, null),
      extension: or(text, null),
      sip: or(text, null),
      damage: oneOf('scientific', 'leading-zero-lost', 'guard-char', 'masked', 'overflow', null),
    },
    'A number or address as written; `damage`: what an export did to it.',
  ),
  party: object({ role, phone: or({ $ref: '#/$defs/phone' }, null), name: or(text, null), agentId: or(text, null), device: or(text, null) }),
  event: object(
    {
      type: oneOf(
        ...['answer', 'ring', 'hold', 'retrieve', 'pause', 'resume', 'mask', 'unmask', 'mute', 'transfer', 'conference', 'join', 'leave'],
        ...['dtmf', 'tag', 'record-start', 'record-stop', 'disconnect'],
      ),
      at: or({ $ref: '#/$defs/time' }, null),
      lengthMs: or(number, null),
      callOffsetMs: or(number, null),
      mediaOffsetMs: or(number, null),
      party: or(count, null),
      mediaEffect: oneOf('silence', 'cut', 'gap', 'split', 'none', 'unknown'),
      raw: text,
    },
    'Something that happened in the call. `callOffsetMs`: from the start of the call; `mediaOffsetMs`: from the first sample of the audio. `party`: whom it happened to, by its place in the list.',
    ['callOffsetMs', 'mediaOffsetMs', 'party'],
  ),
  group: object(
    { id: text, index: or(number, null), count: or(number, null), previous: or(text, null), next: or(text, null) },
    'Segments and transfers of one interaction, by the keys of the recorder.',
  ),
  retention: object(
    {
      policyRaw: or(text, null),
      expiresAt: or({ $ref: '#/$defs/time' }, null),
      legalHoldRaw: or(text, null),
      lockRaw: or(text, null),
      deletedAtSource: or({ $ref: '#/$defs/time' }, null),
    },
    'How long the recorder was to keep it, and what kept it from deleting it, as it stood there.',
  ),
  sourceRef: object(
    { kind: oneOf('row', 'sidecar', 'name', 'signalling'), path: text, row: or(integer, null), sha256: or(hex(64), null), text: or(text, null) },
    'A place in the source that the metadata came from; the row or sidecar itself lies beside this file as source-N.',
  ),
  account: object(
    {
      joinedBy: oneOf('id', 'window'),
      importer: text,
      grade: oneOf(...grades),
      key: text,
      sourceKeys: list({ $ref: '#/$defs/nameValue' }),
      correlation: list({ $ref: '#/$defs/nameValue' }),
      callStart: or({ $ref: '#/$defs/time' }, null),
      callAnswer: or({ $ref: '#/$defs/time' }, null),
      callEnd: or({ $ref: '#/$defs/time' }, null),
      durationDeclared: duration,
      direction: direction,
      parties: list({ $ref: '#/$defs/party' }),
      org: list({ $ref: '#/$defs/nameValue' }),
      events: list({ $ref: '#/$defs/event' }),
      tags: list({ $ref: '#/$defs/nameValue' }),
      extra: list({ $ref: '#/$defs/nameValue' }),
      provenance: list({ $ref: '#/$defs/sourceRef' }),
      table: text,
    },
    'What another export says of the same call, with its own provenance: nothing of it is mixed into the recording. `joinedBy`: an id that both have, or a number and the time. `table`: the system whose later table says it; its rows are in table-N.',
    ['table'],
  ),
  storedFile: object(storedFile, 'A file beside this one; with `bag`, in the folder of the same recording in another bag.', [
    'bag',
    'sealed',
    'erased',
  ]),
  measurement: object(
    {
      sampleRateHz: positive,
      channels: positive,
      samples: count,
      durationMs: { type: 'number', minimum: 0 },
      sampleFormat: oneOf('s16le', 'f32le'),
      pcmSha256: hex(64),
      levels: list(
        object({
          rmsDb: or(number, null),
          peakDb: or(number, null),
          clippedSamples: count,
          silentShare: { type: 'number', minimum: 0, maximum: 1 },
        }),
      ),
      peaks: object({ samplesPerPeak: count, channels: list({ type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' }) }),
    },
    'The decoded samples: `samples` per channel, `pcmSha256` over them interleaved; levels in dB of full scale, null for digital silence; waveform peaks 0 to 255 as base64.',
  ),
  comparison: object(
    {
      samplesExpected: count,
      samplesFound: count,
      channels: list(object({ levelDifferenceDb: or(number, null), similarity: or(number, null), worstWindow: or(number, null) })),
      passed: flag,
      reasons: list(text),
    },
    'The copy, decoded again, against the samples it was made from.',
  ),
  accessCopy: object(
    {
      ...storedFile,
      format: oneOf('opus', 'wav'),
      encoder: text,
      settings: text,
      sampleRateHz: positive,
      channels: positive,
      samples: count,
      comparison: { $ref: '#/$defs/comparison' },
      decoded: object(
        {
          decoder: text,
          pcmSha256: hex(64),
          rmsDb: list(or(number, null)),
          peaks: list({ type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' }),
        },
        'The samples of the copy, as `decoder` decoded it: digest, interleaved and little-endian; level and waveform of each channel (at most 32 stretches, 0 to 255, as base64).',
      ),
    },
    'A copy made to be played.',
    ['decoded', 'bag', 'sealed', 'erased'],
  ),
  medium: object(
    {
      path: text,
      kind: oneOf('audio', 'screen', 'pcap', 'other'),
      side: oneOf('in', 'out', 'mixed', 'stereo', 'unknown'),
      channels: list(object({ index: count, role })),
      audioStart: or({ $ref: '#/$defs/time' }, null),
      startOffsetMs: or(number, null),
      continues: flag,
      rawName: or(text, null),
      modifiedMs: or(number, null),
      original: { $ref: '#/$defs/storedFile' },
      format: or(text, null),
      pronom: or(text, null),
      formatGrade: oneOf(...grades, null),
      confidence: oneOf('signature', 'structure', 'statistics', 'hint', null),
      basis: text,
      state: oneOf('ok', 'header-only', 'truncated', 'damaged', 'unknown', 'undecodable'),
      codec: or(
        object({ id: text, name: text, sampleRateHz: number, channels: count, bitsPerSample: or(number, null), blockBytes: or(number, null) }),
        null,
      ),
      declared: or(object({ codec: text, sampleRateHz: number, channels: count }), null),
      decoder: or(text, null),
      measurement: or({ $ref: '#/$defs/measurement' }, null),
      doubts: list(text),
      access: or({ $ref: '#/$defs/accessCopy' }, null),
      accessReason: or(text, null),
      findings: list({ $ref: '#/$defs/finding' }),
    },
    'One file of the recording: its path in the source, the original as it lies here, how it is coded, and the copy. `rawName`: the stored name in base64 where it is not UTF-8. `formatGrade`: how well the program knew that format. `declared`: what its user said that it is. `doubts`: why the sound may be noise of a wrong decoding, or damaged. `continues`: its bytes go on where those of the medium before it end, and what is said of the sound stands with the first piece.',
    ['startOffsetMs', 'continues', 'pronom', 'formatGrade', 'declared', 'doubts'],
  ),
};

/** The schema as an object. It has exactly the members of `RecordingDocument`, all required except later additions. */
export const recordingSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'longplay recording, versions 1 and 2',
  description: 'recording.json in a bag of a longplay archive: everything known of one recorded call or part of a call.',
  ...object(
    {
      format: { const: 'longplay-recording' },
      version: { enum: [1, 2] },
      recordingId: uuid,
      revision: { type: 'integer', minimum: 2, maximum: Number.MAX_SAFE_INTEGER },
      amends: object(
        {
          bag: bagName,
          revision: positive,
          sha256: hex(64),
          sealed: { const: true },
          cause: oneOf(...amendmentCauses),
          changed: list(text),
          job: text,
          why: text,
        },
        'Version 2: the description that this one replaces, by bag, revision and digest of its recording.json, and why.',
        ['why', 'sealed'],
      ),
      supersedes: or(uuid, null),
      fingerprint: text,
      site: text,
      source: text,
      tool: text,
      recording: object(
        {
          importer: text,
          grade: oneOf(...grades),
          key: text,
          sourceKeys: list(ref('nameValue')),
          correlation: list(ref('nameValue')),
          callStart: or(ref('time'), null),
          callAnswer: or(ref('time'), null),
          callEnd: or(ref('time'), null),
          durationDeclared: duration,
          direction,
          parties: list(ref('party')),
          org: list(ref('nameValue')),
          events: list(ref('event')),
          tags: list(ref('nameValue')),
          group: or(ref('group'), null),
          retention: or(ref('retention'), null),
          quality: list(ref('nameValue')),
          extra: list(ref('nameValue')),
          reconciliation: object(
            { status, rule: text, joined: status, reason: or(text, null) },
            'How rows and audio came together (`joined`, by `rule`), and the last word once the audio was worked on (`status`, for `reason`).',
            ['joined', 'reason'],
          ),
          provenance: list(ref('sourceRef')),
          accounts: list(ref('account')),
        },
        undefined,
        ['group', 'retention', 'quality', 'accounts'],
      ),
      media: list(ref('medium')),
      joined: or(ref('accessCopy'), null),
      sources: list(ref('storedFile')),
      findings: list(ref('finding')),
      before: {
        ...list(hex(64)),
        description:
          'SHA-256 of this document as it was before files were erased from its bag, oldest first: a later description refers to it by these.',
      },
    },
    undefined,
    ['revision', 'amends', 'before'],
  ),
  $defs: definitions,
};
