import { utcClock, zoneClock } from '../../core/time/zone-clock.ts';

const storageKey = 'longplay-zone';

/** The zone of this browser; UTC where it does not tell. */
export function ownZone(): string {
  // Undefined where the machine has a zone that the engine does not know, whatever its type says.
  const zone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === undefined || zoneClock(zone) === null ? utcClock.zone : zone;
}

/** The zone that times are shown by where no address names one: UTC where that was chosen before, else the browser's own. */
export function preferredZone(): string {
  try {
    return localStorage.getItem(storageKey) === utcClock.zone ? utcClock.zone : ownZone();
  } catch {
    return ownZone();
  }
}

/** Remembers a choice, where the browser lets pages remember anything. */
export function rememberZone(zone: string): void {
  try {
    if (zone === utcClock.zone) localStorage.setItem(storageKey, zone);
    // Whoever travels wants the zone where they are.
    else if (zone === ownZone()) localStorage.removeItem(storageKey);
  } catch {
    // Storage is switched off for files, or altogether: the choice holds for this visit.
  }
}
