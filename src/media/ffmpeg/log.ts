import { limits } from '../../core/base/limits.ts';

/**
 * Said of whole streams on a pipe, whose length FFmpeg cannot ask for, whatever their samples; and of every file of QCELP, whose rate
 * its own demuxer leaves out.
 */
const harmless =
  /Guessed Channel Layout: |Estimating duration from bitrate|using bitrate for duration|Ignoring maximum wav data size|Bitrate byte missing, guessing bitrate/;
const repeated = /^\s*Last message repeated \d+ times$/;

/** The first and the last lines of what one run of FFmpeg says on its standard error, of any length, without what means nothing. */
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
    text: () => [...first, ...(left > 0 ? [`(${left} lines left out)`] : []), ...last].join('\n'),
  };
}
