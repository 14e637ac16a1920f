import { type Finding, finding } from '../src/core/finding.ts';
import type { Importer, ImportItem, ImportOptions } from '../src/core/importer.ts';
import { emptyRecording, type MediaRef, type ReconciliationStatus, type Recording } from '../src/core/recording.ts';
import type { Source } from '../src/core/source.ts';
import { openStage } from '../src/tables/stage.ts';
import type { Stage } from '../src/tables/types.ts';
import type { SidecarDescription } from './sidecar-xml-description.ts';
import { describeFlat } from './sidecar-xml-flat.ts';
import { inumOfName, kindOf, pathStemOf } from './sidecar-xml-names.ts';
import { type Pair, pairs } from './sidecar-xml-pairs.ts';
import { readSidecar, type Sidecar } from './sidecar-xml-read.ts';
import { describeVerint, isVerint } from './sidecar-xml-verint.ts';

/** Sidecars that `recognise` looks into. */
const recognisedSidecars = 100;
const peekBytes = 4_096;

/** One XML file for each recording: Verint WFO and Impact 360, Avaya Contact Recorder, and others that put `<stem>.xml` beside the audio. */
export const sidecarXml: Importer = {
  id: 'sidecar-xml',
  title: 'One XML file for each recording (Verint WFO, Avaya Contact Recorder, Puzzel)',
  grade: 'experimental',
  facts: [
    'public Verint 11.x and 15.2 sidecars seen, none of them kept: names of elements, two offsets in one file, three lengths of one call',
    'no genuine export at hand: nesting, and what is attribute and what is element, are not relied on',
  ],
  tested: ['samples/sidecar-xml, an imitation written for this; no genuine export was at hand'],
  recognise: async (source, _options, signal) => {
    const seen = { audio: 0, sidecars: 0, inums: 0, besides: 0, verint: 0 };
    const recent: { readonly stem: string; readonly sidecar: boolean }[] = [];
    for await (const entry of source.entries(signal)) {
      const kind = kindOf(entry.path);
      if (kind === null || kind === 'screen') continue;
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
    // A stray XML file beside audio is no export: most must have their pair.
    if (seen.besides === 0 || seen.besides * 2 < seen.sidecars) return null;
    return `audio of the same name beside ${seen.besides} of ${seen.sidecars} XML files; ${seen.audio} audio`;
  },
  items: async function* (source, options, signal) {
    const stages: Stage[] = [];
    const open = (): Stage => {
      const stage = openStage(options.scratch);
      stages.push(stage);
      return stage;
    };
    try {
      yield* importAll(source, options, open, signal);
    } finally {
      for (const stage of stages) stage.close();
    }
  },
};

async function* importAll(source: Source, options: ImportOptions, open: () => Stage, signal: AbortSignal): AsyncGenerator<ImportItem> {
  for await (const entry of source.entries(signal)) {
    if (kindOf(entry.path) === null) yield { kind: 'file', path: entry.path, role: 'alien', reason: 'neither audio nor a sidecar by its name' };
  }
  const counts = { flat: 0, unzoned: 0, alone: 0 };
  for await (const pair of pairs(source, open, signal)) {
    const sidecars: Sidecar[] = [];
    for (const path of pair.sidecars) sidecars.push(await readSidecar(source, path, signal));
    const described = sidecars.flatMap(({ root }) =>
      root === null ? [] : [isVerint(root) ? describeVerint(root, options.zone) : describeFlat(root, options.zone)],
    );
    // An XML file without audio that is no recorder's is something else.
    if (pair.media.length === 0 && described.every((each) => each.family === 'flat') && described.length === sidecars.length) {
      for (const { path } of sidecars)
        yield { kind: 'file', path, role: 'alien', reason: 'an XML file of no known family, and no audio has its name' };
      continue;
    }
    for (const { path } of sidecars) yield { kind: 'file', path, role: 'sidecar', reason: pair.by === 'inum' ? 'by its INUM' : 'by its name' };
    const recording = recordingOf(pair, sidecars, described, source);
    if (described[0]?.family === 'flat') counts.flat++;
    if (recording.callStart?.certainty === 'unzoned') counts.unzoned++;
    if (pair.media.length === 0) counts.alone++;
    yield recording;
  }
  if (counts.alone > 0) yield finding('I180', source.name, `sidecars without audio in the source: ${counts.alone}`);
  if (counts.flat > 0)
    yield finding('I186', source.name, `sidecars of no known family: ${counts.flat}; what their names say plainly is taken, the rest is kept`);
  if (counts.unzoned > 0) yield finding('I163', source.name, `starts that are local times of an unknown zone: ${counts.unzoned}`);
}

function recordingOf(pair: Pair, sidecars: readonly Sidecar[], described: readonly SidecarDescription[], source: Source): Recording {
  const said = described[0] ?? null;
  const findings: Finding[] = sidecars.flatMap((sidecar) => sidecar.findings);
  if (new Set(sidecars.map((sidecar) => sidecar.sha256 ?? sidecar.path)).size > 1) {
    findings.push(finding('I183', pair.key, `${sidecars.length} sidecars that differ belong to it; the first by name speaks, all are kept`));
  }
  const audio = pair.media.filter((path) => kindOf(path) === 'audio');
  const size = audio.length === 1 ? (source.entry(audio[0] ?? '')?.size ?? null) : null;
  if (said !== null && said.declaredBytes !== null && size !== null && said.declaredBytes !== size) {
    findings.push(finding('I181', pair.key, `the audio has ${size} bytes, its sidecar says ${said.declaredBytes}`));
  }
  const words = pair.by === 'inum' ? 'its INUM' : 'its name without extension';
  const empty = emptyRecording('sidecar-xml', 'experimental', pair.key);
  return {
    ...empty,
    ...(said === null
      ? { sourceKeys: pair.by === 'inum' ? [{ name: 'inum', value: pair.key }] : [] }
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
          extra: said.extra,
        }),
    media: pair.media.map(
      (path): MediaRef => ({
        path,
        kind: kindOf(path) === 'screen' ? 'screen' : 'audio',
        side: 'unknown',
        channels: [],
        audioStart: said?.audioStart ?? null,
      }),
    ),
    reconciliation: { status: statusOf(pair, sidecars), rule: rule(pair, words) },
    provenance: [
      ...sidecars.map(({ path, sha256 }) => ({ kind: 'sidecar', path, row: null, sha256, text: null }) as const),
      ...(sidecars.length > 0 ? [] : pair.media.map((path) => ({ kind: 'name', path, row: null, sha256: null, text: null }) as const)),
    ],
    findings,
  };
}

function statusOf(pair: Pair, sidecars: readonly Sidecar[]): ReconciliationStatus {
  if (sidecars.length > 0 && sidecars.every((sidecar) => sidecar.root === null)) return 'parse-error';
  if (sidecars.length === 0) return 'audio-without-row';
  if (pair.media.length === 0) return 'row-without-audio';
  return pair.media.filter((path) => kindOf(path) === 'audio').length > 1 ? 'split-audio' : 'matched';
}

function rule(pair: Pair, words: string): string {
  if (pair.sidecars.length === 0) return 'no sidecar has its name or INUM';
  if (pair.media.length === 0) return `no audio has ${words}`;
  return pair.media.length + pair.sidecars.length > 2 ? `${words}; ${pair.media.length} files, ${pair.sidecars.length} sidecars` : words;
}
