import { extension } from '../../src/core/base/safe-path.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { idKey, nameKey, stemKey, windowKeys } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';
import { describeFile, describeInteractions } from './describe.ts';
import { isEngageName, oldName, oldNameTime, segmentName } from './names.ts';
import { contactOf, interactionOf, said, slotKey, slotOf } from './rows.ts';

/** Largest number n in files `<n>_<contact>_<segment>` of one segment; in the paths seen, n is 1. */
const mostNumbers = 16;

/**
 * Tables of the interaction database by their columns; each of their rows belongs to an interaction. Numbers after the tables' names are shards of one table.
 */
const rows: readonly (readonly [name: string, unit: string, columns: readonly string[]])[] = [
  ['interactions', 'interaction rows', ['iinteractionid', 'dtinteractiongmtstarttime']],
  ['interactions', 'interaction rows', ['iinteractionid', 'dtinteractionlocalstarttime']],
  ['participants', 'participant rows', ['iinteractionid', 'iparticipantid']],
  ['recordings', 'recording rows', ['iinteractionid', 'irecordingid']],
  ['storage', 'storage center rows', ['vcarchivepath']],
  ['exceptions', 'exception rows', ['iinteractionid', 'iexceptiontypeid']],
  ['segments', 'segments of a feed', ['segmentid', 'contactid', 'segmentstarttime']],
  ['others', 'other rows of interactions', ['iinteractionid']],
];

const [first, ...others] = rows.map(
  ([name, unit, columns]): Shape => ({
    name,
    unit,
    role: 'call',
    at: { kind: 'table', columns },
    key: (row) => interactionOf(row) ?? storeKey(row),
    links: (row) => {
      const slot = slotOf(row);
      return slot === null ? [] : [slotKey(slot)];
    },
    claims,
  }),
);

/** Imports NICE Interaction Management and Engage: exports of the interaction and storage databases, and the files of the storage center. */
export const niceEngage = familyImporter({
  id: 'nice-engage',
  title: 'NICE Interaction Management, NICE Engage (interaction and storage tables, nmf files)',
  grade: 'experimental',
  facts: [
    'beniregev/tool-elastic-search-injector a9cf742: Consts.java (columns, enumerations, exceptions), DataGeneratorImpl.java (feed of segments), output1.json (a path of the store)',
    'public tools of administrators: tblStorageCenter01 to 99 with siUnitID, vcArchivePath and dtRecordingGMTStartTime, nice_admin.dbo.tblScSamUnit, and one old path with SC_ in its name',
    'no real export available',
  ],
  tested: ['samples/nice-engage, written from columns seen in public code', 'no real export was available'],
  shapes: [
    ...((first === undefined ? [] : [first, ...others]) as [Shape, ...Shape[]]),
    {
      name: 'contacts',
      unit: 'contact rows',
      role: 'detail',
      at: { kind: 'table', columns: ['icontactid', 'dtcontactgmtstarttime'] },
      key: contactOf,
    },
    {
      name: 'units',
      unit: 'storage unit rows',
      role: 'detail',
      at: { kind: 'table', columns: ['siunitid', 'nvcunitpath'] },
      key: (row) => said(row, 'siUnitID'),
    },
  ],
  // Screen recordings may be exported as AVI, which no recorder uses for audio.
  mediumKind: (path, usual) => (extension(path).toLowerCase() === '.avi' ? 'screen' : usual),
  namesFile: isEngageName,
  fileKeys: (path) => {
    const name = segmentName(path);
    if (name !== null) return [idKey(`segment ${name.segment}`)];
    const old = oldName(path);
    return old === null ? [] : timesOf(path).flatMap((ms) => windowKeys(old.numbers, ms));
  },
  fileGroup: (path) => {
    const name = segmentName(path);
    return name === null ? path : `${path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1)}${name.contact}_${name.segment}`;
  },
  describe: describeInteractions,
  describeFile: (file, context) => describeFile(file.path, context),
});

/** Returns the key of a storage row that names no interaction: by its position in the logger, so that rows of recordings find it, or else by its path. */
function storeKey(row: JoinedRecord): string | null {
  const path = said(row, 'vcArchivePath');
  const slot = slotOf(row);
  return slot !== null ? slotKey(slot) : path === null ? null : `path ${path}`;
}

function claims(row: JoinedRecord): readonly Claim[] {
  const path = said(row, 'vcArchivePath');
  const named = path === null ? null : segmentName(path);
  const unique = said(row, 'vcArchiveUniqueId');
  const [contact, segment] = [contactOf(row), interactionOf(row)];
  const slot = slotOf(row);
  return [
    ...(path === null ? [] : inStore(path)),
    ...(contact === null || segment === null ? [] : ofSegment(contact, segment, named?.n ?? null)),
    ...(segment === null
      ? []
      : [
          {
            key: idKey(`segment ${segment}`),
            by: 'segment in the file name',
            strength: 'other-name' as const,
            fits: (file: string) => contact === null || segmentName(file)?.contact === contact,
          },
        ]),
    // Shorter values are counters, and would match unrelated files.
    ...(unique === null || unique.length < 6 ? [] : [{ key: stemKey(`${unique}.nmf`), by: 'vcArchiveUniqueId', strength: 'other-name' as const }]),
    ...(slot === null
      ? []
      : windowKeys(slot.numbers, slot.ms).map((key) => ({
          key,
          by: 'logger, channel and minute in an old file name',
          strength: 'window' as const,
          fits: (file: string) => timesOf(file).includes(Math.floor(slot.ms / 60_000) * 60_000),
        }))),
  ];
}

function inStore(path: string): readonly Claim[] {
  return [
    { key: nameKey(path), by: 'path in vcArchivePath', path },
    { key: stemKey(path), by: 'name in vcArchivePath, with another extension', strength: 'other-name', path },
  ];
}

/** Returns the claims of a segment. @param named the number of the file that the row itself names */
function ofSegment(contact: string, segment: string, named: number | null): readonly Claim[] {
  return Array.from({ length: mostNumbers }, (_, n) => n)
    .filter((n) => n !== named)
    .map((n) => {
      const path = `${n}_${contact}_${segment}.nmf`;
      return { key: stemKey(path), by: 'contact and segment in the file name', path, optional: true };
    });
}

/** Returns the times in an old name, read as UTC, in epoch ms. */
function timesOf(path: string): readonly number[] {
  return (oldName(path)?.times ?? []).flatMap((text) => {
    const { utc } = oldNameTime(text, 'UTC');
    return utc === null ? [] : [Date.parse(utc)];
  });
}
