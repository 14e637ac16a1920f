import type { PageSession } from '../../core/page/data.ts';

/** From where somebody came in, as far as it may be kept. */
export interface SessionPlace {
  readonly by: PageSession['by'];
  /** Null: it is not to be kept, or a proxy vouches for whoever it is. */
  readonly address: string | null;
  /** Null: none that we know, or none that says so. */
  readonly browser: string | null;
  readonly system: string | null;
}

/** What browsers call themselves; most name others as well, so the order counts (developer.mozilla.org, "Browser detection using the user agent"). */
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

/** Browser and system of a User-Agent header: words of ours, never what somebody sent. */
export function browserOf(userAgent: string): Pick<SessionPlace, 'browser' | 'system'> {
  const head = userAgent.slice(0, 1_000);
  const named = (list: typeof browsers): string | null => list.find(([pattern]) => pattern.test(head))?.[1] ?? null;
  return { browser: named(browsers), system: named(systems) };
}
