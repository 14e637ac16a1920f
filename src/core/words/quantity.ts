/** Formats a number for people, e.g. `1,234`; never used for JSON. Rounds to an integer. */
export function count(value: number): string {
  // Gives the same text as toLocaleString('en-US'), which would first load the rules of all languages and take ten milliseconds.
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Returns the form of a noun that agrees with a number. @param many plural; default: the noun with an s */
export function nounFor(value: number, one: string, many = `${one}s`): string {
  return value === 1 ? one : many;
}

/** Formats a count with its noun: `1 recording`, `1,234 recordings`, `0 entries`. @param many plural; default: the noun with an s */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${nounFor(value, one, many)}`;
}

/** Formats a size: `512 B`, `1.4 MB`; powers of ten, as disks are sold. */
export function sizeText(value: number): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let scaled = value;
  let at = 0;
  while (scaled >= 999.5 && at < names.length - 1) {
    scaled /= 1_000;
    at++;
  }
  return `${at === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${names[at]}`;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Formats a length of time in one unit: `40 min`, `7.5 h`, `90 d`. */
export function periodText(ms: number): string {
  const [scaled, unit] =
    ms < hourMs
      ? [ms / minuteMs, 'min']
      : ms < 2 * dayMs
        ? [ms / hourMs, 'h']
        : ms < 3_650 * dayMs
          ? [ms / dayMs, 'd']
          : [ms / (365.25 * dayMs), 'y'];
  return `${scaled < 10 ? Number(scaled.toFixed(1)) : Math.round(scaled)} ${unit}`;
}
