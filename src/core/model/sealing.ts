/** Entered before longplay.json of an open archive says that it is being sealed, and once all of it is sealed. */
export const sealingBegun = 'sealing-begun';
export const sealingFinished = 'sealing-finished';
/** Entered before private details of entries are replaced by sealed ones. */
export const detailsSealed = 'details-sealed';

/** What the entries of a log say about the sealing of its archive, taken in order. */
export interface SealingRecord {
  take(entry: { readonly type: string; readonly detail: Readonly<Record<string, unknown>> }): void;
  clear(): void;
  /** `done`: the archive was created sealed, or all of it was sealed; `under-way`: its sealing has begun; null: nothing says that it is sealed. */
  stage(): 'under-way' | 'done' | null;
  /** Returns the page of the keyring with the secrets of an archive that was open; null: the entries do not name it. */
  page(): string | null;
  /** Returns the digests that longplay.json of a sealed archive may have, the newest last: a sealing enters the next state of the file before it writes it. */
  markers(): readonly string[];
}

/** Creates a record without entries. */
export function createSealingRecord(): SealingRecord {
  let stage: 'under-way' | 'done' | null = null;
  let page: string | null = null;
  const markers: string[] = [];
  return {
    stage: () => stage,
    page: () => page,
    markers: () => markers.slice(-2),
    clear: () => {
      [stage, page] = [null, null];
      markers.length = 0;
    },
    take: ({ type, detail }) => {
      if (typeof detail.markerSha256 === 'string') markers.push(detail.markerSha256);
      if (type === sealingBegun) {
        stage = 'under-way';
        if (typeof detail.page === 'string' && /^[0-9a-f]{32}$/.test(detail.page)) page = detail.page;
      } else if (type === sealingFinished) stage = 'done';
      // An import announces sealed bags only in an archive that was created sealed.
      else if ((type === 'bag-intended' || type === 'bag-landed') && typeof detail.making === 'string') stage ??= 'done';
    },
  };
}
