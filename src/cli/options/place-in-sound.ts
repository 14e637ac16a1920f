import { InvalidArgumentError } from 'commander';

/** Parses a position in a recording to ms: seconds, optionally after minutes and hours. @throws InvalidArgumentError */
export function placeInSound(text: string): number {
  const [, hours = '0', minutes = '0', seconds] = /^(?:(?:(\d{1,4}):)?(\d{1,5}):)?(\d{1,7}(?:\.\d{1,3})?)$/.exec(text.trim()) ?? [];
  if (seconds === undefined) throw new InvalidArgumentError('give seconds, or a place such as 1:23 or 1:02:03.');
  return Math.round((Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000);
}
