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
  sealed: object(
    digested,
    'The age file that the bag has in place of this file; its name is this name with `.age` added. The other members describe the plain file.',
  ),
  erased: object(
    { on: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }, request: { type: 'string', pattern: '^[0-9a-f]{1,64}$' } },
    'When, and on which request, the file was erased while the recording stayed. The file no longer exists.',
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
    'A fact that users of the recording must know; `longplay explain CODE` explains it.',
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
    'A point in time as the recorder wrote it (`raw`), and what is known about it. `utc` is null if the time in UTC is unknown.',
  ),
  phone: object(
    {
      raw: text,
      e164: or(text, null),
      extension: or(text, null),
      sip: or(text, null),
      damage: oneOf('scientific', 'leading-zero-lost', 'guard-char', 'masked', 'overflow', null),
    },
    'A number or address as written. `damage`: how an export damaged it.',
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
    'An event in the call. `callOffsetMs`: time from the start of the call; `mediaOffsetMs`: time from the first sample of the audio; `party`: index of the party concerned.',
    ['callOffsetMs', 'mediaOffsetMs', 'party'],
  ),
  group: object(
    { id: text, index: or(number, null), count: or(number, null), previous: or(text, null), next: or(text, null) },
    "Segments and transfers of one interaction, identified by the recorder's keys.",
  ),
  retention: object(
    {
      policyRaw: or(text, null),
      expiresAt: or({ $ref: '#/$defs/time' }, null),
      legalHoldRaw: or(text, null),
      lockRaw: or(text, null),
      deletedAtSource: or({ $ref: '#/$defs/time' }, null),
    },
    "How long the recorder was to keep the recording, and what prevented its deletion, in the recorder's own words.",
  ),
  sourceRef: object(
    { kind: oneOf('row', 'sidecar', 'name', 'signalling'), path: text, row: or(integer, null), sha256: or(hex(64), null), text: or(text, null) },
    'A place in the source from which metadata came; the row or sidecar itself is beside this file as source-N.',
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
    'Data of another export about the same call, with provenance of their own; they are not mixed into the recording. `joinedBy`: a common id, or a number and the time. `table`: the system whose later table has the data; its rows are in table-N.',
    ['table'],
  ),
  storedFile: object(storedFile, 'A file beside this document; if `bag` is present, a file in the folder of the same recording in that bag.', [
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
    'Properties of the decoded samples: number of samples per channel; `pcmSha256` over the interleaved samples; levels in dB relative to full scale, null for digital silence; peaks of the waveform, 0 to 255, as base64.',
  ),
  comparison: object(
    {
      samplesExpected: count,
      samplesFound: count,
      channels: list(object({ levelDifferenceDb: or(number, null), similarity: or(number, null), worstWindow: or(number, null) })),
      passed: flag,
      reasons: list(text),
    },
    'Comparison of the decoded copy with the samples from which it was made.',
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
        'The samples of the copy as `decoder` decoded them: digest over the interleaved little-endian samples; level and waveform of each channel (peaks of at most 32 sections, 0 to 255, as base64).',
      ),
    },
    'An access copy, which every player can open.',
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
    "One file of the recording: its path in the source, the stored original, its coding, and its access copy. `rawName`: the stored name in base64 if it is not UTF-8. `formatGrade`: how well the program was tested with that format. `declared`: the user's declaration of its codec. `doubts`: why it may have been decoded with the wrong codec, or be damaged. `continues`: its bytes continue those of the previous medium, and the first piece has the data about the audio.",
    ['startOffsetMs', 'continues', 'pronom', 'formatGrade', 'declared', 'doubts'],
  ),
};

/** The schema as an object. It has exactly the members of `RecordingDocument`, all required except later additions. */
export const recordingSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'longplay recording, versions 1 and 2',
  description: 'recording.json in a bag of a longplay archive: everything that is known about one recorded call or part of a call.',
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
        'Version 2: the description that this one replaces, identified by bag, revision and digest of its recording.json, and the reason.',
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
            'How rows and audio were matched (`joined`, by `rule`), and the final status after decoding (`status`, because of `reason`).',
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
          'SHA-256 of earlier states of this document, before files were erased from its bag; oldest first. A later description may refer to it by these digests.',
      },
    },
    undefined,
    ['revision', 'amends', 'before'],
  ),
  $defs: definitions,
};
