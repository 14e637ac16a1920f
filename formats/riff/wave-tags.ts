import { waveTagGroups } from './wave-tag-table.ts';

/** What a wFormatTag stands for. */
export interface WaveTag {
  readonly name: string;
  /** Who registered it, as mmreg.h has it; empty where nobody did. */
  readonly registrant: string;
  /** Id of a codec or of a rule of `judgeCoding`; null where nobody decodes it. */
  readonly coding: string | null;
  /** Why nobody decodes it, in words; null where `coding` is not. */
  readonly reason: string | null;
  /** Nothing but the name of the tag says which coding this is: no file with it was at hand. */
  readonly assumed: boolean;
  /** Codings that other writers put under the same tag; null where none is known. */
  readonly also: string | null;
  /** Where the tag is listed. */
  readonly source: string;
}

const unregistered: WaveTag = {
  name: 'not registered',
  registrant: '',
  coding: null,
  reason: 'nobody registered it',
  assumed: false,
  also: null,
  source: 'absent from mmreg.h and its ports',
};

/** Stands for a SubFormat of WAVEFORMATEXTENSIBLE that is a GUID without a tag in it. */
export const foreignSubFormat: WaveTag = { ...unregistered, reason: 'its GUID holds no tag' };

const tags = new Map<number, WaveTag>(
  waveTagGroups.flatMap(({ source, rows }) =>
    rows.map(([tag, name, registrant, way, also]) => {
      const { coding = null, reason = null, assumed = false } = way;
      return [tag, { name, registrant, coding, reason, assumed, also: also ?? null, source }] as const;
    }),
  ),
);

/** A tag as a specification writes it. */
export function tagText(tag: number): string {
  return `0x${tag.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** What a tag stands for; a tag that nobody registered has no coding. */
export function waveTag(tag: number): WaveTag {
  return tags.get(tag) ?? unregistered;
}

/** Every tag of the table, for tests. */
export const waveTagNumbers: readonly number[] = waveTagGroups.flatMap(({ rows }) => rows.map(([tag]) => tag));
