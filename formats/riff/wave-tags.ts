import { waveTagGroups } from './wave-tag-table.ts';

/** Meaning of a wFormatTag. */
export interface WaveTag {
  readonly name: string;
  /** Registrant of the tag according to mmreg.h; empty if it has none. */
  readonly registrant: string;
  /** Id of a codec or of a rule of `judgeCoding`; null if there is no decoder. */
  readonly coding: string | null;
  /** Why there is no decoder, in words; null if `coding` is given. */
  readonly reason: string | null;
  /** True if only the name of the tag shows its coding: no file with it was available. */
  readonly assumed: boolean;
  /** Codings that other writers use under the same tag; null if none is known. */
  readonly also: string | null;
  /** Source in which the tag is listed. */
  readonly source: string;
}

const unregistered: WaveTag = {
  name: 'not registered',
  registrant: '',
  coding: null,
  reason: 'not registered',
  assumed: false,
  also: null,
  source: 'absent from mmreg.h and its ports',
};

/** A SubFormat of WAVEFORMATEXTENSIBLE that is a GUID without a tag. */
export const foreignSubFormat: WaveTag = { ...unregistered, reason: 'its GUID holds no tag' };

const tags = new Map<number, WaveTag>(
  waveTagGroups.flatMap(({ source, rows }) =>
    rows.map(([tag, name, registrant, way, also]) => {
      const { coding = null, reason = null, assumed = false } = way;
      return [tag, { name, registrant, coding, reason, assumed, also: also ?? null, source }] as const;
    }),
  ),
);

/** Returns a tag in the form used by specifications. */
export function tagText(tag: number): string {
  return `0x${tag.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Returns the meaning of a tag; an unregistered tag has no coding. */
export function waveTag(tag: number): WaveTag {
  return tags.get(tag) ?? unregistered;
}

/** Every tag of the table, for tests. */
export const waveTagNumbers: readonly number[] = waveTagGroups.flatMap(({ rows }) => rows.map(([tag]) => tag));
