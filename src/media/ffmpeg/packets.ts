import type { ffmpegLog } from './log.ts';

/** FFmpeg's own counts of the packets in one stream. */
export interface PacketsRead {
  readonly packets: number;
  /** Number of bytes in all packets, without the container's overhead. */
  readonly bytes: number;
  /** Number of packets that its decoder refused. */
  readonly errors: number;
  /** Number of packets that it decoded although their checksum was wrong. */
  readonly broken: number;
}

/** Matches the tag of a level, after the tag of the component (FFmpeg 7.1, libavutil/log.c, format_line). */
const levelTag = /^((?:\[[^\]]*\] )*?)\[(\w+)\] /;
const quieter: ReadonlySet<string> = new Set(['info', 'verbose', 'debug', 'trace']);
/** Matches the final statistics, once per stream. Source: FFmpeg 6.1 to 7.1, fftools/ffmpeg_demux.c, demux_final_stats. */
const finalStats = /\bInput stream #0:\d+ \(audio\): (\d+) packets read \((\d+) bytes\);(?: \d+ frames decoded; (\d+) decode errors)?/;

/** Matches a wrong checksum. Source: FFmpeg 7.1, libavcodec/wavpack.c, wv_check_crc. */
const checksumError = /\] CRC error$/;
/** Matches the line in which FFmpeg says how often it would have repeated the previous line (libavutil/log.c). */
const repeated = /^\s*Last message repeated (\d+) times$/;

/** The log of one run. It evaluates and removes requested lines that are not warnings. */
interface ReadingLog {
  /** Value of `-loglevel`. */
  readonly level: string;
  add(line: string): void;
  packets(): PacketsRead | null;
}

/**
 * Passes warnings and errors on to a log, and takes FFmpeg's counts of packets from the other lines.
 * @param counted false: nothing is counted, and FFmpeg prints less
 */
export function readingLog(log: ReturnType<typeof ffmpegLog>, counted: boolean): ReadingLog {
  if (!counted) return { level: 'warning', add: (line) => log.add(line), packets: () => null };
  const counts: PacketsRead[] = [];
  let passes = true;
  let broken = 0;
  let isChecksum = false;
  return {
    level: 'level+verbose',
    add(line) {
      const [whole = '', parts = '', level = ''] = levelTag.exec(line) ?? [];
      // A line without a tag continues the previous line.
      if (level !== '') isChecksum = checksumError.test(line);
      if (isChecksum) broken += level === '' ? Number(repeated.exec(line)?.[1] ?? 0) : 1;
      if (level !== '') passes = !quieter.has(level);
      if (passes) log.add(parts + line.slice(whole.length));
      const [, packets, bytes, errors] = (level === 'verbose' ? finalStats.exec(line) : null) ?? [];
      if (packets !== undefined) counts.push({ packets: Number(packets), bytes: Number(bytes), errors: Number(errors ?? 0), broken: 0 });
    },
    // Streams that were not selected have no packets read.
    packets: () => {
      const read = counts.find(({ packets }) => packets > 0);
      return read === undefined ? null : { ...read, broken: Math.min(broken, read.packets) };
    },
  };
}
