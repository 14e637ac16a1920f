import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import type { ContentVerdict, MediaJudge, SoundKind } from '../../core/base/media-judge.ts';
import { baseName, extension, isResourceName } from '../../core/base/safe-path.ts';
import type { Format } from '../../core/model/format.ts';
import { identifyMedium } from './identify-medium.ts';
import { otherFile } from './other-files.ts';

/** Extensions of recorders' audio that no format here supports. Such a file is kept, and a finding says why it cannot be played. */
const beyondFormats = ['.bcf', '.dcr', '.sri', '.v3'];
/** Matches media types of captures. VoIPmonitor compresses captures in a way of its own (formats/capture/voipmonitor-packed.ts). */
const captureType = /pcap/;
/** Matches the first bytes of containers and captures, as Latin-1. A file that is truncated after them is still a medium. */
const audioStart =
  /^(?:RIFF....WAVE|RIFX....WAVE|RF64....WAVE|BW64....WAVE|\.snd|dns\.|OggS|fLaC|ID3|#!AMR|#!iLBC|NIST_1A|caff|FORM....AIF|Creative Voice File|MS_VOICE|[\x02\x03]dss|[\x03\x07](?:ds2|enc)|\*\*\*\*)/s;
/** Matches pcap in both byte orders and with nanoseconds, and pcapng. */
const captureStart = /^(?:\xa1\xb2[\xc3\x3c][\xd4\x4d]|[\xd4\x4d][\xc3\x3c]\xb2\xa1|\x0a\x0d\x0d\x0a)/;
const startBytes = 20;

/** Creates a judge from a list of formats. It judges by their extensions, and by the same identification that `longplay identify` prints. */
export function createMediaJudge(formats: readonly Format[]): MediaJudge {
  const byExtension = new Map<string, SoundKind>(beyondFormats.map((ending) => [ending, 'audio']));
  const kindOf = ({ mediaType }: Format): SoundKind => (captureType.test(mediaType) ? 'pcap' : 'audio');
  for (const format of formats) for (const ending of format.extensions) byExtension.set(ending, kindOf(format));

  async function judgeContent(reader: ByteReader, path: string, signal: AbortSignal): Promise<ContentVerdict> {
    if (reader.size > 0) {
      const start = Buffer.from(await reader.read(0, startBytes, signal)).toString('latin1');
      if (audioStart.test(start)) return { is: 'medium', kind: 'audio', reason: 'the first bytes of an audio container' };
      if (captureStart.test(start)) return { is: 'medium', kind: 'pcap', reason: 'the first bytes of a capture' };
      const answer = await identifyMedium(reader, { name: baseName(path) }, formats, signal);
      if (answer !== null) {
        const format = formats.find(({ id }) => id === answer.format);
        return { is: 'medium', kind: format === undefined ? 'audio' : kindOf(format), reason: `${answer.format}: ${answer.basis}` };
      }
    }
    const other = await otherFile(reader, signal);
    if (other === null) return { is: 'unknown', reason: agree`no format recognises these ${reader.size} byte[s]` };
    return other.mayHoldAudio
      ? { is: 'unknown', reason: `${other.name}, which is not opened: it may contain audio` }
      : { is: 'other', reason: `no audio: ${other.name}` };
  }

  return {
    // A part of a member of VoIPmonitor's spool has its number after the extension. A resource file has the extension of the file beside it, so it is judged by
    // content.
    kindOfName: (path) => (isResourceName(path) ? null : (byExtension.get(extension(path.trimEnd().replace(/#\d+$/, '')).toLowerCase()) ?? null)),
    kindOfBytes: async (reader, path, signal) => {
      const verdict = await judgeContent(reader, path, signal);
      return verdict.is === 'medium' ? verdict.kind : null;
    },
    judgeContent,
    signallingOf: async (reader, path, mostBytes, signal) => {
      for (const { signalling } of formats) {
        const found = (await signalling?.(reader, { name: baseName(path) }, mostBytes, signal)) ?? null;
        if (found !== null) return found;
      }
      return null;
    },
  };
}
