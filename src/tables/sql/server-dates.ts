const dayMs = 86_400_000;
/** Day 0 of datetime and smalldatetime: 1900-01-01; of date: 0001-01-01. */
const epoch1900 = Date.UTC(1900, 0, 1);
const epoch0001 = new Date('0001-01-01T00:00:00Z').getTime();

/**
 * Decodes a date that SQL Server 2005 and 2008 wrote into scripts as its stored bytes, `CAST(0x00009E0E0095524F AS DateTime)`. datetime: days since 1900-01-01
 * and 1/300 s since midnight, 4 bytes each, big-endian; smalldatetime: the same with 2 bytes each and minutes; date: 3 bytes, little-endian, days since
 * 0001-01-01, after which scripts write a zero. Null for other types and lengths, whose bytes remain unchanged. Source: public questions that list bytes and
 * dates side by side; we have no sample of our own.
 */
export function serverDate(digits: string, type: string): string | null {
  const name = type.replaceAll(/[[\]"]/g, '').toLowerCase();
  if (name === 'datetime' && digits.length === 16) {
    const days = Number.parseInt(digits.slice(0, 8), 16) | 0; // negative before 1900
    const ticks = Number.parseInt(digits.slice(8), 16);
    return ticks >= 86_400 * 300 ? null : written(epoch1900 + days * dayMs + Math.round((ticks * 10) / 3), 23);
  }
  if (name === 'smalldatetime' && digits.length === 8) {
    const minutes = Number.parseInt(digits.slice(4), 16);
    return minutes >= 1_440 ? null : written(epoch1900 + Number.parseInt(digits.slice(0, 4), 16) * dayMs + minutes * 60_000, 19);
  }
  const bytes = /^([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})(?:00)?$/.exec(digits);
  if (name === 'date' && bytes !== null) return written(epoch0001 + Number.parseInt(`${bytes[3]}${bytes[2]}${bytes[1]}`, 16) * dayMs, 10);
  return null;
}

function written(ms: number, length: number): string | null {
  // These types represent the years 1 to 9999.
  if (ms < epoch0001 || ms >= Date.UTC(10_000, 0, 1)) return null;
  return new Date(ms).toISOString().slice(0, length).replace('T', ' ');
}
