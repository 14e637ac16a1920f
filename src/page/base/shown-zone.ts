import { utcClock, zoneClock } from '../../core/time/zone-clock.ts';

const storageKey = 'longplay-zone';

/** Returns the zone of this browser; UTC if unknown. */
export function ownZone(): string {
  // Undefined, despite its type, if the machine has a zone that the engine does not know.
  const zone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === undefined || zoneClock(zone) === null ? utcClock.zone : zone;
}

/** Returns the zone in which times are shown if the address names none: UTC if the user chose it before, else the browser's own zone. */
export function preferredZone(): string {
  try {
    return localStorage.getItem(storageKey) === utcClock.zone ? utcClock.zone : ownZone();
  } catch {
    return ownZone();
  }
}

/** Remembers the chosen zone, if the browser allows storage. */
export function rememberZone(zone: string): void {
  try {
    if (zone === utcClock.zone) localStorage.setItem(storageKey, zone);
    // The browser's own zone is not stored, so that it follows a traveller.
    else if (zone === ownZone()) localStorage.removeItem(storageKey);
  } catch {
    // Storage is disabled for files, or altogether: the choice lasts for this visit.
  }
}
