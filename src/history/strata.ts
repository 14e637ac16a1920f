/** Recordings that the same decoder meets in the same way: of one coding, one recorder, one year. */
export interface Stratum {
  /** Codec ids of its media, joined by `+`: `mulaw`, `gsm+mulaw`. `-`: of none is it known. */
  readonly codec: string;
  readonly importer: string;
  /** Of the call's start: `2019`; where that is not known, the year of the import and a question mark: `2024?`. */
  readonly year: string;
}

/** Played recordings of a stratum. Those that could not be tried stand nowhere. */
export interface StratumCounts {
  /** Decoded in full, to what was recorded or nearly so. */
  readonly played: number;
  /** Did not decode, or to something else. */
  readonly failed: number;
  /** Of those played: to other samples than recorded, within bounds. */
  readonly otherwise: number;
}

/** A stratum and what was played of it. */
export type PlayedStratum = Stratum & StratumCounts;

/** `codec/importer/year`: how a stratum is named. */
export function keyOf({ codec, importer, year }: Stratum): string {
  return `${codec}/${importer}/${year}`;
}

/** The strata of the text that the log has of a bag, as `mulaw/asterisk/2019=812/0 gsm/asterisk/2019=4/1/2`; null where it is none. */
export function decodeStrata(text: string): PlayedStratum[] | null {
  if (text === '') return [];
  const strata: PlayedStratum[] = [];
  for (const item of text.split(' ')) {
    const [, codec, importer, year, played, failed, otherwise = '0'] =
      /^([a-z0-9._+?-]{1,100})\/([a-z0-9._?-]{1,40})\/(\d{4}\??|\?)=(\d{1,15})\/(\d{1,15})(?:\/(\d{1,15}))?$/.exec(item) ?? [];
    if (codec === undefined || importer === undefined || year === undefined) return null;
    strata.push({ codec, importer, year, played: Number(played), failed: Number(failed), otherwise: Number(otherwise) });
  }
  return strata;
}
