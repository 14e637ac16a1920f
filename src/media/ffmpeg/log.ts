import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';

/**
 * Matches messages about any whole stream on a pipe, because FFmpeg cannot determine its length, and about every QCELP file, because FFmpeg's own demuxer omits
 * the rate.
 */
const harmless =
  /Guessed Channel Layout: |Estimating duration from bitrate|using bitrate for duration|Ignoring maximum wav data size|Bitrate byte missing, guessing bitrate/;
const repeated = /^\s*Last message repeated \d+ times$/;

/** Keeps the first and last meaningful lines of FFmpeg's standard error, for a run of any length. */
export function ffmpegLog(): { add(line: string): void; text(): string } {
  const first: string[] = [];
  const last: string[] = [];
  let left = 0;
  let passedOver = false;
  return {
    add(line) {
      const cut = line.slice(0, limits.ffmpegLogLineChars).trimEnd();
      const dropped = harmless.test(cut) || (passedOver && repeated.test(cut));
      if (cut !== '') passedOver = dropped;
      if (cut === '' || dropped) return;
      if (first.length < limits.ffmpegLogLines) first.push(cut);
      else if (last.push(cut) > limits.ffmpegLogLines) {
        last.shift();
        left++;
      }
    },
    text: () => [...first, ...(left > 0 ? [agree`(${left} line[s] left out)`] : []), ...last].join('\n'),
  };
}
