import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Importer } from '../../src/core/model/importer.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Family } from '../engine/records/family.ts';
import { besideKeys, claimsOf, inumOfKey, mediumKeys, nameOf, sidecarKey, sidecarMarks, sidecarShape } from './joins.ts';
import { inumOfName, isBeside, isSidecar, mediumKind } from './names.ts';
import { twinKey } from './parts.ts';
import { readSidecar } from './read.ts';
import { recognise } from './recognise.ts';
import { describeCall, describeFiles, noPartner, strayReason } from './recording.ts';
import { inumsOf, searchTable, searchValues } from './search.ts';

const about = {
  id: 'sidecar-xml',
  title: 'One XML file per recording',
  grade: 'experimental',
  facts: [
    'recognises Verint WFO and Impact 360 by their namespace, Avaya Contact Recorder by INUMs, and any other file by its element names, which must be those of a call',
    'public Verint 11.x and 15.2 sidecars seen, none of them kept: names of elements, two offsets in one file, three durations of one call',
    'xml_parser.py of kaiohsc2017/VoipIA 689343e: which elements of 52 real sidecars hold what; transfers name the next call by globalcallid',
    'recorder facts 1.8: INUM, archives of media, energy and XML, layouts of searches in Avaya Contact Recorder (vendor pages)',
    'no real export available: the importer depends neither on nesting nor on whether a value is an attribute or an element',
  ],
  tested: ['samples/sidecar-xml, synthetic; no real export was available'],
} as const;

/** Imports one XML file per recording: Verint WFO and Impact 360, Avaya Contact Recorder, and others that put `<stem>.xml` beside the audio. */
export const sidecarXml: Importer = {
  ...familyImporter({ ...sidecarFamily(), forSource: async () => sidecarFamily() }),
  recognise,
};

/** Creates the family. It is created for each import, because it counts values for the closing findings. */
function sidecarFamily(): Family {
  const counts = { nameless: 0, alone: 0, flat: 0, unzoned: 0 };
  return {
    ...about,
    shapes: [
      {
        name: sidecarShape,
        unit: 'an XML file of a recording',
        role: 'call',
        at: {
          kind: 'given',
          isFile: isSidecar,
          as: 'document',
          reason: 'an XML file',
          read: (source, entry, _options, signal) => readSidecar(source, entry, signal),
        },
        key: sidecarKey,
        givesName: (record) => inumOfKey(sidecarKey(record)) === null,
        marks: sidecarMarks,
      },
      {
        name: 'search',
        unit: 'rows of searches',
        role: 'call',
        at: searchTable,
        values: searchValues,
        key: () => null,
        keys: (row) => {
          const named = inumsOf(row);
          if (named.length === 0) counts.nameless++;
          return named;
        },
      },
    ],
    mediumKind,
    nameKeys: () => [],
    fileKeys: mediumKeys,
    fileKey: nameOf,
    fileGroup: (path) => inumOfName(path) ?? path,
    besideKeys,
    strayReason,
    copyKey: (of, number) => `copy ${number} ${of}`,
    claims: claimsOf,
    twinKeys: (files) => files.map(twinKey),
    unclaimedReason: (path) => (isBeside(path) ? noPartner : null),
    describe: (call, context) =>
      describeCall(call, context).map(({ isFlat, isAlone, ...described }) => {
        if (isFlat) counts.flat++;
        if (isAlone) counts.alone++;
        if (described.callStart?.certainty === 'unzoned') counts.unzoned++;
        return described;
      }),
    describeFile: (_file, context, files, { copyOf }) => describeFiles(files, context, copyOf),
    counted: (place) => countedOf(counts, place),
  };
}

function countedOf(counts: Readonly<Record<'nameless' | 'alone' | 'flat' | 'unzoned', number>>, place: string): readonly Finding[] {
  const { nameless, alone, flat, unzoned } = counts;
  return [
    ...(nameless === 0 ? [] : [finding('I286', place, `rows of searches that name no INUM: ${nameless}`)]),
    ...(alone === 0 ? [] : [finding('I180', place, `sidecars without audio in the source: ${alone}`)]),
    ...(flat === 0
      ? []
      : [finding('I186', place, `sidecars of an unknown family: ${flat}; only values with unambiguous names are used, the rest is kept`)]),
    ...(unzoned === 0 ? [] : [finding('I163', place, `starts that are local times of an unknown zone: ${unzoned}`)]),
  ];
}
