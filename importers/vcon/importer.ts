import { agree } from '../../src/core/base/agree.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { NameValue } from '../../src/core/model/recording.ts';
import { flattenJson } from '../../src/tables/flatten.ts';
import { type Json, objectOf, objectsOf, readVcon, textOf, type VconDocument } from '../../src/tables/vcon-document.ts';
import { isRecording, soundsOf, unitsOfDialogs } from '../../src/tables/vcon-units.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { eventOf } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { nameKey, stemKey } from '../engine/records/keys.ts';
import type { DocumentShape, Shape } from '../engine/records/shape.ts';
import {
  channelsOf,
  digestsOf,
  eventsOf,
  fileNames,
  indicesOf,
  isBot,
  isInline,
  partiesNamed,
  partiesOf,
  sessionsOf,
  stemOf,
  timeIn,
} from './dialog.ts';
import { readLargeVcon } from './large.ts';
import { type OwnRecording, ownRecording, withOwn } from './own.ts';

const document = (file: RegExp, holds: RegExp): DocumentShape => ({
  kind: 'document',
  file,
  holds,
  as: 'plain',
  pairs: (text) => pairsOf(readVcon(typeof text === 'string' ? text : '')),
  readLarge: async (reader, encoding, signal) => {
    const large = await readLargeVcon(reader, encoding, signal);
    return typeof large === 'string' ? large : { pairs: pairsOf(large.document), findings: large.findings };
  },
});

function pairsOf(read: VconDocument): readonly (readonly [name: string, value: string])[] {
  return [['vcon', JSON.stringify(read)]];
}

const common: Pick<Shape, 'unit' | 'role' | 'key' | 'claims' | 'links'> = {
  unit: 'vCons',
  role: 'call',
  key: (record) => keyOf(record, documentOf(record)),
  // Versions of one conversation.
  links: (record) => priorOf(documentOf(record)),
  claims: claimsOf,
};

/** Imports vCon, the IETF's container for conversations, of any version, including signed and encrypted ones. */
export const vcon = familyImporter({
  id: 'vcon',
  title: 'vCon, the IETF container for conversations, versions 0.0.1 to 0.4.0',
  grade: 'source-exact',
  facts: [
    'draft-ietf-vcon-vcon-core-04 (2026-09-07): dialogs, parties, files inside and outside, signed and encrypted forms, placeholders, recording sets',
    'ietf-wg-vcon/draft-ietf-vcon-vcon-core 2342aba: vcon_json_schema.json, vcon.cddl, examples/*.vcon; renames between 0.0.1, 0.0.2, 0.3.0 and 0.4.0',
  ],
  tested: ['the 17 examples of the working group (draft-ietf-vcon-vcon-core 2342aba)', 'samples/vcon, synthetic', 'what export --vcon writes'],
  shapes: [
    { name: 'vcon', ...common, at: document(/\.vcon$|(?:^|!)vcon\.json$/i, /^(?:\u00ef\u00bb\u00bf)?\s*\{/) },
    {
      name: 'vcon-json',
      ...common,
      at: document(
        /\.json$/i,
        /"vcon"\s*:\s*"0\.\d|"cty"\s*:\s*"application\/vcon|^\s*\{\s*"uuid"[\s\S]*"parties"\s*:\s*\[|"parties"\s*:\s*\[[\s\S]*"dialog"\s*:\s*\[/,
      ),
    },
  ],
  // A recording that was extracted from a document (src/source/members/vcon.ts) may have no extension.
  mediumKind: (path, usual) => (/(?:^|!)(?:dialog|analysis)-\d+(?:\.[^/!]*)?$/.test(path) ? 'audio' : usual),
  describe,
  twinKeys,
  copyReason: 'the recording inside the vCon and the file beside it have the same bytes',
});

function documentOf(record: JoinedRecord): VconDocument {
  // Written by `pairs`.
  return JSON.parse(record.peek(['vcon']) ?? '{"form":"none","uuid":null,"vcon":{},"signatures":[],"digits":0}') as VconDocument;
}

/** Returns the key; a record without an id uses the digest of its text. */
function keyOf({ sha256 }: JoinedRecord, { uuid }: VconDocument): string {
  return uuid ?? `vcon-${sha256.slice(0, 16)}`;
}

function priorOf({ vcon: { amended, redacted } }: VconDocument): readonly string[] {
  return [amended, redacted].flatMap((one) => textOf(objectOf(one).uuid)?.toLowerCase() ?? []);
}

/** Returns the folder of the files that were extracted from a document; null if none were. */
function insideOf(path: string): string | null {
  return /(?:^|!)vcon\.json$/i.test(path) ? path.slice(0, path.length - 'vcon.json'.length) : null;
}

function isInside(file: string, path: string, name: string): boolean {
  const inside = insideOf(path);
  return inside !== null && file.startsWith(inside + name) && /^(?:\.[^/!]*)?$/.test(file.slice(inside.length + name.length));
}

/** Rule for a file beside a vCon that an export may have written from a recording inside; the recording's name is appended. */
const copyOf = 'file name of the recording inside the vCon, ';

/**
 * Returns keys by which a file beside a vCon is compared only with the recording inside whose name it has: two silent legs of equal duration have the same
 * bytes.
 */
function twinKeys(files: readonly ClaimedFile[]): readonly (string | null)[] {
  const names = files.map(({ path, stored, by }) => {
    const [claim = '', ...others] = by;
    const inside = /(?:^|!)((?:dialog|analysis)-\d+)(?:\.[^/!]*)?$/.exec(stored ?? path)?.[1] ?? null;
    return { inside, beside: inside === null && claim.startsWith(copyOf) && others.length === 0 ? claim.slice(copyOf.length) : null };
  });
  return names.map(({ inside, beside }) => {
    const name = inside ?? beside;
    return name !== null && names.filter((one) => one.inside === name).length === 1 ? name : null;
  });
}

function claimsOf(record: JoinedRecord): readonly Claim[] {
  const { path } = record;
  const folder = path.slice(0, path.length - baseName(path).length);
  const recordings = soundsOf(documentOf(record).vcon).filter(isRecording);
  return recordings.flatMap((dialog): Claim[] => {
    const [first, ...others] = fileNames(dialog);
    if (isInline(dialog)) {
      const { inside } = dialog;
      return [
        { key: stemKey(`${inside}.x`), by: 'recording inside the vCon', fits: (file) => isInside(file, path, inside) },
        // `export --vcon-inline` writes the same file beside it.
        ...(first === undefined ? [] : [{ key: nameKey(first), by: `${copyOf}${inside}`, optional: true, path: folder + first } satisfies Claim]),
      ];
    }
    const own: Claim[] = recordings.length > 1 ? [] : [{ key: stemKey(path), by: 'name of the vCon', strength: 'other-name', path }];
    if (first === undefined) return own;
    return [
      { key: nameKey(first), by: 'file name in the dialog', path: folder + first },
      ...others.map((name): Claim => ({ key: nameKey(name), by: 'address in the dialog', strength: 'other-name', path: folder + name })),
      { key: stemKey(first), by: 'file name in the dialog without extension', strength: 'other-name', path: folder + first },
      ...own,
    ];
  });
}

interface Version {
  readonly record: JoinedRecord;
  readonly document: VconDocument;
}

/** Sorts the decisive version first: one that can be read, is not redacted, is not amended by another, is the newest, and has the most content. */
function inOrder(versions: readonly Version[]): readonly Version[] {
  const amended = new Set(
    versions.flatMap(({ document: { vcon: each, uuid } }) => (uuid === null ? [] : (textOf(objectOf(each.amended).uuid)?.toLowerCase() ?? []))),
  );
  const rank = ({ document: { form, vcon: each, uuid } }: Version): readonly (number | string)[] => [
    form === 'none' ? 2 : form === 'encrypted' ? 1 : 0,
    Object.keys(objectOf(each.redacted)).length > 0 ? 1 : 0,
    uuid !== null && amended.has(uuid) ? 1 : 0,
    -(Date.parse(textOf(each.updated_at) ?? textOf(each.created_at) ?? '') || 0),
    -objectsOf(each.dialog).length,
    -objectsOf(each.analysis).length,
  ];
  return [...versions].sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    for (const [index, value] of one.entries()) if (value !== other[index]) return value < (other[index] ?? 0) ? -1 : 1;
    return 0;
  });
}

function describe(call: Call, context: Context): readonly Described[] {
  const versions = inOrder(call.records.map((record) => ({ record, document: documentOf(record) })));
  for (const { record } of versions) record.take(['vcon']);
  const [speaker] = versions;
  const left = new Set(call.files);
  const made = versions.flatMap((version) =>
    version === speaker || left.size > 0 ? unitsOf(version, version === speaker, call, left, context) : [],
  );
  const about = findingsOf(versions, call.key ?? '');
  const correlation = correlationOf(versions);
  const signed = versions
    .flatMap(({ document }) => document.signatures)
    .map((algorithm) => ({ name: 'signature', value: `${algorithm}, not verified` }));
  const whole = (one: Described, index: number): Described => ({
    ...one,
    correlation: [...correlation, ...(one.correlation ?? [])],
    quality: [...(one.quality ?? []), ...signed],
    // Files that were claimed and that no dialog names any more belong to the first recording.
    files: index === 0 ? [...(one.files ?? []), ...left] : (one.files ?? []),
    findings: [...(index === 0 ? about : []), ...(one.findings ?? [])],
    records: call.records,
    ...groupOf(made, index, call.key),
  });
  return made.map((one, index) => ({
    ...whole(one, index),
    ...(one.otherwise === undefined ? {} : { otherwise: whole(one.otherwise, index) }),
  }));
}

function groupOf(made: readonly Described[], index: number, id: string | null): Pick<Described, 'group'> {
  if (made.length < 2 || id === null) return {};
  return { group: { id, index, count: made.length, previous: made[index - 1]?.key ?? null, next: made[index + 1]?.key ?? null } };
}

function findingsOf(versions: readonly Version[], key: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const { record, document } of versions) {
    if (document.form === 'none') found.push(finding('I274', record.place, 'it has no readable parties, dialog, analysis or attachments'));
    if (document.form === 'encrypted') found.push(finding('I273', record.place, 'only its id can be read'));
    if (document.form === 'signed') found.push(finding('I272', record.place, `signatures: ${document.signatures.length}`));
    const critical = Array.isArray(document.vcon.critical) ? document.vcon.critical.length : 0;
    if (critical > 0) found.push(finding('I276', record.place, `extensions that a reader must support: ${critical}`));
  }
  if (versions.length > 1) found.push(finding('I275', key, `versions: ${versions.length}`));
  return found;
}

function correlationOf(versions: readonly Version[]): readonly NameValue[] {
  const uuids = versions.flatMap(({ document }) => [...(document.uuid === null ? [] : [document.uuid]), ...priorOf(document), ...grouped(document)]);
  return [...new Set(uuids)].map((value) => ({ name: 'vcon', value }));
}

/** Returns the vCons that together are one conversation. */
function grouped({ vcon: { group } }: VconDocument): readonly string[] {
  return objectsOf(group).flatMap(({ uuid }) => textOf(uuid)?.toLowerCase() ?? []);
}

/**
 * Returns the recordings of one version: a recording set, or a single recording; failed ones; all texts together. For a version that is not decisive, returns
 * only recordings with files.
 */
function unitsOf({ record, document }: Version, isSpeaker: boolean, call: Call, left: Set<ClaimedFile>, context: Context): readonly Described[] {
  const { zone } = context;
  const { vcon: whole } = document;
  const own = keyOf(record, document);
  if (document.form === 'none') return isSpeaker ? [{ key: call.key ?? own, status: 'parse-error' }] : [];
  if (document.form === 'encrypted') return isSpeaker ? [{ key: own, status: 'encrypted-no-key' }] : [];
  const dialogs = soundsOf(whole);
  const ours = isSpeaker ? ownRecording(document, context) : null;
  const subject = textOf(whole.subject);
  const shared = { tags: subject === null ? [] : [{ name: 'subject', value: subject }] };
  const units: Described[] = [];
  const dialogsByPath = new Map<string, Json>();
  const add = (key: string, indices: readonly number[], set: number | null): void => {
    const head: Json | null = set === null ? null : (dialogs[set] ?? {});
    const parts = indices.flatMap((index) => (dialogs[index] === undefined ? [] : [{ index, dialog: dialogs[index] }]));
    const all: readonly Json[] = [...(head === null ? [] : [head]), ...parts.map(({ dialog }) => dialog)];
    const who = partiesOf(whole, all);
    const files: ClaimedFile[] = [];
    const dialogOf = new Map<string, Json>();
    for (const { dialog } of parts) {
      const file = fileOf(left, dialog, record.path, parts.length === 1);
      if (file === undefined) continue;
      left.delete(file);
      files.push(file);
      dialogOf.set(file.path, dialog);
      dialogsByPath.set(file.path, dialog);
    }
    if (!isSpeaker && files.length === 0) return;
    const kept = parts.filter(({ dialog }) => isInline(dialog) && isRecording(dialog) && ![...dialogOf.values()].includes(dialog));
    const starts = all.flatMap(({ start }) => timeIn(start, zone) ?? []);
    const durations = head === null ? parts.map(({ dialog }) => dialog.duration) : [head.duration];
    const [seconds] = durations.length === 1 ? durations : [];
    units.push({
      key,
      ...shared,
      extra: isSpeaker ? extraOf(whole, set === null ? indices : [...indices, set]) : [],
      callStart: starts.find(({ utc }) => head === null || utc !== null) ?? null,
      durationDeclared:
        typeof seconds === 'number' && seconds >= 0 && seconds < 1e9
          ? { ms: Math.round(seconds * 1_000), raw: String(seconds), unit: 's', of: head === null ? 'audio' : 'call' }
          : null,
      parties: who.parties,
      direction: who.direction,
      correlation: all.flatMap(sessionsOf),
      events: [...all.flatMap((dialog) => eventsOf(dialog, who, zone)), ...transfersOf(dialogs, set === null ? indices : [...indices, set], zone)],
      files,
      stated: files.flatMap(({ path }) => digestsOf(dialogOf.get(path) ?? {}, path)),
      medium: ({ path }) => {
        const dialog = dialogOf.get(path);
        return dialog === undefined ? {} : { channels: channelsOf(dialog, who), audioStart: timeIn(dialog.start, zone) };
      },
      findings: kept.map(({ index }) =>
        finding('I277', record.place, agree`dialog ${index} has its audio in ${Number(dialogs[index]?.bodyChars)} character[s]`),
      ),
      ...(kept.length > 0 && files.length === 0 ? { status: 'unreadable-audio' as const } : {}),
      ...(all.length > 0 && all.every(({ type }) => type === 'incomplete' || type === 'text') ? { absence: 'not-recorded-by-design' as const } : {}),
    });
  };
  for (const { suffix, members, set } of unitsOfDialogs(dialogs)) add(`${own}${suffix}`, members, set);
  if (units.length === 0 && isSpeaker) add(own, [], null);
  return ours === null ? units : units.map((unit) => exported(unit, ours, units.length, dialogsByPath, record));
}

/** Returns a unit with the facts of the recording that longplay exported; if these cannot be trusted, returns the unit unchanged with a finding. */
function exported(
  unit: Described,
  ours: OwnRecording | string,
  units: number,
  dialogOf: ReadonlyMap<string, Json>,
  { place }: JoinedRecord,
): Described {
  const refused = (why: string): Described => ({ ...unit, findings: [...(unit.findings ?? []), finding('I278', place, why)] });
  if (typeof ours === 'string') return refused(ours);
  if (units > 1) return refused('the vCon holds more than one recording');
  const whole = withOwn(unit, ours, unit.files ?? [], (path) => dialogOf.get(path));
  return whole === null
    ? refused('it has no digest of a file of this vCon')
    : { ...whole, otherwise: refused('the bytes of a file of this vCon differ from its digest') };
}

/** Returns the file of a dialog; one extracted from the document takes precedence over one beside it. */
function fileOf(
  left: ReadonlySet<ClaimedFile>,
  dialog: Json & { readonly inside: string },
  documentPath: string,
  isOnly: boolean,
): ClaimedFile | undefined {
  if (!isRecording(dialog)) return undefined;
  const all = [...left];
  const inside = isInline(dialog) ? all.find(({ path, stored }) => isInside(stored ?? path, documentPath, dialog.inside)) : undefined;
  return inside ?? all.find(({ path, stored }) => isFileOf(stored ?? path, dialog, documentPath, isOnly));
}

function isFileOf(path: string, dialog: Json, documentPath: string, isOnly: boolean): boolean {
  if (/!/.test(path) && insideOf(documentPath) !== null && path.startsWith(insideOf(documentPath) ?? '')) return false;
  const name = baseName(path).normalize('NFC');
  const names = fileNames(dialog).map((one) => one.normalize('NFC'));
  const stem = stemOf(name).toLowerCase();
  return (
    names.includes(name) ||
    names.some((one) => stemOf(one).toLowerCase() === stem) ||
    (isOnly && stemOf(baseName(documentPath)).toLowerCase() === stem)
  );
}

/** Returns the transfers in which some dialogs took part. */
function transfersOf(dialogs: readonly Json[], indices: readonly number[], zone: string | null) {
  return dialogs.flatMap((dialog) => {
    if (dialog.type !== 'transfer') return [];
    const calls = [dialog.original, dialog.consultation, dialog.target_dialog].flat();
    return calls.some((one) => typeof one === 'number' && indices.includes(one))
      ? [eventOf('transfer', 'transfer', { at: timeIn(dialog.start, zone) })]
      : [];
  });
}

/**
 * Returns the data without a field in a recording: the document except what was taken from it, and except what refers only to other dialogs: parties, analyses
 * and attachments of another recording from the same vCon.
 * @param own indices of the recording's dialogs; empty: all
 */
function extraOf(whole: Json, own: readonly number[]): NameValue[] {
  const all = objectsOf(whole.dialog);
  const isOwn = (index: number): boolean => own.length === 0 || own.includes(index);
  const ofOthers = partiesNamed(all.filter((_dialog, index) => !isOwn(index)));
  const ofOwn = partiesNamed(all.filter((_dialog, index) => isOwn(index)));
  const isAbout = (one: Json): boolean => {
    const about = indicesOf(one.dialog);
    return about.length === 0 || about.some(isOwn);
  };
  const without = (one: Json, names: readonly string[]): Json => Object.fromEntries(Object.entries(one).filter(([name]) => !names.includes(name)));
  const rest = {
    ...without(whole, ['uuid', 'subject', 'amended', 'redacted', 'group']),
    redacted: textOf(objectOf(whole.redacted).type) === null ? undefined : { type: objectOf(whole.redacted).type },
    parties: objectsOf(whole.parties).flatMap((party, index) =>
      ofOthers.has(index) && !ofOwn.has(index)
        ? []
        : [isBot(party) ? party : without(party, ['name', 'role', 'uuid', ...('tel' in party ? ['tel'] : ['sip'])])],
    ),
    dialog: all.flatMap((dialog, index) =>
      isOwn(index)
        ? [without(dialog, ['start', 'duration', 'parties', 'originator', 'party_history', 'session_id', 'recordings', 'recording_set'])]
        : [],
    ),
    ...('analysis' in whole ? { analysis: objectsOf(whole.analysis).filter(isAbout) } : {}),
    ...('attachments' in whole ? { attachments: objectsOf(whole.attachments).filter(isAbout) } : {}),
  };
  return flattenJson(rest).map(([name, value]) => ({ name, value }));
}
