import type { PageSession } from '../../core/page/data.ts';

/** Where a session was started, as far as this may be kept. */
export interface SessionPlace {
  readonly by: PageSession['by'];
  /** Address of the client; null: addresses are not kept, or a proxy vouches for the user. */
  readonly address: string | null;
  /** Name of the browser; null if unknown or not stated. */
  readonly browser: string | null;
  readonly system: string | null;
}

/**
 * Patterns of browsers in User-Agent headers. Most browsers also name other browsers, so the order matters (developer.mozilla.org, "Browser detection using the
 * user agent").
 */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|HeadlessChrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/\S+ .*Safari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Returns the browser and system that a User-Agent header states, as fixed words and never as text that the client sent. */
export function browserOf(userAgent: string): Pick<SessionPlace, 'browser' | 'system'> {
  const head = userAgent.slice(0, 1_000);
  const named = (list: typeof browsers): string | null => list.find(([pattern]) => pattern.test(head))?.[1] ?? null;
  return { browser: named(browsers), system: named(systems) };
}
