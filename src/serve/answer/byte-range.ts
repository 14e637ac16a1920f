/** Part of a file of `sizeBytes` bytes that a request asks for. `part`: [start, end); `none`: the request can be given no part (416). */
export type Wanted = { readonly kind: 'whole' } | { readonly kind: 'none' } | { readonly kind: 'part'; readonly start: number; readonly end: number };

/** Largest number of characters of a Range header that are read. One range needs about 30. */
const longest = 200;

/**
 * Parses a Range header (RFC 9110 section 14.2). An invalid range is ignored, as section 14.1.1 demands and section 14.2 permits. Several ranges are refused,
 * as section 15.5.17 permits, because no player asks for them and overlapping ranges cost a server more than the whole file.
 */
export function wantedBytes(header: string | null, sizeBytes: number): Wanted {
  if (header === null) return { kind: 'whole' };
  if (header.length > longest || header.includes(',')) return { kind: 'none' };
  // Optional whitespace may surround the range set; the unit is case-insensitive (section 14.1).
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return { kind: 'whole' };
  if (first === '') {
    const suffix = Math.min(toNumber(last), sizeBytes);
    return suffix === 0 ? { kind: 'none' } : { kind: 'part', start: sizeBytes - suffix, end: sizeBytes };
  }
  const start = toNumber(first);
  if (last !== '' && toNumber(last) < start) return { kind: 'whole' };
  if (start >= sizeBytes) return { kind: 'none' };
  return { kind: 'part', start, end: last === '' ? sizeBytes : Math.min(sizeBytes, toNumber(last) + 1) };
}

/** Converts digits to a number. More digits than a number can represent exactly mean "beyond any file". */
function toNumber(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER - 1);
}

/** Returns true if the If-Range header is absent or names exactly this state of the file (section 13.1.5). This server sends only strong entity tags. */
export function rangeHolds(ifRange: string | null, tag: string): boolean {
  return ifRange === null || ifRange.trim() === tag;
}

/** Returns true if a list of entity tags (If-Match, If-None-Match) contains the tag or is `*`. @param weak true: compares as If-None-Match does */
export function namesTag(list: string, tag: string, weak: boolean): boolean {
  if (list.trim() === '*') return true;
  return list
    .slice(0, 4_096)
    .split(',')
    .map((each) => each.trim())
    .some((each) => each === tag || (weak && each === `W/${tag}`));
}
