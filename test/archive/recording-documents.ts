import fc from 'fast-check';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Comparison, Measurement } from '../../src/core/model/measurement.ts';
import {
  type CallEvent,
  type Group,
  type NameValue,
  type Party,
  type PhoneValue,
  type Retention,
  reconciliationStatuses,
  type SourceRef,
  type TimeValue,
} from '../../src/core/model/recording.ts';
import type {
  AccessCopy,
  DecodedCopy,
  DocumentedRecording,
  RecordingDocument,
  StoredFile,
  StoredMedium,
} from '../../src/core/model/recording-document.ts';

// Any recording document that the type allows. The compiler checks that each record has every member, so a member that the schema lacks fails the test that validates these
// documents. Members that were added later may be absent, as in old archives.

const text = fc.string({ maxLength: 12, unit: 'binary' });
const orNull = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null });
const few = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(some, { maxLength: 2 });
const hex = (digits: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const uuid = fc.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const positive = fc.integer({ min: 1, max: 192_000 });

/** A record with further members, each of which may be absent. */
function later<T, L>(always: fc.Arbitrary<T>, some: { [K in keyof L]: fc.Arbitrary<L[K]> }): fc.Arbitrary<T & Partial<L>> {
  const any = fc.record<L, never>(some, { requiredKeys: [] });
  // With no key required, any key of the record may be absent.
  return fc.tuple(always, any as fc.Arbitrary<Partial<L>>).map(([first, second]) => ({ ...first, ...second }));
}

const nameValue: fc.Arbitrary<NameValue> = fc.record({ name: text, value: text });
const finding: fc.Arbitrary<Finding> = fc.record({
  kind: fc.constant('finding'),
  // A later version may have written an unknown code.
  code: fc.stringMatching(/^[A-Z][0-9]{3}$/) as fc.Arbitrary<FindingCode>,
  place: text,
  message: text,
});
const time: fc.Arbitrary<TimeValue> = fc.record({
  raw: text,
  utc: orNull(text),
  local: orNull(text),
  offsetMin: orNull(number),
  zone: orNull(text),
  precision: fc.constantFrom('ms', 's', 'min', 'day'),
  basis: fc.constantFrom('explicit-offset', 'epoch', 'utc-column', 'zone-assumed', 'name', 'unknown'),
  certainty: fc.constantFrom('exact', 'assumed', 'ambiguous-fold', 'nonexistent', 'sentinel', 'unzoned', 'unreadable'),
  candidates: few(text),
});
const phone: fc.Arbitrary<PhoneValue> = fc.record({
  raw: text,
  e164: orNull(text),
  extension: orNull(text),
  sip: orNull(text),
  damage: fc.constantFrom('scientific', 'leading-zero-lost', 'guard-char', 'masked', 'overflow', null),
});
const role = fc.constantFrom('caller', 'callee', 'agent', 'supervisor', 'customer', 'ivr', 'unknown');
const party: fc.Arbitrary<Party> = fc.record({ role, phone: orNull(phone), name: orNull(text), agentId: orNull(text), device: orNull(text) });
const event: fc.Arbitrary<CallEvent> = later(
  fc.record({
    type: fc.constantFrom(
      ...(['answer', 'ring', 'hold', 'retrieve', 'pause', 'resume', 'mask', 'unmask', 'mute', 'transfer', 'conference', 'join', 'leave'] as const),
      ...(['dtmf', 'tag', 'record-start', 'record-stop', 'disconnect'] as const),
    ),
    at: orNull(time),
    lengthMs: orNull(number),
    mediaEffect: fc.constantFrom('silence', 'cut', 'gap', 'split', 'none', 'unknown'),
    raw: text,
  }),
  { callOffsetMs: orNull(number), mediaOffsetMs: orNull(number), party: orNull(fc.nat({ max: 3 })) },
);
const group: fc.Arbitrary<Group> = fc.record({ id: text, index: orNull(number), count: orNull(number), previous: orNull(text), next: orNull(text) });
const retention: fc.Arbitrary<Retention> = fc.record({
  policyRaw: orNull(text),
  expiresAt: orNull(time),
  legalHoldRaw: orNull(text),
  lockRaw: orNull(text),
  deletedAtSource: orNull(time),
});
const sourceRef: fc.Arbitrary<SourceRef> = fc.record({
  kind: fc.constantFrom('row', 'sidecar', 'name'),
  path: text,
  row: orNull(fc.integer()),
  sha256: orNull(hex(64)),
  text: orNull(text),
});
const storedFileRecord = {
  path: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/),
  sizeBytes: fc.nat(),
  sha256: hex(64),
  sha512: hex(128),
};
const storedFile: fc.Arbitrary<StoredFile> = fc.record(storedFileRecord);
const measurement: fc.Arbitrary<Measurement> = fc.record({
  sampleRateHz: positive,
  channels: positive,
  samples: fc.nat(),
  durationMs: fc.nat(),
  sampleFormat: fc.constantFrom('s16le', 'f32le'),
  pcmSha256: hex(64),
  levels: few(
    fc.record({ rmsDb: orNull(number), peakDb: orNull(number), clippedSamples: fc.nat(), silentShare: fc.double({ min: 0, max: 1, noNaN: true }) }),
  ),
  peaks: fc.record({ samplesPerPeak: fc.nat(), channels: few(fc.base64String()) }),
});
const comparison: fc.Arbitrary<Comparison> = fc.record({
  samplesExpected: fc.nat(),
  samplesFound: fc.nat(),
  channels: few(fc.record({ levelDifferenceDb: orNull(number), similarity: orNull(number), worstWindow: orNull(number) })),
  passed: fc.boolean(),
  reasons: few(text),
});
const decoded: fc.Arbitrary<DecodedCopy> = fc.record({
  decoder: text,
  pcmSha256: hex(64),
  rmsDb: few(orNull(number)),
  peaks: few(fc.base64String()),
});
const accessCopy: fc.Arbitrary<AccessCopy> = later(
  fc.record({
    ...storedFileRecord,
    format: fc.constantFrom('opus', 'wav'),
    encoder: text,
    settings: text,
    sampleRateHz: positive,
    channels: positive,
    samples: fc.nat(),
    comparison,
  }),
  { decoded },
);
const medium: fc.Arbitrary<StoredMedium> = later(
  fc.record({
    path: text,
    kind: fc.constantFrom('audio', 'screen', 'pcap', 'other'),
    side: fc.constantFrom('in', 'out', 'mixed', 'stereo', 'unknown'),
    channels: few(fc.record({ index: fc.nat(), role })),
    audioStart: orNull(time),
    rawName: orNull(text),
    modifiedMs: orNull(number),
    original: storedFile,
    format: orNull(text),
    confidence: fc.constantFrom('signature', 'structure', 'statistics', 'hint', null),
    basis: text,
    state: fc.constantFrom('ok', 'header-only', 'truncated', 'damaged', 'unknown', 'undecodable'),
    codec: orNull(
      fc.record({ id: text, name: text, sampleRateHz: positive, channels: fc.nat(), bitsPerSample: orNull(fc.nat()), blockBytes: orNull(fc.nat()) }),
    ),
    decoder: orNull(text),
    measurement: orNull(measurement),
    access: orNull(accessCopy),
    accessReason: orNull(text),
    findings: few(finding),
  }),
  {
    startOffsetMs: orNull(number),
    pronom: orNull(text),
    declared: orNull(fc.record({ codec: text, sampleRateHz: positive, channels: fc.nat() })),
    doubts: few(text),
  },
);

const recording: fc.Arbitrary<DocumentedRecording> = later(
  fc.record({
    importer: text,
    grade: fc.constantFrom('verified', 'source-exact', 'documented', 'experimental'),
    key: text,
    sourceKeys: few(nameValue),
    correlation: few(nameValue),
    callStart: orNull(time),
    callAnswer: orNull(time),
    callEnd: orNull(time),
    durationDeclared: orNull(later(fc.record({ ms: number, raw: text, unit: text }), { of: fc.constantFrom('audio', 'call') })),
    direction: fc.record({ value: fc.constantFrom('inbound', 'outbound', 'internal', 'tandem', 'unknown'), raw: orNull(text) }),
    parties: few(party),
    org: few(nameValue),
    events: few(event),
    tags: few(nameValue),
    extra: few(nameValue),
    reconciliation: later(fc.record({ status: fc.constantFrom(...reconciliationStatuses), rule: text }), {
      joined: fc.constantFrom(...reconciliationStatuses),
      reason: orNull(text),
    }),
    provenance: few(sourceRef),
  }),
  { group: orNull(group), retention: orNull(retention), quality: few(nameValue) },
);

/** Any recording document. */
export const recordingDocument: fc.Arbitrary<RecordingDocument> = fc.record({
  format: fc.constant('longplay-recording'),
  version: fc.constant(1),
  recordingId: uuid,
  supersedes: orNull(uuid),
  fingerprint: text,
  site: text,
  source: text,
  tool: text,
  recording,
  media: few(medium),
  joined: orNull(accessCopy),
  sources: few(storedFile),
  findings: few(finding),
});
