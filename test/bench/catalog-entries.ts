import { keyedUuid } from '../../src/core/base/identifier.ts';
import { emptyRecording, type Party } from '../../src/core/model/recording.ts';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';
import { type CatalogEntry, catalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';

const names = ['Åsa Öberg', 'Anna Lind', 'Björn Ek', 'José García', 'Zoë Müller', 'Li Wei', 'Erik Ström', 'Maja Å', 'Olga Petrova', 'John Smith'];
const queues = ['sales', 'support', 'claims', 'trading', 'dispatch'];
const departments = ['Retail', 'Trading', 'Claims', 'Emergency'];
const firstStart = Date.UTC(2010, 0, 1);
const years = 15;

/** Returns a number derived from another, evenly distributed and the same in every run. */
function spread(index: number, salt: number, below: number): number {
  let x = Math.imul(index ^ (salt * 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) % below;
}

/** Returns the catalog entry of one of `count` made-up calls over fifteen years. */
export function madeEntry(index: number, count: number): CatalogEntry {
  const recordingId = keyedUuid('bench', String(index));
  const ms = firstStart + Math.floor((index / count) * years * 365.25 * 86_400_000) + spread(index, 1, 60_000);
  const utc = new Date(ms).toISOString();
  const customer = `+4670174${String(spread(index, 2, 10_000)).padStart(4, '0')}`;
  const extension = String(1_000 + spread(index, 3, 400));
  const agent = spread(index, 4, 400);
  const isInbound = spread(index, 5, 3) > 0;
  const [caller, callee] = isInbound ? [customer, extension] : [extension, `0${customer.slice(3)}`];
  const party = (role: Party['role'], number: string): Party => ({ role, phone: parsePhone(number), name: null, agentId: null, device: null });
  const recording = {
    ...emptyRecording(index % 3 === 0 ? 'nice-engage' : 'asterisk', 'documented', `${Math.floor(ms / 1_000)}.${index}`),
    callStart: {
      raw: utc,
      utc,
      local: utc.slice(0, 23),
      offsetMin: 0,
      zone: null,
      precision: 'ms',
      basis: 'epoch',
      certainty: 'exact',
      candidates: [],
    },
    direction: { value: isInbound ? 'inbound' : 'outbound', raw: null },
    parties: [
      party('caller', caller),
      party('callee', callee),
      { role: 'agent', phone: null, name: `${names[agent % names.length] ?? ''} ${agent}`, agentId: `a${agent}`, device: null },
    ],
    correlation: [{ name: 'linkedid', value: `${Math.floor(ms / 1_000)}.${index}` }],
    org: [
      { name: 'queue', value: queues[spread(index, 6, queues.length)] ?? '' },
      { name: 'department', value: departments[spread(index, 7, departments.length)] ?? '' },
    ],
    tags: spread(index, 8, 10) === 0 ? [{ name: 'case', value: `C-${spread(index, 9, 50_000)}` }] : [],
    reconciliation: { status: spread(index, 10, 1_000) === 0 ? 'unreadable-audio' : 'matched', rule: 'uniqueid' },
  } as const;
  const document = {
    recordingId,
    supersedes: null,
    site: 'bench',
    source: 'recorder',
    fingerprint: recordingId.replaceAll('-', '').repeat(2),
    recording,
    media: [
      {
        path: `monitor/${utc.slice(0, 10).replaceAll('-', '/')}/${index}.wav`,
        kind: 'audio',
        modifiedMs: ms,
        state: 'ok',
        audioStart: null,
        original: { path: 'original-1.wav', sizeBytes: 480_000, sha256: recordingId.replaceAll('-', '').repeat(2), sha512: '' },
        codec: { id: spread(index, 11, 20) === 0 ? 'gsm' : 'mulaw' },
        measurement: { samples: 80_000, durationMs: 10_000 + spread(index, 12, 300_000), sampleFormat: 's16le', levels: [{ peakDb: -12 }] },
        access: { path: 'access-1.opus', sizeBytes: 120_000 },
        findings: [],
      },
    ],
    joined: null,
    findings: [],
    // Members that `catalogEntry` does not read are omitted.
  } as unknown as RecordingDocument;
  return catalogEntry(document);
}
