import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';

/** `YYYYMMDD_HHMMSS_<port>`, with `-<uid>` behind it where the name was taken. Source: voiceip/oreka, AudioTape.cpp, GenerateCaptureFilePathAndIdentifier. */
const tapeStem = /^(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})_(.+)$/;

/** The name of a file without folder and extension; a name that never had one keeps what stands behind its last dot. */
export function tapeStemOf(path: string): string {
  const name = baseName(path.replaceAll('\\', '/')).trim();
  const ending = extension(name);
  return /^\.[A-Za-z][A-Za-z0-9]{1,4}$/.test(ending) ? name.slice(0, name.length - ending.length) : name;
}

/** Whether a path is one that Oreka gives by itself: the hour's folder, and the time once more in the name. */
export function isTapePath(path: string): boolean {
  const [, year, month, day, hour] = tapeStem.exec(tapeStemOf(path)) ?? [];
  return year !== undefined && new RegExp(`(?:^|[/!])${year}/${month}/${day}/${hour}/[^/!]*$`).test(path);
}

/** When the tape of a name began, by the recorder's own clock, and the port; null where the name is another one. */
export function tapeName(path: string, zone: string | null): { readonly start: TimeValue; readonly port: string } | null {
  const found = tapeStem.exec(tapeStemOf(path));
  if (found === null) return null;
  const start = parseTime(found[0].slice(0, 15), { format: 'YYYYMMDD_HHmmss', zone, basis: 'name' });
  return start.certainty === 'unreadable' ? null : { start, port: found[7] ?? '' };
}

/** A capture that was never made an audio file of. */
export function isCapture(path: string): boolean {
  return /\.mcf$/i.test(path);
}
