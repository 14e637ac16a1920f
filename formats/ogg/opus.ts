import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { opusHeadBytes, readOpusHead } from '../../src/ogg/opus-head.ts';
import { opusClockHz, opusPacketMaxSamples } from '../../src/ogg/opus-packet.ts';
import { type OggPage, oggFlag, oggHeaderBytes, oggPageBytes, oggPageMaxBytes, readOggPage } from '../../src/ogg/page.ts';
import { oggLostFindings } from './lost.ts';
import { type OggWalk, walkOgg } from './walk.ts';

/** Identifies Opus in Ogg, as written by modern recorders and longplay itself. */
export const oggOpus: Format = {
  id: 'ogg-opus',
  title: 'Ogg Opus',
  extensions: ['.opus', '.ogg', '.oga'],
  mediaType: 'audio/ogg',
  grade: 'verified',
  pronom: ['fmt/946'],
  facts: ['RFC 3533 (Ogg), RFC 7845 (Ogg Opus); files of opusenc 0.2, FFmpeg 7.1; opusinfo and opusdec agree'],
  async identify(bytes, _hint, signal) {
    const page = readOggPage(await bytes.read(0, oggPageMaxBytes, signal), 0);
    const head = page === null || (page.flags & oggFlag.first) === 0 ? null : readOpusHead(page.body);
    if (page === null || head === null) return null;
    const { version, channels, preSkip, inputSampleRateHz: inputRateHz, family } = head;

    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const input = inputRateHz === 0 ? 'input rate not stated' : `input ${inputRateHz} Hz`;
    const codecName = `Opus, ${input}, mapping family ${family}`;
    const readable = version < 16 && channels > 0; // RFC 7845, 5.1: versions up to 15 can be read.
    const walk = await walkOgg(bytes, signal);
    // The bytes after the last page may be longer than the part in which that page is searched.
    const last = (await lastPage(bytes, signal)) ?? (await pageBefore(bytes, walk, signal));
    const second = readOggPage(await bytes.read(oggPageBytes(page), oggPageMaxBytes, signal), 0);
    let state: Identification['state'] = 'ok';
    let frames: number | null = null;
    if ((second !== null && (second.flags & oggFlag.first) !== 0) || (last !== null && last.page.serial !== page.serial)) {
      tell('F161', 'a second logical stream');
    } else if (last !== null) {
      const end = last.at + oggPageBytes(last.page);
      const isLast = (last.page.flags & oggFlag.last) !== 0;
      if (!isLast || end !== bytes.size) {
        tell(
          'F160',
          isLast
            ? agree`${bytes.size - end} byte[s] [follows|follow] the last page`
            : agree`the last whole page ends at ${end} of ${bytes.size} byte[s] without the mark of the end`,
        );
        state = isLast ? 'damaged' : 'truncated';
      }
      // A stream cut from a longer one begins above 0: the count is then only an upper limit, and limiting to it does no harm.
      const { granule } = last.page;
      if (granule > 0 && Number.isSafeInteger(granule) && granule >= preSkip) frames = granule - preSkip;
    }
    // The first two pages are headers, then audio follows: RFC 7845, section 3.
    const silent = last === null || last.page.sequence < 2;
    if (silent && !findings.some(({ code }) => code === 'F161')) {
      tell('F110', 'the headers of a stream and no page of audio');
      const shortfall = { bytesWithoutSound: walk.junk };
      return { format: oggOpus.id, confidence: 'signature', basis: 'OggS at 0, OpusHead', tracks: [], shortfall, findings, state: 'header-only' };
    }
    const before = await framesBefore(bytes, oggPageBytes(page) + (second === null ? 0 : oggPageBytes(second)), signal);
    findings.push(...oggLostFindings(walk, opusClockHz, before + preSkip, frames === null ? null : frames + preSkip, bytes.name));
    return {
      format: oggOpus.id,
      confidence: 'signature',
      basis: `OggS at 0, OpusHead version ${version}`,
      tracks: [
        {
          codec: readable ? 'opus' : 'unknown',
          codecName: readable ? codecName : agree`${codecName}, version ${version}, ${channels} channel[s]`,
          sampleRateHz: opusClockHz,
          channels: Math.max(1, channels),
          bitsPerSample: null,
          blockBytes: null,
          frames,
          setup: page.body.slice(0, Math.min(page.body.length, opusHeadBytes + 2 + 255)),
          spans: [[0, bytes.size]],
        },
      ],
      shortfall: frames === null ? {} : { statedFrames: frames - before, mayGoOn: state === 'truncated' },
      findings,
      state,
    };
  },
};

/** Largest duration of a page in samples (RFC 7845, section 3: 255 packets of 120 ms). */
const longestPage = 255 * opusPacketMaxSamples;

/**
 * Returns the position at which a stream that was cut from a longer one begins: that of its first page of audio if it exceeds the length of any page; otherwise
 * 0.
 */
async function framesBefore(bytes: ByteReader, at: number, signal: AbortSignal): Promise<number> {
  const first = readOggPage(await bytes.read(at, oggPageMaxBytes, signal), 0);
  const granule = first?.granule ?? 0;
  return Number.isSafeInteger(granule) && granule > longestPage ? granule : 0;
}

/** Returns the last page found by a walk over all pages. */
async function pageBefore(bytes: ByteReader, walk: OggWalk, signal: AbortSignal): Promise<{ page: OggPage; at: number } | null> {
  const end = Math.max(0, ...walk.streams.map((stream) => stream.end));
  return await lastPageBefore(bytes, end, signal);
}

/** Returns the last complete page of the file with its offset; null if the last bytes of the file, twice the length of the longest page, hold none. */
async function lastPage(bytes: ByteReader, signal: AbortSignal): Promise<{ page: OggPage; at: number } | null> {
  return await lastPageBefore(bytes, bytes.size, signal);
}

async function lastPageBefore(bytes: ByteReader, end: number, signal: AbortSignal): Promise<{ page: OggPage; at: number } | null> {
  const from = Math.max(0, end - 2 * oggPageMaxBytes);
  const tail = await bytes.read(from, end - from, signal);
  for (let at = tail.length - oggHeaderBytes; at >= 0; at--) {
    if (tail[at] !== 0x4f) continue;
    const page = readOggPage(tail, at);
    if (page !== null) return { page, at: from + at };
  }
  return null;
}
