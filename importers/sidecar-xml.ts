import { contentOf } from '../src/core/entry-content.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Importer, ImportItem, ImportOptions } from '../src/core/importer.ts';
import { limits } from '../src/core/limits.ts';
import { byCodePoint } from '../src/core/order.ts';
import { emptyRecording, type MediaRef, type ReconciliationStatus, type Recording } from '../src/core/recording.ts';
import type { Source } from '../src/core/source.ts';
import { digestOf } from '../src/joins/digest.ts';
import { createColumnsOf } from '../src/joins/foreign-columns.ts';
import { openStages } from '../src/tables/stage.ts';
import type { Stage } from '../src/tables/types.ts';
import type { SidecarDescription } from './sidecar-xml-description.ts';
import { describeFlat } from './sidecar-xml-flat.ts';
import { inumOfName, type Kinds, kindByName, kindsOf, pathStemOf } from './sidecar-xml-names.ts';
import { type Pair, pairs } from './sidecar-xml-pairs.ts';
import { readSidecar, type Sidecar } from './sidecar-xml-read.ts';
import { describeSearch, isSearchTable, readSearch, type SearchRow, type SearchTable, searchPairs, searchRefs } from './sidecar-xml-search.ts';
import { describeVerint, isVerint } from './sidecar-xml-verint.ts';

/** Sidecars that `recognise` looks into. */
const recognisedSidecars = 100;
const peekBytes = 4_096;
const searchUnit = 'rows of searches';

/** One XML file for each recording: Verint WFO and Impact 360, Avaya Contact Recorder, and others that put `<stem>.xml` beside the audio. */
export const sidecarXml: Importer = {
  id: 'sidecar-xml',
  title: 'One XML file for each recording (Verint WFO, Avaya Contact Recorder, Puzzel)',
  grade: 'experimental',
  facts: [
    'public Verint 11.x and 15.2 sidecars seen, none of them kept: names of elements, two offsets in one file, three lengths of one call',
    'xml_parser.py of kaiohsc2017/VoipIA 689343e: which elements of 52 genuine sidecars hold what; transfers name the next call by globalcallid',
    'facts, recorders 1.8: INUM, archives of media, energy and XML, layouts of searches in Avaya Contact Recorder (vendor pages)',
    'no genuine export at hand: nesting, and what is attribute and what is element, are not relied on',
  ],
  tested: ['samples/sidecar-xml, an imitation written for this; no genuine export was at hand'],
  recognise: async (source, options, signal) => {
    const seen = { audio: 0, sidecars: 0, inums: 0, besides: 0, verint: 0, searches: 0, looks: 0 };
    const recent: { readonly stem: string; readonly sidecar: boolean }[] = [];
    for await (const entry of source.entries(signal)) {
      const kind = kindByName(entry.path, options.media);
      if (kind === null && seen.looks++ < recognisedSidecars && (await isSearchTable(source, entry.path, options, signal))) seen.searches++;
      if (kind === null || kind === 'screen' || kind === 'other') continue;
      // Entries come sorted, so that files of one stem are near each other.
      const stem = inumOfName(entry.path) ?? pathStemOf(entry.path);
      const sidecar = kind === 'sidecar';
      if (recent.some((each) => each.stem === stem && each.sidecar !== sidecar)) {
        seen.besides++;
        if (inumOfName(entry.path) !== null) seen.inums++;
      }
      recent.push({ stem, sidecar });
      if (recent.length > 16) recent.shift();
      if (!sidecar) seen.audio++;
      else if (seen.sidecars++ < recognisedSidecars) {
        const reader = await source.open(entry, signal);
        const head = new TextDecoder('latin1').decode(await reader.read(0, peekBytes, signal));
        if (/<(?:[\w.-]+:)?recording\s[^>]*verint/i.test(head)) seen.verint++;
      }
    }
    if (seen.verint > 0) {
      return `Verint's namespace in ${seen.verint} of the first ${Math.min(seen.sidecars, recognisedSidecars)} XML files; ${seen.audio} audio, ${seen.inums} beside a sidecar by INUM`;
    }
    if (seen.searches > 0) return `tables of searches with INUMs: ${seen.searches}; ${seen.audio} audio`;
    // A stray XML file beside audio is no export: most must have their pair.
    if (seen.besides === 0 || seen.besides * 2 < seen.sidecars) return null;
    return `audio of the same name beside ${seen.besides} of ${seen.sidecars} XML files; ${seen.audio} audio`;
  },
  items: async function* (source, options, signal) {
    using stages = openStages(options.scratch);
    yield* importAll(source, options, stages.open, signal);
  },
};

async function* importAll(source: Source, options: ImportOptions, open: () => Stage, signal: AbortSignal): AsyncGenerator<ImportItem> {
  const rows = open();
  const searches: SearchTable[] = [];
  const judged = open();
  const kinds = kindsOf(options.media, judged);
  const columnsOf = createColumnsOf(options);
  for await (const entry of source.entries(signal)) {
    const named = kindByName(entry.path, options.media);
    if (named !== null && named !== 'other') continue;
    if (named === null && (await isSearchTable(source, entry.path, options, signal))) {
      yield { kind: 'file', path: entry.path, role: 'table', reason: searchUnit };
      searches.push(yield* readSearch(source, entry.path, rows, options, signal));
      continue;
    }
    const { verdict, findings } = await contentOf(source, entry, options.media, signal);
    yield* findings;
    if (verdict.is === 'medium') judged.put(entry.path, '', 'audio');
    else if (named === null) {
      const columns = findings.length > 0 ? null : await columnsOf(source, entry, signal);
      const alien = { content: verdict.is, ...(columns === null ? {} : { columns }) };
      yield { kind: 'file', path: entry.path, role: 'alien', reason: `${verdict.reason}; no sidecar by its name`, alien };
    }
  }
  const counts = { flat: 0, unzoned: 0, alone: 0 };
  const found = openFound(searches);
  for await (const pair of pairs(source, kinds, open, signal)) {
    const sidecars: Sidecar[] = [];
    for (const path of pair.sidecars) sidecars.push(await readSidecar(source, path, signal));
    const described = sidecars.flatMap((sidecar): Described[] =>
      sidecar.root === null
        ? []
        : [{ sidecar, said: isVerint(sidecar.root) ? describeVerint(sidecar.root, options.zone) : describeFlat(sidecar.root, options.zone) }],
    );
    // An XML file without audio that is no recorder's is something else.
    const isStrange = described.every(({ said }) => said.family === 'flat') && described.length === sidecars.length;
    const named = pair.by === 'inum' ? (rows.get(pair.inum, limits.rowsPerRecording) as readonly SearchRow[]) : []; // put by readSearch
    if (pair.media.every((path) => kinds.of(path) === 'other') && isStrange && named.length === 0) {
      for (const { path } of sidecars)
        yield { kind: 'file', path, role: 'alien', reason: 'an XML file of no known family, and no audio has its name' };
      for (const path of pair.media) yield { kind: 'file', path, role: 'alien', reason: 'has an INUM, and neither audio nor a sidecar has the same' };
      continue;
    }
    for (const { path } of sidecars) yield { kind: 'file', path, role: 'sidecar', reason: pair.by === 'inum' ? 'by its INUM' : 'by its name' };
    const { media, copies } = await withoutCopies(source, pair.media, signal);
    const recording = recordingOf({ ...pair, media }, sidecars, newestFirst(described), source, kinds, named, options.zone);
    if (described.some(({ said }) => said.family === 'flat')) counts.flat++;
    if (recording.callStart?.certainty === 'unzoned') counts.unzoned++;
    if (pair.media.length === 0) counts.alone++;
    found.add(named, recording.reconciliation.status, pair.inum);
    yield recording;
    for (const [index, path] of copies.entries()) yield copyOf(path, kinds, pair.key, index);
  }
  for (const { group: inum, values } of rows.groups()) {
    signal.throwIfAborted();
    if (found.has(inum)) continue;
    const named = (values as readonly SearchRow[]).slice(0, limits.rowsPerRecording); // put by readSearch
    const recording = ofSearch(inum, named, options.zone);
    if (recording.callStart?.certainty === 'unzoned') counts.unzoned++;
    found.add(values as readonly SearchRow[], 'row-without-audio', inum);
    yield recording;
  }
  yield* found.tables();
  const nameless = searches.reduce((sum, each) => sum + each.nameless, 0);
  if (nameless > 0) yield finding('I286', source.name, `rows of searches that name no INUM: ${nameless}`);
  if (counts.alone > 0) yield finding('I180', source.name, `sidecars without audio in the source: ${counts.alone}`);
  if (counts.flat > 0)
    yield finding('I186', source.name, `sidecars of no known family: ${counts.flat}; what their names say plainly is taken, the rest is kept`);
  if (counts.unzoned > 0) yield finding('I163', source.name, `starts that are local times of an unknown zone: ${counts.unzoned}`);
}

interface Described {
  readonly sidecar: Sidecar;
  readonly said: SidecarDescription;
}

/** The one that the recorder changed last speaks; where none says when, the first by name. */
function newestFirst(described: readonly Described[]): readonly Described[] {
  return [...described].sort((a, b) => Date.parse(b.said.updated?.utc ?? '1970-01-01') - Date.parse(a.said.updated?.utc ?? '1970-01-01'));
}

/** What became of the rows of searches: each counts once, with the first recording that it is part of. */
function openFound(searches: readonly SearchTable[]) {
  const counts = new Map(searches.map(({ path }) => [path, new Map<string, number>()]));
  const told = new Set<string>();
  const inums = new Set<string>();
  return {
    has: (inum: string): boolean => inums.has(inum),
    add: (rows: readonly SearchRow[], status: ReconciliationStatus, inum: string): void => {
      if (rows.length > 0) inums.add(inum);
      for (const { path, number } of rows) {
        if (told.has(`${path} ${number}`)) continue;
        told.add(`${path} ${number}`);
        const byStatus = counts.get(path);
        byStatus?.set(status, (byStatus.get(status) ?? 0) + 1);
      }
    },
    tables: function* (): Generator<ImportItem> {
      for (const { path, rows, nameless, lost } of searches) {
        const byStatus = new Map(counts.get(path));
        if (nameless > 0) byStatus.set('event-without-recording', nameless);
        if (lost > 0) byStatus.set('parse-error', lost);
        const sorted = [...byStatus].sort(([a], [b]) => byCodePoint(a, b));
        yield { kind: 'table', path, unit: searchUnit, records: rows, byStatus: Object.fromEntries(sorted) };
      }
    },
  };
}

/** Files of audio that have the bytes of another one of the same recording: exports and archives hold it more than once. */
async function withoutCopies(
  source: Source,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly media: readonly string[]; readonly copies: readonly string[] }> {
  const sizeOf = (path: string): number => source.entry(path)?.size ?? 0;
  const seen = new Set<string>();
  const copies: string[] = [];
  for (const path of paths) {
    const size = sizeOf(path);
    const entry = source.entry(path);
    if (entry === null || size === 0 || !paths.some((other) => other !== path && sizeOf(other) === size)) continue;
    const digest = await digestOf(await source.open(entry, signal), signal);
    if (seen.has(digest)) copies.push(path);
    else seen.add(digest);
  }
  return { media: paths.filter((path) => !copies.includes(path)), copies };
}

function copyOf(path: string, kinds: Kinds, key: string, index: number): Recording {
  return {
    ...emptyRecording('sidecar-xml', 'experimental', `copy ${index + 1} ${key}`),
    correlation: [{ name: 'copy-of', value: key }],
    media: [{ path, kind: mediumKind(path, kinds), side: 'unknown', channels: [], audioStart: null }],
    reconciliation: { status: 'duplicate-audio', rule: 'same INUM or name and same bytes as another file' },
    provenance: [{ kind: 'name', path, row: null, sha256: null, text: null }],
    findings: [finding('I203', key, 'has the bytes of another file of the recording; both are kept')],
  };
}

/** What only a search knows. */
function ofSearch(inum: string, rows: readonly SearchRow[], zone: string | null): Recording {
  return {
    ...emptyRecording('sidecar-xml', 'experimental', inum),
    ...describeSearch(rows, zone),
    sourceKeys: [{ name: 'inum', value: inum }],
    reconciliation: { status: 'row-without-audio', rule: 'a row of a search names its INUM, and no file does' },
    provenance: searchRefs(rows),
  };
}

function mediumKind(path: string, kinds: Kinds): MediaRef['kind'] {
  const kind = kinds.of(path);
  return kind === 'screen' || kind === 'other' ? kind : 'audio';
}

function recordingOf(
  pair: Pair,
  sidecars: readonly Sidecar[],
  described: readonly Described[],
  source: Source,
  kinds: Kinds,
  rows: readonly SearchRow[],
  zone: string | null,
): Recording {
  const said = described[0]?.said ?? null;
  const findings: Finding[] = [...sidecars.flatMap((sidecar) => sidecar.findings), ...(said?.findings ?? [])];
  if (new Set(sidecars.map((sidecar) => sidecar.sha256 ?? sidecar.path)).size > 1) {
    findings.push(
      finding('I183', pair.key, `${sidecars.length} sidecars that differ belong to it; the newest or else the first by name speaks, all are kept`),
    );
  }
  const audio = pair.media.filter((path) => kinds.of(path) === 'audio');
  const size = audio.length === 1 ? (source.entry(audio[0] ?? '')?.size ?? null) : null;
  if (said !== null && said.declaredBytes !== null && size !== null && said.declaredBytes !== size) {
    findings.push(finding('I181', pair.key, `the audio has ${size} bytes, its sidecar says ${said.declaredBytes}`));
  }
  const words = pair.by === 'inum' ? 'its INUM' : 'its name without extension';
  const empty = emptyRecording('sidecar-xml', 'experimental', pair.key);
  return {
    ...empty,
    ...(said === null
      ? { ...describeSearch(rows, zone), sourceKeys: pair.by === 'inum' ? [{ name: 'inum', value: pair.inum }] : [] }
      : {
          sourceKeys: said.sourceKeys,
          correlation: said.correlation,
          callStart: said.start,
          callAnswer: said.answer,
          callEnd: said.end,
          durationDeclared: said.duration,
          direction: said.direction,
          parties: said.parties,
          org: said.org,
          events: said.events,
          group: said.group,
          quality: said.quality,
          extra: [...said.extra, ...searchPairs(rows)],
        }),
    media: pair.media.map(
      (path): MediaRef => ({
        path,
        kind: mediumKind(path, kinds),
        side: 'unknown',
        channels: [],
        audioStart: said?.audioStart ?? null,
      }),
    ),
    reconciliation: { status: statusOf(pair, sidecars, kinds, rows), rule: rule(pair, words, rows) },
    provenance: [
      ...sidecars.map(({ path, sha256 }) => ({ kind: 'sidecar', path, row: null, sha256, text: null }) as const),
      ...searchRefs(rows),
      ...(sidecars.length + rows.length > 0 ? [] : pair.media.map((path) => ({ kind: 'name', path, row: null, sha256: null, text: null }) as const)),
    ],
    findings,
  };
}

function statusOf(pair: Pair, sidecars: readonly Sidecar[], kinds: Kinds, rows: readonly SearchRow[]): ReconciliationStatus {
  if (sidecars.length > 0 && sidecars.every((sidecar) => sidecar.root === null)) return 'parse-error';
  if (sidecars.length + rows.length === 0) return 'audio-without-row';
  const sounding = pair.media.filter((path) => kinds.of(path) !== 'other');
  if (sounding.length === 0) return 'row-without-audio';
  return sounding.filter((path) => kinds.of(path) === 'audio').length > 1 ? 'split-audio' : 'matched';
}

function rule(pair: Pair, words: string, rows: readonly SearchRow[]): string {
  if (pair.sidecars.length === 0) return rows.length > 0 ? `its INUM, in ${rows.length} rows of searches` : 'no sidecar has its name or INUM';
  if (pair.media.length === 0) return `no audio has ${words}`;
  return pair.media.length + pair.sidecars.length > 2 ? `${words}; ${pair.media.length} files, ${pair.sidecars.length} sidecars` : words;
}
