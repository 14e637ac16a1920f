import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';

const quarterMs = 15 * 60_000;

/**
 * Returns when a call began, from the local time in the sniffer's folder or table and the moment in the header of an archive.
 * @param moments moments in epoch ms
 */
export function settledStart(
  local: TimeValue | null,
  moments: readonly number[],
  key: string,
): { readonly start: TimeValue | null; readonly findings: readonly Finding[] } {
  if (local === null || local.local === null) return { start: local, findings: [] };
  const wallMs = Date.parse(`${local.local}Z`);
  for (const momentMs of moments) {
    // Some versions round the moment to the minute, and a folder states only the minute.
    const toleranceMs = local.precision === 'min' || momentMs % 60_000 === 0 ? 60_000 : 1_000;
    const offMs = wallMs - momentMs;
    // Never −0, which a document would write differently from 0.
    const offsetMs = Math.round(offMs / quarterMs) * quarterMs + 0;
    if (Math.abs(offMs - offsetMs) >= toleranceMs || offsetMs < -12 * 3_600_000 || offsetMs > 14 * 3_600_000) continue;
    const isExact = local.precision === 'min' && momentMs % 60_000 !== 0;
    const utcMs = isExact ? momentMs : wallMs - offsetMs;
    const start: TimeValue = {
      ...local,
      raw: `${local.raw} | ${momentMs / 1_000}`,
      utc: new Date(utcMs).toISOString(),
      local: new Date(utcMs + offsetMs).toISOString().slice(0, -1),
      offsetMin: offsetMs / 60_000,
      precision: isExact ? 's' : local.precision,
      basis: 'epoch',
      certainty: 'exact',
      candidates: [],
    };
    const isOther = local.utc !== null && Math.abs(Date.parse(local.utc) - utcMs) >= 60_000;
    if (!isOther) return { start, findings: [] };
    const offsets = `the zone's offset is ${local.offsetMin ?? 0} min, that of its captures ${offsetMs / 60_000} min`;
    return { start: { ...start, zone: null }, findings: [finding('I243', key, offsets)] };
  }
  return { start: local, findings: [] };
}

/** Returns the minute or day in a folder's name as a time. */
export function folderTime(began: string | null, zone: string | null): TimeValue | null {
  if (began === null) return null;
  return parseTime(began, { format: began.length > 10 ? 'YYYY-MM-DD HH:mm' : 'YYYY-MM-DD', zone, basis: 'name' });
}

/** Returns whether a call of one time may lie in the folder of another: `exact` if they are equal, `other-clock` if they differ like clocks of two zones. */
export function fitsFolder(calldate: string | null, began: string | null): 'exact' | 'other-clock' | 'unknown' | 'no' {
  if (calldate === null || began === null) return 'unknown';
  const text = calldate.trim().replace('T', ' ');
  if (text.slice(0, began.length) === began) return 'exact';
  const [called, folder] = [text.slice(0, 16), began.length > 10 ? began : `${began} 00:00`].map((time) => Date.parse(`${time.replace(' ', 'T')}Z`));
  const apartMs = (called ?? Number.NaN) - (folder ?? Number.NaN);
  if (Number.isNaN(apartMs)) return 'unknown';
  if (Math.abs(apartMs) > 14 * 3_600_000 + (began.length > 10 ? 0 : 24 * 3_600_000)) return 'no';
  return began.length > 10 && apartMs % quarterMs !== 0 ? 'no' : 'other-clock';
}
