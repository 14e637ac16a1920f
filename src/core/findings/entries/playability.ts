import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const warning = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'warning', title, meaning, next });
const decodersOrBytes =
  'Run `longplay doctor --canaries`. If it finds a changed decoder, restore the version that the message names and verify again. If all decoders are unchanged, the file was altered: restore it from another copy of the archive.';

/** Codes V200 to V229: faults found by playing an archive. */
export const playabilityFindings = {
  V200: error(
    'an original can no longer be decoded',
    'The original was decoded at import, but two attempts now failed: no format recognises it, another codec is identified, or its decoder returns nothing.',
    decodersOrBytes,
  ),
  V201: error(
    'an original decodes to different audio',
    'Decoded twice as at import, the original gives other samples than recording.json states. The decoder is the same, or it is another one and the difference exceeds the limits of length, level and waveform. Either the bytes were altered together with every digest, or a decoder has changed.',
    decodersOrBytes,
  ),
  V202: warning(
    'originals decode to slightly different samples',
    'Another version of a decoder, or another processor, rounds differently: length, level and waveform are within the limits. The recordings count as played.',
    'Nothing, if the version in the message was changed on purpose. The digests can be reproduced only with the version that recording.json names.',
  ),
  V203: warning(
    'access copies decode to slightly different samples',
    'Another version of libopus or FFmpeg, or another processor, rounds differently: length, level and waveform are within the limits. The recordings count as played.',
    'Nothing, if the version in the message was changed on purpose.',
  ),
  V204: error(
    'an access copy decodes to different audio',
    'Decoded twice, the access copy has the recorded length but other samples, beyond the limits of level and waveform. Either the copy was replaced together with every digest, or the decoder has changed.',
    decodersOrBytes,
  ),
  V205: warning(
    'originals were not played: FFmpeg is missing',
    'FFmpeg decoded them at import, but this machine has no FFmpeg. Only their digests were checked; they do not count as played.',
    'Install FFmpeg or name it in LONGPLAY_FFMPEG (longplay doctor), then verify again.',
  ),
  V206: warning(
    'originals were not played: a password is missing',
    'The recorder encrypted them. The import had the password, but this run does not. Only their digests were checked; they do not count as played.',
    'Play their access copies, which are not encrypted, or run again with the password.',
  ),
  V207: error(
    'a file could not be read for playing',
    'The system could read the file when its digest was computed, but refuses now, or the file changed in between: a failing disk or share, or somebody is working on it.',
    'Check the disk or share, then verify again.',
  ),
  V208: error(
    'a recording crashes its player',
    'A thread of longplay died twice while it decoded this recording, because memory ran out or a decoder crashed; or a decoder failed with an internal error, which the message names. Its digests were still checked. Whether it plays is unknown, and no fault is logged (unreachable, exit 5).',
    'Run again with fewer jobs. If it still fails, report it: the recording needs a decoder that does not crash on it.',
  ),
  V214: error(
    'a decoder was killed or crashed',
    'FFmpeg was killed (M161) or crashed (M162), or memory ran out (M163), while the file was decoded. The bytes of the file are as recorded; whether it plays is unknown, and no fault is logged.',
    'Provide more memory or use fewer --jobs, run `longplay doctor --canaries`, then verify again.',
  ),
  V215: error(
    'no random sample was decoded',
    'A sample is evidence only if nobody could choose it: its seed is logged before anything is decoded, and it is drawn from all recordings of the catalog. Without a log entry or a catalog none was drawn. The finding is a warning if the archive has no recording with audio to draw from.',
    'Run the verification where the key of the archive is, with the archive writable; if the catalog is damaged: `longplay catalog rebuild ARCHIVE`, then verify again.',
  ),
  V212: error(
    'nothing that was played has audio',
    'All audio files of the archive or bag are unchanged, but none has any audio: they are empty, headers without samples, silent throughout, or had no decoder at import. Nothing shows that any call can be heard.',
    '`longplay list ARCHIVE --without-sound` and the report of the import list them. Look for the audio on the recorder, or import again with its codec declared. If the archive holds no audio by design, verify it without --play.',
  ),
  V213: error(
    'the last verification found no audio',
    'The last verification played all audio files of the archive, found nothing altered, and none of them had any audio (V212). Such a run does not count as the last success.',
    'See V212. If the archive holds no audio by design, verify it without --play.',
  ),
  V210: error(
    "a decoder's output has changed",
    'A small file that ships with longplay was decoded, and the samples differ from those recorded when the file was made. This is a fault of this machine, not of a recording: the results of this run for recordings with this codec are unreliable.',
    'Restore the version that the message names, or reinstall longplay, and verify again. Do not import this codec here.',
  ),
  V211: warning(
    'decoders that could not be tested',
    'A program that decodes these codecs is missing, so their decoding was not tested here.',
    'See what `longplay doctor` reports as missing, then verify again.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
